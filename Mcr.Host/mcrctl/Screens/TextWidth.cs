using System.Globalization;
using System.Text;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>Text in cells of a terminal. Pure. Names are anybody's: they may be wide, and must not move the cursor.</summary>
internal static class TextWidth
{
    private const string Ellipsis = "…";

    /// <summary>First and last of the ranges that take two cells (East Asian Width W and F, UAX #11, in blocks).</summary>
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x2E80, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1F64F), (0x1F900, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    public static int Of(string text) => text.EnumerateRunes().Sum(Of);

    /// <summary>Without what would move the cursor or turn the text around; lines stay lines.</summary>
    public static string Printable(string text) => new([.. text.Select(c => (char.IsControl(c) && c != '\n') || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format ? ' ' : c)]);

    public static string Pad(string text, int width, bool isRight)
    {
        string space = new(' ', Math.Max(0, width - Of(text)));
        return isRight ? space + text : text + space;
    }

    /// <summary>The beginning of a text that is too long, with an ellipsis.</summary>
    public static string Cut(string text, int width)
    {
        if (Of(text) <= width)
            return text;
        var kept = new StringBuilder();
        int left = width - 1;
        foreach (Rune rune in text.EnumerateRunes())
        {
            left -= Of(rune);
            if (left < 0)
                break;
            kept.Append(rune.ToString());
        }

        return kept + Ellipsis;
    }

    /// <summary>The end of a text that is too long: of a path, what tells it from others.</summary>
    public static string CutFront(string text, int width)
    {
        while (Of(text) > width && text.Length > 1)
            text = Ellipsis + text[(text.StartsWith(Ellipsis, StringComparison.Ordinal) ? 2 : 1)..];
        return text;
    }

    /// <summary>Lines of whole words, as far as they go; what has no space stays whole but where it is wider than everything.</summary>
    /// <param name="hang">Spaces before all lines but the first.</param>
    public static IEnumerable<string> Wrap(string text, int width, int hang = 0)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            string longer = line.Length == 0 ? word : $"{line} {word}";
            if (Of(longer) > width && line.Trim().Length > 0)
            {
                yield return line;
                longer = new string(' ', hang) + word;
            }

            line = CutFront(longer, width);
        }

        yield return line;
    }

    public static int LongestWord(string text) => text.Split(' ', '\n').Max(Of);

    private static int Of(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        _ => Wide.Any(range => rune.Value >= range.First && rune.Value <= range.Last) ? 2 : 1,
    };
}
