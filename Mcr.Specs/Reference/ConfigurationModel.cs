using System.Text.RegularExpressions;

namespace Mcr.Specs.Reference;

/// <summary>hocon/reference.hocon as documents need it: its sections and keys, with what the comments in front of them say, in its order.</summary>
internal sealed partial class ConfigurationModel
{
    /// <summary>Of a comment: what stands further in than this is code.</summary>
    private const string CodeIndent = "  ";

    private readonly List<ConfigEntry> _entries = [];
    private readonly List<string> _comment = [];
    private readonly List<string> _path = [];
    private bool _isExample;

    private ConfigurationModel()
    {
    }

    /// <summary>What is said before the first key, but for what the file is itself.</summary>
    public required Block[] Head { get; init; }

    public required IReadOnlyList<ConfigEntry> Entries { get; init; }

    public static ConfigurationModel Read()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Executables.RepositoryRoot, "hocon", "reference.hocon"));
        int head = Array.IndexOf(lines, "mcr {");
        var reader = new ConfigurationModel { Head = [], Entries = [] };
        reader.Lines(lines[head..]);
        return new ConfigurationModel { Head = [.. Blocks([.. lines[..head].Select(l => l.Length > 1 ? l[2..] : "")]).Skip(1)], Entries = [.. Grouped(reader._entries)] };
    }

    /// <summary>Each section with its own keys, which may stand between other sections in the file; without those that have nothing to say.</summary>
    private static IEnumerable<ConfigEntry> Grouped(List<ConfigEntry> entries) =>
        from section in entries
        where section.IsSection && !section.IsExample
        let keys = entries.Where(e => IsOf(section, e)).ToArray()
        where keys.Length > 0 || section.Text.Length > 0
        from entry in keys.Prepend(section)
        select entry;

    private static bool IsOf(ConfigEntry section, ConfigEntry key) =>
        key.IsExample ? key.Path.StartsWith($"{section.Path}[]", StringComparison.Ordinal) : !key.IsSection && string.Join('.', key.Section) == section.Path;

    private void Lines(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line == "rules = [")
            {
                Add("rules", null, isSection: true);
                int end = Array.FindIndex(lines, i, l => l.Trim() == "]");
                Example(lines[(i + 1)..end]);
                i = end;
            }
            else
            {
                Line(line);
            }
        }
    }

    /// <summary>A rule with all its keys, which is a comment as a whole.</summary>
    private void Example(string[] lines)
    {
        _isExample = true;
        _path.Add("rules[]");
        foreach (string line in lines.Select(l => l.Trim()[1..].Trim()).Skip(1).SkipLast(1))
            Line(line);
        _path.RemoveAt(_path.Count - 1);
        _isExample = false;
    }

    private void Line(string line)
    {
        if (line.StartsWith('#'))
            _comment.Add(line.Length > 1 ? line[2..] : "");
        else if (line.Length == 0)
            EndComment();
        else if (line is "}" or "]")
            Close();
        else if (Opening().Match(line) is { Success: true } opening)
            Open(opening.Groups["key"].Value, line[^1] == '[');
        else if (Setting().Match(line) is { Success: true } setting)
            Add(setting.Groups["key"].Value, setting.Groups["value"].Value.Trim(), isSection: false);
        else if (line[0] == '{' && line[^1] == '}' && Setting().Match(line[1..].Trim()) is { Success: true } first)
            Add(first.Groups["key"].Value, line, isSection: false);
        else if (line[0] == '{')
            OpenElement(line);
        else
            throw new InvalidDataException($"reference.hocon: '{line}' is nothing that the reference knows how to show; one key, or one bracket, a line");
    }

    private void Open(string key, bool isList)
    {
        Add(key, null, isSection: true);
        _path.Add(isList ? key + "[]" : key);
    }

    /// <summary>Of a list: its first keys are in this line, and shown with the list.</summary>
    private void OpenElement(string line)
    {
        ConfigEntry list = _entries[^1];
        _entries[^1] = list with { Text = [.. list.Text, new Block.Code([$"{list.Key} = [ {line} }} ]"])] };
        _path.Add("");
    }

    private void Close()
    {
        if (_comment.Count > 0)
        {
            // Of a section that has no keys here: examples.
            ConfigEntry last = _entries[^1];
            _entries[^1] = last with { Text = [.. last.Text, new Block.Code([.. _comment])] };
            _comment.Clear();
        }

        _path.RemoveAt(_path.Count - 1);
    }

    /// <summary>What is said of no key that follows: of those that its code shows.</summary>
    private void EndComment()
    {
        string[] keys = [.. _comment.Where(c => c.StartsWith(CodeIndent, StringComparison.Ordinal)).Select(c => c.Trim().Split(' ')[0]).Distinct()];
        if (keys.Length > 0)
            Add(string.Join(", ", keys), null, isSection: false);
    }

    private void Add(string key, string? value, bool isSection)
    {
        _entries.Add(new ConfigEntry([.. _path.Where(p => p.Length > 0)], key, value, isSection, _isExample, Blocks([.. _comment])));
        _comment.Clear();
    }

    private static Block[] Blocks(string[] comment) => Prose.Read(comment.Select(line => line.StartsWith(CodeIndent, StringComparison.Ordinal) ? $"    {line.Trim()}" : line));

    [GeneratedRegex(@"^(?<key>[\w-]+) (= )?[{\[]$")]
    private static partial Regex Opening();

    [GeneratedRegex(@"^(?<key>[\w-]+) (= )?(?<value>.+)$")]
    private static partial Regex Setting();
}
