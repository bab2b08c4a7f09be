using System.Collections.Immutable;

namespace Mcr.Host.Mcrctl.Remote;

/// <summary>What a key does to the line: the next line, and whether the editor is to do something about it.</summary>
internal enum LineEvent
{
    None,

    /// <summary>The line is to be done.</summary>
    Entered,

    /// <summary>It is given up (Ctrl-C).</summary>
    Abandoned,

    /// <summary>There is no more to come (Ctrl-D).</summary>
    Ended,

    /// <summary>Several words fit: they are to be shown.</summary>
    Listed,

    /// <summary>The screen is to be empty (Ctrl-L).</summary>
    Cleared,
}

/// <summary>A line that is being typed, with the lines before it. Immutable and pure.</summary>
/// <param name="History">Oldest first.</param>
internal sealed record LineState(ImmutableList<string> History)
{
    public string Text { get; init; } = "";

    /// <summary>In front of which character the cursor is.</summary>
    public int Cursor { get; init; }

    /// <summary>What would fit, after <see cref="LineEvent.Listed"/>.</summary>
    public ImmutableArray<string> Candidates { get; init; } = [];

    /// <summary>Which line of the history is shown; its count: none, but what was typed.</summary>
    private int Shown { get; init; } = History.Count;

    private string Draft { get; init; } = "";

    /// <param name="complete">Whole words that may stand where a word ends at the cursor, and where that begins.</param>
    public (LineState Next, LineEvent Event) Press(ConsoleKeyInfo key, Func<string, (int Start, IReadOnlyList<string> Words)> complete)
    {
        bool isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        return key.Key switch
        {
            ConsoleKey.Enter => (this, LineEvent.Entered),
            ConsoleKey.C when isControl => (this, LineEvent.Abandoned),
            ConsoleKey.D when isControl && Text.Length == 0 => (this, LineEvent.Ended),
            ConsoleKey.L when isControl => (this, LineEvent.Cleared),
            ConsoleKey.Tab => Complete(complete),
            ConsoleKey.Backspace => (Cut(Cursor - 1, Cursor), LineEvent.None),
            ConsoleKey.Delete => (Cut(Cursor, Cursor + 1), LineEvent.None),
            ConsoleKey.D when isControl => (Cut(Cursor, Cursor + 1), LineEvent.None),
            ConsoleKey.U when isControl => (Cut(0, Cursor), LineEvent.None),
            ConsoleKey.K when isControl => (Cut(Cursor, Text.Length), LineEvent.None),
            ConsoleKey.W when isControl => (Cut(WordBefore(), Cursor), LineEvent.None),
            ConsoleKey.LeftArrow => (Move(isControl ? WordBefore() : Cursor - 1), LineEvent.None),
            ConsoleKey.B when isControl => (Move(Cursor - 1), LineEvent.None),
            ConsoleKey.RightArrow => (Move(Cursor + 1), LineEvent.None),
            ConsoleKey.F when isControl => (Move(Cursor + 1), LineEvent.None),
            ConsoleKey.Home => (Move(0), LineEvent.None),
            ConsoleKey.A when isControl => (Move(0), LineEvent.None),
            ConsoleKey.End => (Move(Text.Length), LineEvent.None),
            ConsoleKey.E when isControl => (Move(Text.Length), LineEvent.None),
            ConsoleKey.UpArrow => (Show(Shown - 1), LineEvent.None),
            ConsoleKey.P when isControl => (Show(Shown - 1), LineEvent.None),
            ConsoleKey.DownArrow => (Show(Shown + 1), LineEvent.None),
            ConsoleKey.N when isControl => (Show(Shown + 1), LineEvent.None),
            _ when !char.IsControl(key.KeyChar) && key.KeyChar != '\0' => (Insert(Cursor, $"{key.KeyChar}"), LineEvent.None),
            _ => (this, LineEvent.None),
        };
    }

    private (LineState Next, LineEvent Event) Complete(Func<string, (int Start, IReadOnlyList<string> Words)> complete)
    {
        string before = Text[..Cursor];
        (int start, IReadOnlyList<string> words) = complete(before);
        string typed = before[start..];
        string[] fit = [.. words.Where(w => w.StartsWith(typed, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];
        if (fit.Length == 0)
            return (this, LineEvent.None);
        if (fit.Length == 1)
            return (Insert(Cursor, fit[0][typed.Length..] + " "), LineEvent.None);
        string common = fit.Aggregate((a, b) => a[..a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count()]);
        return common.Length > typed.Length
            ? (Insert(Cursor, common[typed.Length..]), LineEvent.None)
            : (this with { Candidates = [.. fit] }, LineEvent.Listed);
    }

    private LineState Insert(int at, string text) => this with { Text = Text.Insert(at, text), Cursor = at + text.Length };

    private LineState Cut(int from, int to)
    {
        (from, to) = (Math.Clamp(from, 0, Text.Length), Math.Clamp(to, 0, Text.Length));
        return this with { Text = Text.Remove(from, to - from), Cursor = from };
    }

    private LineState Move(int to) => this with { Cursor = Math.Clamp(to, 0, Text.Length) };

    private int WordBefore()
    {
        string before = Text[..Cursor].TrimEnd();
        return before.LastIndexOf(' ') + 1;
    }

    private LineState Show(int line)
    {
        line = Math.Clamp(line, 0, History.Count);
        string draft = Shown == History.Count ? Text : Draft;
        string text = line == History.Count ? draft : History[line];
        return this with { Shown = line, Draft = draft, Text = text, Cursor = text.Length };
    }
}
