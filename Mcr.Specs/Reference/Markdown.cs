using System.Text;

namespace Mcr.Specs.Reference;

/// <summary>A page of Markdown under construction, with a table of contents of what it has got.</summary>
internal sealed class Markdown
{
    private const int DeepestInContents = 3;

    private readonly StringBuilder _body = new();
    private readonly StringBuilder _contents = new();
    private readonly MarkdownAnchors _anchors = new();

    public void Heading(int level, string title)
    {
        string anchor = _anchors.Of(title);
        _body.Append($"{new string('#', level)} {title}\n\n");
        if (level is > 1 and <= DeepestInContents)
            _contents.Append($"{new string(' ', (level - 2) * 2)}- [{title}](#{anchor})\n");
    }

    public void Blocks(IEnumerable<Block> blocks, string language = "")
    {
        bool wasTerm = false;
        foreach (Block block in blocks)
        {
            if (wasTerm && block is not Block.Term)
                _body.Append('\n');
            wasTerm = block is Block.Term;
            _body.Append(block switch
            {
                Block.Paragraph paragraph => $"{paragraph.Text}\n\n",
                Block.Term term => $"- {term.Name}: {term.Text}\n",
                Block.Code code => $"```{language}\n{string.Join('\n', code.Lines)}\n```\n\n",
                _ => throw new InvalidOperationException($"{block}"),
            });
        }

        if (wasTerm)
            _body.Append('\n');
    }

    public void Paragraph(string text) => Blocks([new Block.Paragraph(text)]);

    public void Table(string[] titles, IEnumerable<string[]> rows)
    {
        _body.Append($"| {string.Join(" | ", titles)} |\n|{string.Concat(titles.Select(_ => " --- |"))}\n");
        foreach (string[] row in rows)
            _body.Append($"| {string.Join(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n");
        _body.Append('\n');
    }

    /// <param name="head">Comes before the contents.</param>
    public string Text(string head) => $"{head}\n{_contents}\n{_body}".TrimEnd('\n') + "\n";
}
