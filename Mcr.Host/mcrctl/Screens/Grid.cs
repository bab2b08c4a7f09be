namespace Mcr.Host.Mcrctl.Screens;

/// <summary>What gives when there is not enough room for a column.</summary>
internal enum Give
{
    /// <summary>Nothing: an address, a number.</summary>
    Nothing,

    /// <summary>It is cut off, with an ellipsis: a name.</summary>
    Cut,

    /// <summary>It breaks between words.</summary>
    Wrap,
}

/// <param name="Rank">0: always there. Of the others the highest is left out first.</param>
internal sealed record Column(string Title, int Rank = 0, Give Give = Give.Nothing, bool IsNumber = false)
{
    /// <summary>What is left of a name that is cut.</summary>
    public const int LeastCut = 10;
}

/// <param name="Cells">One for each column; a cell may have several lines.</param>
/// <param name="Ink">Of the first cell.</param>
/// <param name="Note">In lines of its own below the row; null for none.</param>
internal sealed record Row(string[] Cells, Ink Ink = Ink.Plain, string? Note = null)
{
    /// <summary>Below the note, each in lines of its own.</summary>
    public IReadOnlyList<string> More { get; init; } = [];
}

/// <summary>
/// Rows below titles, fitted to a width: texts break between words and names are cut, then columns are left out, and when the rest is too wide, too,
/// each row becomes lines of titles and values. An address is never broken. Pure.
/// </summary>
internal sealed class Grid
{
    private const int Gap = 2;
    private const int NoteIndent = 4;
    private const int Hang = 2;

    private readonly Column[] _columns;
    private readonly int[] _shown; // columns
    private readonly int[] _widths; // of those
    private readonly Row[] _rows;
    private readonly int _width;
    private readonly bool _isDense;

    /// <param name="isDense">A note has one line, cut off where it is too long.</param>
    public Grid(IReadOnlyList<Column> columns, IEnumerable<Row> rows, int width, bool isDense = false)
    {
        _isDense = isDense;
        _columns = [.. columns];
        _rows = [.. rows.Select(row => row with { Cells = [.. row.Cells.Select(TextWidth.Printable)], Note = row.Note is null ? null : OneLine(row.Note), More = [.. row.More.Select(OneLine)] })];
        _width = width;
        (_shown, _widths) = Fit();
    }

    /// <summary>Titles of the columns for which there is no room.</summary>
    public IEnumerable<string> LeftOut => IsStacked ? [] : _columns.Where((_, i) => !_shown.Contains(i)).Select(c => c.Title.ToLowerInvariant());

    public IReadOnlyList<Line> Head => IsStacked ? [] : [Line.Of(string.Concat(_shown.Select((column, i) => Padded(_columns[column].Title, i))), Ink.Head)];

    /// <summary>The lines of each row.</summary>
    public IEnumerable<IReadOnlyList<Line>> Rows => _rows.Select(row => IsStacked ? Stacked(row) : Lines(row));

    private bool IsStacked => _shown.Length == 0;

    private (int[] Shown, int[] Widths) Fit()
    {
        int[] natural = [.. _columns.Select((column, i) => _rows.SelectMany(r => r.Cells[i].Split('\n')).Append(column.Title).Max(TextWidth.Of))];
        int[] least = [.. _columns.Select((column, i) => Math.Min(natural[i], Math.Max(TextWidth.Of(column.Title), column.Give switch
        {
            Give.Nothing => natural[i],
            Give.Cut => Column.LeastCut,
            _ => _rows.Select(r => TextWidth.LongestWord(r.Cells[i]) + Hang).Append(0).Max(),
        })))];
        List<int> shown = [.. Enumerable.Range(0, _columns.Length)];
        while (shown.Sum(i => least[i] + Gap) - Gap > _width)
        {
            int last = shown.MaxBy(i => _columns[i].Rank);
            if (_columns[last].Rank == 0)
                return ([], []);
            shown.Remove(last);
        }

        int room = _width - (shown.Sum(i => least[i] + Gap) - Gap);
        var widths = new int[shown.Count];
        foreach (int i in Enumerable.Range(0, widths.Length).OrderByDescending(i => _columns[shown[i]].Give)) // a broken text is worse than a cut name
        {
            int more = Math.Min(room, natural[shown[i]] - least[shown[i]]);
            widths[i] = least[shown[i]] + more;
            room -= more;
        }

        return ([.. shown], widths);
    }

    private List<Line> Lines(Row row)
    {
        string[][] cells = [.. _shown.Select((column, i) => Fitted(row.Cells[column], _columns[column].Give, _widths[i]))];
        var lines = new List<Line>();
        for (int n = 0; n < cells.Max(c => c.Length); n++)
            lines.Add(new Line([.. cells.Select((cell, i) => new Span(Padded(n < cell.Length ? cell[n] : "", i), i == 0 ? row.Ink : Ink.Plain))]));
        lines.AddRange(Notes(row));
        return lines;
    }

    private List<Line> Stacked(Row row)
    {
        int title = _columns.Max(c => TextWidth.Of(c.Title)) + Gap;
        var lines = new List<Line>();
        foreach ((Column column, string cell) in _columns.Zip(row.Cells).Where(c => c.Second.Length > 0))
        {
            string[] values = [.. cell.Split('\n').SelectMany(line => TextWidth.Wrap(line, Math.Max(1, _width - title), Hang)).Select(value => value.Replace(Places.Glue, ' '))];
            lines.AddRange(values.Select((value, n) => new Line([new Span(TextWidth.Pad(n == 0 ? column.Title : "", title, false), Ink.Head), new Span(value, lines.Count == 0 ? row.Ink : Ink.Plain)])));
        }

        lines.AddRange(Notes(row));
        lines.Add(Line.Of(""));
        return lines;
    }

    private IEnumerable<Line> Notes(Row row) => [.. row.Note is { } note ? Note(note, row.Ink == Ink.Plain ? Ink.Faint : row.Ink) : [], .. row.More.SelectMany(line => Note(line, Ink.Faint, Hang))];

    private IEnumerable<Line> Note(string note, Ink ink, int hang = 0)
    {
        int room = Math.Max(1, _width - NoteIndent);
        IEnumerable<string> texts = _isDense ? [TextWidth.Cut(note, room)] : TextWidth.Wrap(note, room, hang);
        return texts.Select(text => Line.Of(new string(' ', Math.Min(NoteIndent, _width - 1)) + text, ink));
    }

    private static string OneLine(string text) => TextWidth.Printable(text).Replace('\n', ' ');

    private static string[] Fitted(string cell, Give give, int width) => give switch
    {
        Give.Nothing => cell.Split('\n'),
        Give.Cut => [.. cell.Split('\n').Select(line => TextWidth.Cut(line, width))],
        _ => [.. cell.Split('\n').SelectMany(line => TextWidth.Wrap(line, width, Hang))],
    };

    private string Padded(string text, int shown) =>
        TextWidth.Pad(text.Replace(Places.Glue, ' '), _widths[shown], _columns[_shown[shown]].IsNumber) + (shown == _shown.Length - 1 ? "" : new string(' ', Gap));
}
