using System.Globalization;
using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary>Durations and sizes as HOCON writes them: a number, white space or none, a unit.</summary>
internal static class Units
{
    private static readonly Dictionary<string, double> Bytes = Table(StringComparer.OrdinalIgnoreCase,
        (1, ["", "B", "byte", "bytes"]),
        (1000, ["kB"]),
        (1e6, ["MB"]),
        (1e9, ["GB"]),
        (1 << 10, ["K", "KiB"]),
        (1 << 20, ["M", "MiB"]),
        (1 << 30, ["G", "GiB"]));

    /// <inheritdoc cref="DurationText.Parse"/>
    public static TimeSpan? ParseDuration(string text) => DurationText.Parse(text);

    public static string Format(TimeSpan duration) => DurationText.Format(duration);

    /// <returns>Bytes; null when it is none.</returns>
    public static double? ParseSize(string text) =>
        Split(text) is var (number, unit) && Bytes.TryGetValue(unit, out double factor) ? Math.Floor(number * factor) : null;

    public static string Format(int bytes) =>
        bytes >= 1 << 20 ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20}MiB")
        : bytes >= 1 << 10 ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10}KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes}B");

    private static (double Number, string Unit)? Split(string text)
    {
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            end++;
        return double.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) ? (number, text[end..].Trim()) : null;
    }

    private static Dictionary<string, double> Table(StringComparer comparer, params (double Factor, string[] Names)[] units) =>
        units.SelectMany(u => u.Names.Select(name => (name, u.Factor))).ToDictionary(u => u.name, u => u.Factor, comparer);
}
