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
            int messages = SourceMessages.Told.Count(m => Fits(row.Key, m.Text));
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

    [Theory]
    [InlineData("rule … is …: …", "rule … is pending: …", true)]
    [InlineData("a …", "a b", true)]
    [InlineData("… b", "a b", true)]
    [InlineData("a … a", "a a", false)]
    [InlineData("a … b", "a … c", false)]
    [InlineData("… is down", "… is up", false)]
    public void Text_should_fit_a_key_but_for_its_holes(string key, string text, bool fits) => Assert.Equal(fits, Fits(key, text));

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
    private static bool AreAlike(string key, string text) => Fits(key, text) || (text.Count(char.IsLetter) >= SourceMessages.LeastLetters && Fits(text, key));

    /// <summary>Whether a text is one of those that a pattern with holes stands for.</summary>
    private static bool Fits(string pattern, string text)
    {
        string[] parts = pattern.Split(SourceMessage.Hole);
        if (parts.Length == 1)
            return pattern == text;
        if (text.Length < parts[0].Length + parts[^1].Length || !text.StartsWith(parts[0], StringComparison.Ordinal) || !text.EndsWith(parts[^1], StringComparison.Ordinal))
            return false;
        int at = parts[0].Length;
        foreach (string part in parts[1..^1])
        {
            int found = text.IndexOf(part, at, text.Length - parts[^1].Length - at, StringComparison.Ordinal);
            if (found < 0)
                return false;
            at = found + part.Length;
        }

        return true;
    }

    [GeneratedRegex(@"^\| (`+)(.+?)\1 \| (.+) \|$")]
    private static partial Regex KeyedRow();
}
