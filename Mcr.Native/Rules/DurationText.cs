using System.Globalization;

namespace Mcr.Native.Rules;

/// <summary>Durations as operators write them: a number, white space or none, a unit. Pure.</summary>
public static class DurationText
{
    private static readonly Dictionary<string, double> Milliseconds = new (double Factor, string[] Names)[]
    {
        (0.001, ["us", "micro", "micros", "microsecond", "microseconds"]),
        (1, ["ms", "milli", "millis", "millisecond", "milliseconds"]),
        (1000, ["s", "second", "seconds"]),
        (60_000, ["m", "minute", "minutes"]),
        (3_600_000, ["h", "hour", "hours"]),
    }.SelectMany(u => u.Names.Select(name => (name, u.Factor))).ToDictionary(u => u.name, u => u.Factor, StringComparer.Ordinal);

    /// <returns>null when it is none: a unit is needed.</returns>
    public static TimeSpan? Parse(string text)
    {
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            end++;
        return double.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && Milliseconds.TryGetValue(text[end..].Trim(), out double factor) && number * factor < TimeSpan.MaxValue.TotalMilliseconds / 2
                ? TimeSpan.FromMilliseconds(number * factor)
                : null;
    }

    public static string Format(TimeSpan duration) =>
        duration.TotalMilliseconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMicroseconds:0}us")
        : duration.TotalSeconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0}ms")
        : duration.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.###}s")
        : duration.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMinutes:0.###}m")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalHours:0.###}h");
}
