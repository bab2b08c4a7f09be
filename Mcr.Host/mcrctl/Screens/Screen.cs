namespace Mcr.Host.Mcrctl.Screens;

/// <summary>An answer for people: rows, the worst first, or only sentences. Pure.</summary>
internal sealed record Screen(IReadOnlyList<string> Sentences)
{
    public IReadOnlyList<Column> Columns { get; init; } = [];

    public IReadOnlyList<Row> Rows { get; init; } = [];

    /// <summary>What one row is, for <c>… 460 more rules</c>.</summary>
    public string What { get; init; } = "";

    /// <summary>All of it, however long.</summary>
    public IEnumerable<Line> Lines(int width)
    {
        foreach (string line in Sentences.SelectMany(sentence => Wrapped(sentence, width)))
            yield return Line.Of(line);
        if (Rows.Count == 0)
            yield break;
        var grid = new Grid(Columns, Rows, width);
        foreach (Line line in grid.Head.Concat(grid.Rows.SelectMany(r => r)).Concat(Foot(grid, width)))
            yield return line;
    }

    /// <summary>As much of it as fits a height, and how much more there is: for a screen that is drawn again and again.</summary>
    public IReadOnlyList<Line> Frame(int width, int height)
    {
        Line[] top = [.. Sentences.SelectMany(sentence => Wrapped(sentence, width)).Take(height).Select(line => Line.Of(line))];
        if (Rows.Count == 0)
            return top;
        var grid = new Grid(Columns, Rows.Take(height), width, isDense: true); // no more could be seen
        var lines = new List<Line>([.. top, .. grid.Head]);
        int shown = 0;
        foreach (IReadOnlyList<Line> row in grid.Rows)
        {
            bool isLast = shown == Rows.Count - 1;
            if (lines.Count + row.Count > height - (isLast ? 0 : 1))
                break;
            lines.AddRange(row);
            shown++;
        }

        if (shown < Rows.Count)
            lines.Add(Line.Of($"… {Quantity.Count(Rows.Count - shown, shown == 0 ? What : "more " + What)}", Ink.Faint));
        else
            lines.AddRange(Foot(grid, width).Take(height - lines.Count));
        return [.. lines.Take(height)];
    }

    private static IEnumerable<Line> Foot(Grid grid, int width) => grid.LeftOut.ToArray() is { Length: > 0 } leftOut
        ? TextWidth.Wrap($"(no room for: {string.Join(", ", leftOut)})", width).Select(line => Line.Of(line, Ink.Faint))
        : [];

    private static IEnumerable<string> Wrapped(string sentence, int width) => TextWidth.Wrap(TextWidth.Printable(sentence).Replace('\n', ' '), width);
}
