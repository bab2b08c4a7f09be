namespace Mcr.Specs.Reference;

/// <summary>What programs that print manual pages say of ours.</summary>
public sealed class ManualSpecs
{
    private const string Groff = "groff";
    private const string Mandoc = "mandoc";

    public static TheoryData<string> Pages => ["mcrd.8", "mcrctl.1", "mcrgen.1", "mcrd.hocon.5"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Manual_page_should_have_nothing_that_groff_warns_of(string page)
    {
        NamespaceSupport.RequireProgram(Groff);
        using var run = new RunningProcess(null, Groff, ["-man", "-ww", "-Kutf8", "-Tutf8", "-P-cbou", FileOf(page)]);
        (int exitCode, string output, string error) = run.End();
        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains("SEE ALSO", output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Manual_page_should_have_nothing_that_mandoc_warns_of(string page)
    {
        NamespaceSupport.RequireProgram(Mandoc);
        using var run = new RunningProcess(null, Mandoc, ["-Tlint", "-Wwarning", FileOf(page)]);
        (int exitCode, string output, string error) = run.End();
        Assert.Equal((0, "", ""), (exitCode, output, error));
    }

    /// <summary>What whatis and apropos find it by: NAME - sentence, in one line.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Manual_page_should_begin_with_its_name_as_whatis_reads_it(string page)
    {
        string[] lines = File.ReadAllLines(FileOf(page));
        Assert.Equal(".SH NAME", lines[2]);
        Assert.Matches($@"^{page[..^2].Replace(".", @"\.", StringComparison.Ordinal)} \\- [a-z][a-zA-Z ]+$", lines[3]);
    }

    private static string FileOf(string page) => Path.Combine(Executables.RepositoryRoot, "packaging", "man", page);
}
