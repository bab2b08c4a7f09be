using System.Globalization;
using System.Text;

namespace Mcr.Specs.Reference;

/// <summary>A manual page under construction: the macros of man(7), in ASCII.</summary>
internal sealed class Roff
{
    private readonly StringBuilder _page = new();

    /// <summary>Just behind a title, where no paragraph needs to begin.</summary>
    private bool _isFresh;

    /// <param name="date">Of the last change by hand to what the page says.</param>
    public Roff(string title, int section, string date) =>
        _page.Append($".\\\" Made by ReferenceSpecs; to change it see Mcr.Specs/Reference/Texts.\n.TH {title.ToUpperInvariant()} {section} {date} MCR \"MCR Manual\"\n");

    public void Section(string title) => Macro("SH", title.ToUpperInvariant());

    public void Part(string title) => Macro("SS", title);

    /// <summary>Lines of text, escaped, that need no paragraph of their own.</summary>
    public void Line(string text)
    {
        _page.Append(Inline(text)).Append('\n');
        _isFresh = false;
    }

    public void Paragraph(string text)
    {
        Begin();
        Line(text);
    }

    /// <summary>A command with its options: the first word is bold, lines after the first are set in.</summary>
    public void Usage(string command, IEnumerable<string> words)
    {
        _page.Append($".HP 8\n\\fB{Escape(command)}\\fR\n");
        foreach (string word in words)
            _page.Append(Escape(word).Replace(" ", "\\ ", StringComparison.Ordinal)).Append('\n');
        _isFresh = false;
    }

    public void Term(string name, string text)
    {
        _page.Append(".TP\n").Append(name.Contains('`', StringComparison.Ordinal) ? Inline(name) : $"\\fB{Escape(name)}\\fR").Append('\n');
        _isFresh = true;
        if (text.Length > 0)
            Line(text);
    }

    public void Code(IEnumerable<string> lines)
    {
        Begin();
        _page.Append(".RS 4\n.nf\n");
        foreach (string line in lines)
            _page.Append(Guard(Escape(line))).Append('\n');
        _page.Append(".fi\n.RE\n");
    }

    public void Blocks(IEnumerable<Block> blocks)
    {
        foreach (Block block in blocks)
        {
            switch (block)
            {
                case Block.Paragraph paragraph:
                    Paragraph(paragraph.Text);
                    break;
                case Block.Term term:
                    Term(term.Name, term.Text);
                    break;
                case Block.Code code:
                    Code(code.Lines);
                    break;
                default:
                    throw new InvalidOperationException($"{block}");
            }
        }
    }

    /// <summary>What follows belongs to the term before it.</summary>
    public void Within(Action text)
    {
        _page.Append(".RS\n");
        _isFresh = true;
        text();
        _page.Append(".RE\n");
    }

    public string Text() => _page.ToString();

    private void Begin()
    {
        if (!_isFresh)
            _page.Append(".PP\n");
        _isFresh = false;
    }

    private void Macro(string name, string argument)
    {
        _page.Append($".{name} {(argument.Contains(' ', StringComparison.Ordinal) ? $"\"{Escape(argument)}\"" : Escape(argument))}\n");
        _isFresh = true;
    }

    /// <summary>Code in backquotes becomes bold; of a link in Markdown remains what is read.</summary>
    private static string Inline(string text)
    {
        string[] parts = text.Split('`');
        var line = new StringBuilder();
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length > 0)
                line.Append(i % 2 == 0 ? Escape(parts[i]) : $"\\fB{Escape(parts[i])}\\fR");
        }

        return Guard(line.ToString());
    }

    /// <summary>A line that begins with a point or an apostrophe would be a macro.</summary>
    private static string Guard(string line) => line.Length > 0 && line[0] is '.' or '\'' ? "\\&" + line : line;

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            escaped.Append(rune.Value switch
            {
                '\\' => "\\e",
                '-' => "\\-",
                '\'' => "\\(aq",
                '`' => "\\(ga",
                '^' => "\\(ha",
                '~' => "\\(ti",
                '"' => "\\(dq",
                '…' => "...",
                '→' => "\\(->",
                < 128 => rune.ToString(),
                _ => string.Create(CultureInfo.InvariantCulture, $"\\[u{rune.Value:X4}]"),
            });
        }

        return escaped.ToString();
    }
}
