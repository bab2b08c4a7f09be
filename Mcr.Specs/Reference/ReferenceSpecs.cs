using Mcr.Actors.Configuration.Hocon;
using Mcr.Host.Mcrctl;

namespace Mcr.Specs.Reference;

/// <summary>What is made from the command lines and from reference.hocon is as it was checked in. <c>MCR_WRITE_DOCS=1</c> writes it.</summary>
public sealed class ReferenceSpecs
{
    private const int LinesShown = 5;

    /// <summary>Keys of a rule.</summary>
    private static readonly string[] Wanted =
    [
        "id", "name", "force", "analyse", "alarms", "ha", "input", "inputs", "select", "outputs",
        .. new[] { "ttl", "source", "dscp", "rate-limit", "max-burst", "pace", "priority", "node" }.Select(o => $"outputs[].{o}"),
    ];

    [Fact]
    public void Reference_should_be_what_the_programs_and_the_configuration_say() => Compare("user_docs/REFERENCE.md", ReferencePage.Text());

    [Theory]
    [InlineData("mcrd.8")]
    [InlineData("mcrctl.1")]
    [InlineData("mcrgen.1")]
    [InlineData("mcrd.hocon.5")]
    public void Manual_page_should_be_what_the_programs_and_the_configuration_say(string page) => Compare($"packaging/man/{page}", ManualPages.All()[page]);

    [Theory]
    [InlineData("mcrd")]
    [InlineData("mcrctl")]
    [InlineData("mcrgen")]
    public void Completions_should_be_what_the_programs_say(string name)
    {
        ProgramModel program = ProgramModel.All.Single(p => p.Name == name);
        Compare($"packaging/completions/bash/{name}", BashCompletion.Of(program));
        Compare($"packaging/completions/zsh/_{name}", ZshCompletion.Of(program));
    }

    public static TheoryData<string, string> EveryOption => [.. ProgramModel.All.SelectMany(p => p.Root.Tree()).SelectMany(c => c.Options.Select(o => (c.Path, o.Name)))];

    /// <summary>Whoever reads --help, or what is made of it, is told what an option takes, in which bounds, and what is without it.</summary>
    [Theory]
    [MemberData(nameof(EveryOption))]
    public void Option_should_say_what_it_takes_in_which_bounds_and_what_is_without_it(string command, string name)
    {
        OptionModel option = ProgramModel.All.SelectMany(p => p.Root.Tree()).Single(c => c.Path == command).Options.Single(o => o.Name == name);
        Assert.Matches("^[A-Za-z].{9,}[^.]$", option.Description);
        if (option.Value is null)
            return;
        Assert.NotEqual("", option.Value);
        Assert.True(option.Default is not null || option.Need.Length > 0 || option.Description.Contains("in place of", StringComparison.Ordinal), $"{command} {name}: neither required nor a default");
        if (option.Value is "N" or "BYTES")
            Assert.Matches(@"\d+ (to \d+|or more)|so many, until", option.Description);
    }

    [Fact]
    public void Every_command_should_be_described_and_nothing_else()
    {
        foreach (ProgramModel program in ProgramModel.All)
        {
            HandWritten texts = HandWritten.Of(program.Name);
            Assert.Equal(program.Commands.Select(c => c.Path).Order(), texts.Commands.Keys.Order());
            Assert.All(program.Root.Tree(), c => Assert.Matches(@"^[A-Z].+\.$", c.Description));
        }
    }

    [Fact]
    public void Every_example_should_be_a_command_line_that_the_program_takes()
    {
        string[] lines = [.. ProgramModel.All.SelectMany(p => HandWritten.Of(p.Name).CodeLines())];
        Assert.True(lines.Length > 50);
        Assert.All(lines, line =>
        {
            string[] words = [.. BatchLine.Split(line, [])!];
            System.CommandLine.ParseResult parsed = words[0] switch
            {
                "mcrd" => Mcr.Host.Mcrd.CommandLine.Build().Parse(words[1..]),
                "mcrctl" => Mcr.Host.Mcrctl.Program.Build().Parse(words[1..]),
                _ => Mcr.Host.Mcrgen.Program.Build().Parse(words[1..]),
            };
            Assert.Empty(parsed.Errors.Select(e => e.Message));
            Assert.NotNull(parsed.CommandResult.Command.Action);
        });
    }

    /// <summary>The comments of reference.hocon are read line by line; what its own reader finds in it is all there, and nothing else.</summary>
    [Fact]
    public void Every_key_of_the_configuration_should_be_in_the_reference()
    {
        string file = Path.Combine(Executables.RepositoryRoot, "hocon", "reference.hocon");
        var files = new HoconFiles();
        var root = new HoconObject(default);
        HoconParser.Parse(File.ReadAllText(file), file, files, root);
        ConfigEntry[] entries = [.. ConfigurationModel.Read().Entries];

        Assert.Equal(Keys(root, "").Order(), entries.Where(e => !e.IsSection && !e.IsExample).Select(e => e.Path).Order());
        Assert.Empty(ConfigEntry.KeysWithTypes.Except(entries.Select(e => e.Path)));
        Assert.Empty(Wanted.Except(entries.Where(e => e.IsExample).Select(e => e.Path["mcr.rules[].".Length..])));
        Assert.All(entries.Where(e => !e.IsSection), e => Assert.NotEmpty(e.Text));

        static IEnumerable<string> Keys(HoconObject section, string path) => section.Members.SelectMany(m => m.Value switch
        {
            HoconObject inner => Keys(inner, $"{path}{m.Key}."),
            _ when path + m.Key == "mcr.rules" => [],
            _ => [path + m.Key],
        });
    }

    [Fact]
    public void Exit_codes_should_be_those_of_the_programs()
    {
        Assert.Equal([Host.Mcrd.ExitCodes.Ok, Host.Mcrd.ExitCodes.Failed, Host.Mcrd.ExitCodes.Usage, Host.Mcrd.ExitCodes.Unavailable, Host.Mcrd.ExitCodes.Software, Host.Mcrd.ExitCodes.CannotCreate, Host.Mcrd.ExitCodes.NoPermission, Host.Mcrd.ExitCodes.Configuration], Codes("mcrd"));
        Assert.Equal([ExitCodes.Done, ExitCodes.Failed, ExitCodes.Usage], Codes("mcrctl"));

        static int[] Codes(string page) => [.. HandWritten.Of(page).Section("EXIT STATUS").OfType<Block.Term>().Select(t => int.Parse(t.Name.Trim('`')))];
    }

    private static void Compare(string path, string text)
    {
        string file = Path.Combine(Executables.RepositoryRoot, path);
        if (Environment.GetEnvironmentVariable("MCR_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        string[] there = File.Exists(file) ? File.ReadAllText(file).Split('\n') : [];
        string[] made = text.Split('\n');
        int same = there.Zip(made).TakeWhile(pair => pair.First == pair.Second).Count();
        if (same < made.Length || same < there.Length)
            Assert.Fail($"{path} is not what is made from the programs and reference.hocon, from line {same + 1} on; MCR_WRITE_DOCS=1 writes it.\nThere:\n{Some(there, same)}\nMade:\n{Some(made, same)}");

        static string Some(string[] lines, int from) => string.Join('\n', lines.Skip(from).Take(LinesShown).Select(l => $"  {l}"));
    }
}
