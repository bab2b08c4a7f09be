namespace Mcr.Specs.Reference;

/// <summary>
/// What no model knows, of one page: <c>Texts/NAME.txt</c>. Its first line is NAME of the manual page, <c># X</c> begins a section, and <c>## X</c> within
/// <c># COMMANDS</c> what is to be said of a command.
/// </summary>
internal sealed record HandWritten(string Name, IReadOnlyList<(string Title, Block[] Blocks)> Sections, IReadOnlyDictionary<string, Block[]> Commands)
{
    private const string CommandsTitle = "COMMANDS";

    public static HandWritten Of(string page)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Executables.RepositoryRoot, "Mcr.Specs", "Reference", "Texts", $"{page}.txt"));
        var sections = new List<(string Title, Block[] Blocks)>();
        var commands = new Dictionary<string, Block[]>(StringComparer.Ordinal);
        bool isCommand = false;
        for (int i = 1; i < lines.Length;)
        {
            bool isSub = lines[i].StartsWith("## ", StringComparison.Ordinal);
            string title = lines[i].TrimStart('#').Trim();
            int end = i + 1;
            while (end < lines.Length && !lines[end].StartsWith('#'))
                end++;
            Block[] blocks = Prose.Read(lines[(i + 1)..end]);
            isCommand = isSub ? isCommand : title == CommandsTitle;
            if (isSub && isCommand)
                commands.Add(title, blocks);
            else if (!isCommand)
                sections.Add((title, blocks));
            i = end;
        }

        return new HandWritten(lines[0], sections, commands);
    }

    public Block[] Section(string title) => Sections.Single(s => s.Title == title).Blocks;

    /// <summary>Every line of code, in sections and commands.</summary>
    public IEnumerable<string> CodeLines() => Sections.SelectMany(s => s.Blocks).Concat(Commands.Values.SelectMany(c => c)).OfType<Block.Code>().SelectMany(c => c.Lines);
}
