using System.Text;
using System.Text.RegularExpressions;

namespace Mcr.Specs.Docs;

/// <summary>
/// user_docs/TROUBLESHOOTING.md has all that the programs complain of. What that is: <see cref="SourceMessages.Told"/>, each of which wants a row written by
/// hand, and <see cref="SourceMessages.Refused"/>, which say themselves what to do and are listed (MCR_WRITE_DOCS=1 writes the list).
/// </summary>
public sealed partial class TroubleshootingSpecs
{
    private const string Document = "user_docs/TROUBLESHOOTING.md";
    private const string Begin = "<!-- refusals: by MCR_WRITE_DOCS=1 -->\n";

    /// <summary>A key that fits more messages than this says too little.</summary>
    private const int MostMessages = 3;

    private static readonly string Path = System.IO.Path.Combine(Executables.RepositoryRoot, Document);

    [Fact]
    public void Every_message_should_have_an_entry()
    {
        string[] keys = Keys();
        string[] without = [.. SourceMessages.Told.Where(m => !keys.Any(key => AreAlike(key, m.Text))).Select(m => $"{m}")];
        Assert.True(without.Length == 0, $"without an entry in {Document}:\n{string.Join('\n', without)}");
    }

    [Fact]
    public void Every_entry_should_be_a_message_of_the_source_code()
    {
        string[] unknown = [.. Keys().Where(key => !SourceMessages.Strings.Any(text => AreAlike(key, text)))];
        Assert.True(unknown.Length == 0, $"in no text of the source code:\n{string.Join('\n', unknown)}");
        Assert.Equal(Keys().Distinct(), Keys());
    }

    [Fact]
    public void Entry_should_be_one_message_and_say_what_to_do()
    {
        Assert.All(Rows(), row =>
        {
            int messages = SourceMessages.Told.Count(m => Pattern(row.Key).IsMatch(m.Text));
            Assert.True(messages <= MostMessages, $"'{row.Key}' fits {messages} messages");
            Assert.Equal(2, row.Cells.Length);
            Assert.All(row.Cells, cell => Assert.True(cell.Any(char.IsLetter), $"'{row.Key}' has a cell that says nothing"));
        });
    }

    [Fact]
    public void Refusals_should_be_listed_as_they_are()
    {
        string text = File.ReadAllText(Path);
        string[] parts = text.Split(Begin);
        Assert.Equal(2, parts.Length);
        string listed = Refusals();
        if (Environment.GetEnvironmentVariable("MCR_WRITE_DOCS") == "1")
            File.WriteAllText(Path, parts[0] + Begin + listed);
        else
            Assert.Equal(listed, parts[1]);
    }

    private static string Refusals()
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, SourceMessage> area in SourceMessages.Refused.GroupBy(AreaOf).OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            text.Append($"\n### {area.Key}\n\n");
            foreach (IGrouping<string, SourceMessage> field in area.GroupBy(m => m.Field ?? "").OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                foreach (string sentence in field.Select(m => m.Text).Distinct().Order(StringComparer.Ordinal))
                    text.Append($"- {(field.Key is "" or SourceMessage.Hole ? "" : $"**{field.Key}** ")}{Code(sentence)}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>Where a reader meets it.</summary>
    private static string AreaOf(SourceMessage message) => message.File.Split('/') switch
    {
        ["Mcr.Actors", "Configuration", "Hocon", ..] => "How a configuration file is written",
        ["Mcr.Actors", "Configuration", ..] => "What stands in a configuration file",
        ["Mcr.Native", "Rules" or "Analysis", ..] => "Rules, of files and of mcrctl",
        ["Mcr.Actors", "Cluster" or "Redundancy" or "Legs" or "Feeds", ..] => "Several hosts",
        ["Mcr.Actors", "Console", ..] => "Remote consoles",
        ["Mcr.Actors", "Control" or "Relay", ..] => "Requests",
        ["Mcr.Host", "mcrctl", ..] => "mcrctl",
        ["Mcr.Host", "mcrgen", ..] => "mcrgen",
        ["Mcr.Host", ..] => "mcrd",
        ["Mcr.Native", ..] => "What a worker says of orders that it refuses",
        _ => "Files of the state directory",
    };

    private static string Code(string sentence) => sentence.Contains('`', StringComparison.Ordinal) ? $"`` {sentence} ``" : $"`{sentence}`";

    private static string[] Keys() => [.. Rows().Select(row => row.Key)];

    private static IEnumerable<(string Key, string[] Cells)> Rows() =>
        from line in File.ReadLines(Path)
        let row = KeyedRow().Match(line)
        where row.Success
        select (row.Groups[2].Value.Trim(), row.Groups[3].Value.Split(" | "));

    /// <summary>Either may be the more general one: a key may leave out the end, and say what usually stands in a hole.</summary>
    private static bool AreAlike(string key, string text) => Pattern(key).IsMatch(text) || (text.Count(char.IsLetter) >= SourceMessages.LeastLetters && Pattern(text).IsMatch(key));

    private static Regex Pattern(string key) => new($@"\A{Regex.Escape(key).Replace(SourceMessage.Hole, ".*", StringComparison.Ordinal)}\z", RegexOptions.Singleline);

    [GeneratedRegex(@"^\| (`+)(.+?)\1 \| (.+) \|$")]
    private static partial Regex KeyedRow();
}
