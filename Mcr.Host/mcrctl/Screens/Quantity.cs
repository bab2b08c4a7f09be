using System.Globalization;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>Numbers for people, each with its unit. Pure.</summary>
internal static class Quantity
{
    private static readonly string[] Prefixes = ["", "k", "M", "G", "T"];

    /// <summary><c>4,950 /s</c>; below ten with a decimal.</summary>
    public static string PerSecond(double rate) => rate is 0 or >= 9.95 ? Invariant($"{rate:N0} /s") : Invariant($"{rate:0.0} /s");

    /// <summary><c>1.32 Mbit/s</c>.</summary>
    public static string BitsPerSecond(double rate) => Scaled(rate, "bit/s");

    /// <summary><c>1.32 GB</c>.</summary>
    public static string Bytes(long bytes) => Scaled(bytes, "B");

    /// <summary><c>57 us</c>, <c>1.3 ms</c>; a dash where it is not known.</summary>
    public static string Microseconds(double? time) => time is not { } us ? "-" : us < 999.5 ? Invariant($"{us:0} us") : us < 999_950 ? Invariant($"{us / 1000:0.0} ms") : Invariant($"{us / 1e6:0.0} s");

    public static string Count(long count) => Invariant($"{count:N0}");

    /// <summary><c>460 rules</c>, <c>1 rule</c>.</summary>
    public static string Count(long count, string what) => Invariant($"{count:N0} {what}{(count == 1 ? "" : "s")}");

    /// <param name="time">null: never.</param>
    public static string Ago(DateTimeOffset? time, DateTimeOffset now) => time is not { } then ? "never" : (now - then) switch
    {
        { TotalSeconds: < 2.5 } => "now", // a sample is up to a second old, and so is its answer
        { TotalMinutes: < 2 } ago => Invariant($"{ago.TotalSeconds:0} s ago"),
        { TotalHours: < 2 } ago => Invariant($"{ago.TotalMinutes:0} min ago"),
        { TotalDays: < 2 } ago => Invariant($"{ago.TotalHours:0} h ago"),
        { } ago => Invariant($"{ago.TotalDays:N0} d ago"),
    };

    /// <summary>Three digits that count, and decimal prefixes.</summary>
    private static string Scaled(double value, string unit)
    {
        int prefix = 0;
        for (; value >= 999.5 && prefix < Prefixes.Length - 1; prefix++)
            value /= 1000;
        string number = prefix == 0 || value >= 99.95 ? value.ToString("N0", CultureInfo.InvariantCulture) : value.ToString(value >= 9.995 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
        return $"{number} {Prefixes[prefix]}{unit}";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
