using System.CommandLine;
using System.Globalization;

namespace Mcr.Host.Mcrgen;

/// <summary>
/// Reads the values of a command line and collects a sentence for each one that is wrong. All values are taken as text,
/// so that every complaint names the flag, the value and the remedy in the same way.
/// </summary>
internal sealed class Arguments(ParseResult parsed)
{
    public List<string> Problems { get; } = [];

    public string? Text(Option<string?> option) => parsed.GetValue(option);

    public bool Flag(Option<bool> option) => parsed.GetValue(option);

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>; null when it was not given or is wrong.</summary>
    public long? Whole(Option<string?> option, long min, long max)
    {
        if (Text(option) is not { } text)
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= min && value <= max)
            return value;
        Problem(option, $"'{text}' is not usable; use a whole number from {min} to {max}");
        return null;
    }

    /// <summary>A number from 0 to <paramref name="max"/>; null when it was not given or is wrong.</summary>
    public double? Number(Option<string?> option, double max, string zeroMeans)
    {
        if (Text(option) is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value <= max)
            return value;
        Problem(option, $"'{text}' is not usable; use a number from 0 ({zeroMeans}) to {max}");
        return null;
    }

    public void Problem(Option option, string sentence) => Problems.Add($"{option.Name} {sentence}");
}
