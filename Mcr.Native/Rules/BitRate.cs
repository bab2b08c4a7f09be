using System.Globalization;

namespace Mcr.Native.Rules;

/// <summary>Bits a second as operators write them: <c>5000000</c>, <c>5M</c>, <c>5Mbit</c>, <c>1.5 Gbit/s</c>; units are decimal, in either case. Pure.</summary>
public static class BitRate
{
    public const long Least = 1_000;
    public const long Most = 1_000_000_000_000;

    private static readonly (string Prefix, long Factor)[] Prefixes = [("G", 1_000_000_000), ("M", 1_000_000), ("k", 1_000), ("", 1)];

    /// <returns>null when it is none, or less than <see cref="Least"/> or more than <see cref="Most"/>.</returns>
    public static long? Parse(string text)
    {
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            end++;
        string unit = text[end..].Trim();
        unit = WithoutEnd(WithoutEnd(unit, "/s"), "bit");
        foreach ((string prefix, long factor) in Prefixes)
        {
            if (!unit.Equals(prefix, StringComparison.OrdinalIgnoreCase))
                continue;
            return decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
                && number <= Most && number * factor is >= Least and <= Most
                    ? (long)(number * factor)
                    : null;
        }

        return null;
    }

    /// <summary>In the largest unit that needs no fraction: <c>1500Mbit</c>.</summary>
    public static string Format(long rate)
    {
        (string prefix, long factor) = Prefixes.First(p => rate % p.Factor == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{rate / factor}{prefix}bit");
    }

    private static string WithoutEnd(string text, string end) => text.EndsWith(end, StringComparison.OrdinalIgnoreCase) ? text[..^end.Length] : text;
}
