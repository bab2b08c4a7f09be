namespace Mcr.Specs.Docs;

/// <summary>A fenced block of a document.</summary>
/// <param name="Kind">The word behind the fence; empty if there is none.</param>
/// <param name="Line">Of the fence, from 1.</param>
internal sealed record DocumentBlock(string Document, int Line, string Kind, IReadOnlyList<string> Lines)
{
    public string Text => string.Concat(Lines.Select(line => line + '\n'));

    public override string ToString() => $"{Document}:{Line}";

    public static IReadOnlyList<DocumentBlock> Of(string document)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Executables.RepositoryRoot, document));
        var blocks = new List<DocumentBlock>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            string[] body = [.. lines.Skip(i + 1).TakeWhile(line => line != "```")];
            blocks.Add(new DocumentBlock(document, i + 1, lines[i][3..], body));
            i += body.Length + 1;
        }

        return blocks;
    }
}
