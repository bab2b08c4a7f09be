using System.Globalization;

namespace Mcr.Native.Rules;

/// <summary>Numbers of bytes as operators write them: a number, white space or none, a unit or none. Pure.</summary>
public static class SizeText
{
    private static readonly Dictionary<string, double> Bytes = new (double Factor, string[] Names)[]
    {
        (1, ["", "B", "byte", "bytes"]),
        (1000, ["kB"]),
        (1e6, ["MB"]),
        (1e9, ["GB"]),
        (1 << 10, ["K", "KiB"]),
        (1 << 20, ["M", "MiB"]),
        (1 << 30, ["G", "GiB"]),
    }.SelectMany(u => u.Names.Select(name => (name, u.Factor))).ToDictionary(u => u.name, u => u.Factor, StringComparer.OrdinalIgnoreCase);

    /// <returns>null when it is none.</returns>
    public static double? Parse(string text)
    {
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            end++;
        return double.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && Bytes.TryGetValue(text[end..].Trim(), out double factor)
            ? Math.Floor(number * factor)
            : null;
    }

    /// <summary>Exactly: in the largest unit up to MiB that needs no fraction.</summary>
    public static string Format(long bytes) =>
        bytes != 0 && bytes % (1 << 20) == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20}MiB")
        : bytes != 0 && bytes % (1 << 10) == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10}KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes}B");
}
