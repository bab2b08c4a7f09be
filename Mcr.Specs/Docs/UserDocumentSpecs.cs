namespace Mcr.Specs.Docs;

/// <summary>The documents for users: what they show is so.</summary>
public sealed class UserDocumentSpecs(ITestOutputHelper output)
{
    /// <summary>What is only shown: programs of others, packages, drawings.</summary>
    private const string Shown = "text";

    /// <summary>But for the one that is made of the programs themselves, see <see cref="Reference.ReferenceSpecs"/>.</summary>
    public static TheoryData<string> Documents => [.. Directory.GetFiles(Path.Combine(Executables.RepositoryRoot, "user_docs"), "*.md").Where(f => Path.GetFileName(f) != "REFERENCE.md").Order().Select(f => Path.Combine("user_docs", Path.GetFileName(f)))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Configurations_of_a_document_should_be_ones_that_mcrd_starts_with(string document)
    {
        using var directory = new Configuration.SettingsDirectory();
        List<string> wrong = [];
        foreach (DocumentBlock block in DocumentBlock.Of(document).Where(b => b.Kind == "hocon"))
        {
            wrong.AddRange(directory.Read(Whole(block)).Problems.Select(problem => $"{block}: {problem}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_of_a_document_should_print_what_it_shows(string document)
    {
        DocumentBlock[] blocks = [.. DocumentBlock.Of(document).Where(b => b.Kind is "console" or DocumentRun.Roughly or "hocon")];
        if (blocks.All(b => b.Kind == "hocon"))
            return;
        NamespaceSupport.RequireProgram("script");
        using var hosts = new DocumentHosts();
        using var run = new DocumentRun(hosts);
        foreach (DocumentBlock block in blocks)
            run.Do(block);
        output.WriteLine(run.Transcript);
        Assert.True(run.Wrong.Count == 0, string.Join("\n\n", run.Wrong));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Blocks_should_say_what_they_are_and_no_command_of_ours_be_shown_without_being_run(string document)
    {
        Assert.All(DocumentBlock.Of(document), block =>
        {
            Assert.True(block.Kind is "console" or DocumentRun.Roughly or "hocon" or Shown, $"{block}: '{block.Kind}' is no kind of block");
            if (block.Kind == Shown)
                Assert.DoesNotContain(block.Lines, line => line.StartsWith("mcrctl ", StringComparison.Ordinal) || line.StartsWith("mcrgen ", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Expected_output_should_be_exact_but_for_its_ellipses()
    {
        Assert.True(DocumentRun.Matches(["a … c", "…", "end"], "a b c\nmore\nlines\nend\n"));
        Assert.True(DocumentRun.Matches([], ""));
        Assert.False(DocumentRun.Matches(["a … c"], "a b d\n"));
        Assert.False(DocumentRun.Matches(["a"], "a\nb\n"));
        Assert.False(DocumentRun.Matches([], "a\n"));
        Assert.True(DocumentRun.Matches(["in  5 /s, 16.3 Mbit/s, 1.2 ms, 3 s ago"], "in 1,544 /s, 0 bit/s, 17 us, now\n", isRough: true));
        Assert.False(DocumentRun.Matches(["lost 5"], "won 5\n", isRough: true));
        Assert.False(DocumentRun.Matches(["lost 5"], "lost 6\n"));
    }

    /// <summary>What is no file is a part of a rule, and is put into one.</summary>
    private static string Whole(DocumentBlock block)
    {
        if (block.Lines.Any(line => line.StartsWith("mcr", StringComparison.Ordinal)))
            return block.Text;
        string input = block.Text.Contains("select", StringComparison.Ordinal)
            ? """inputs = [ { interface = eth1, group = "239.1.1.1", port = 5000 }, { interface = eth2, group = "239.1.1.1", port = 5000 } ]"""
            : """input { interface = eth0, group = "239.1.1.1", port = 5000 }""";
        return $$"""mcr.rules = [ { {{input}}, outputs = [ { interface = eth3, group = "239.2.2.2", port = 6000 } ]""" + $"\n{block.Text}}} ]";
    }
}
