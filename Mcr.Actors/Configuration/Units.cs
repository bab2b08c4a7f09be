using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary>Durations and sizes as HOCON writes them: a number, white space or none, a unit.</summary>
internal static class Units
{
    /// <inheritdoc cref="DurationText.Parse"/>
    public static TimeSpan? ParseDuration(string text) => DurationText.Parse(text);

    public static string Format(TimeSpan duration) => DurationText.Format(duration);

    /// <returns>Bytes; null when it is none.</returns>
    public static double? ParseSize(string text) => SizeText.Parse(text);

    public static string Format(long bytes) => SizeText.Format(bytes);
}
