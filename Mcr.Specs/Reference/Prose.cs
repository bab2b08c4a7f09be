namespace Mcr.Specs.Reference;

/// <summary>
/// A text in the few forms that Markdown and manual pages share: paragraphs, terms with what they mean, and code. In it <c>`x`</c> is code.
/// </summary>
internal abstract record Block
{
    private Block()
    {
    }

    public sealed record Paragraph(string Text) : Block;

    public sealed record Term(string Name, string Text) : Block;

    public sealed record Code(string[] Lines) : Block;
}

internal static class Prose
{
    private const string Indent = "    ";
    private const string Meaning = ": ";

    /// <summary>Lines with four spaces in front are code; a line that begins with a colon says what the line before it means; an empty line ends a paragraph.</summary>
    public static Block[] Read(IEnumerable<string> lines)
    {
        var blocks = new List<Block>();
        var open = new List<string>();
        var code = new List<string>();
        foreach (string line in lines)
        {
            if (line.StartsWith(Indent, StringComparison.Ordinal))
            {
                EndText();
                code.Add(line[Indent.Length..]);
                continue;
            }

            EndCode();
            if (line.Length == 0)
                EndText();
            else if (line.StartsWith(Meaning, StringComparison.Ordinal))
                BeginTerm(line);
            else
                open.Add(line);
        }

        EndCode();
        EndText();
        return [.. blocks];

        void EndCode()
        {
            if (code.Count > 0)
                blocks.Add(new Block.Code([.. code]));
            code.Clear();
        }

        // The line before it is the term; what is before that has ended.
        void BeginTerm(string meaning)
        {
            string term = open[^1];
            open.RemoveAt(open.Count - 1);
            EndText();
            open.AddRange([term, meaning]);
        }

        void EndText()
        {
            if (open is [var term, var meaning, ..] && meaning.StartsWith(Meaning, StringComparison.Ordinal))
                blocks.Add(new Block.Term(term, string.Join(' ', open.Skip(1))[Meaning.Length..]));
            else if (open.Count > 0)
                blocks.Add(new Block.Paragraph(string.Join(' ', open)));
            open.Clear();
        }
    }
}
