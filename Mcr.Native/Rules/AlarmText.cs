using System.Globalization;

namespace Mcr.Native.Rules;

/// <summary>Alarms as an operator writes them: <c>silence=5s,rate-min=1Mbit,rate-max=20Mbit,loss=on,second-source=off,querier=on,duplicate=on,protection=on</c>; what is not written is as for all rules. Pure.</summary>
public static class AlarmText
{
    public static readonly IReadOnlyList<string> Keys = ["silence", "rate-min", "rate-max", "loss", "second-source", "querier", "duplicate", "protection"];

    /// <param name="problem">Gets the key, or "" for the text as a whole, and a sentence.</param>
    public static AlarmSettings Parse(string text, Action<string, string> problem) =>
        Parse(PairText.Read(text, [',', ' '], Keys, "alarms as silence=5s,rate-min=1Mbit", "no alarm", problem), problem);

    /// <inheritdoc cref="Parse(string, Action{string, string})"/>
    /// <param name="pairs">Of <see cref="Keys"/>, each at most once.</param>
    public static AlarmSettings Parse(IEnumerable<KeyValuePair<string, string>> pairs, Action<string, string> problem)
    {
        AlarmSettings settings = default;
        foreach ((string key, string value) in pairs)
        {
            settings = key switch
            {
                "silence" => settings with { Silence = Silence(value, problem) },
                "rate-min" => settings with { RateMin = Rate(key, value, problem) },
                "rate-max" => settings with { RateMax = Rate(key, value, problem) },
                "loss" => settings with { Loss = PairText.Flag(key, value, problem) },
                "second-source" => settings with { SecondSource = PairText.Flag(key, value, problem) },
                "querier" => settings with { Querier = PairText.Flag(key, value, problem) },
                "duplicate" => settings with { Duplicate = PairText.Flag(key, value, problem) },
                _ => settings with { Protection = PairText.Flag(key, value, problem) },
            };
        }

        if (settings is { RateMin: > 0 and var least, RateMax: > 0 and var most } && least > most)
            problem("rate-min", $"{BitRate.Format(least)} is more than rate-max ({BitRate.Format(most)}), so that every rate would be an alarm");
        return settings;
    }

    /// <summary>Which <see cref="Parse(string, Action{string, string})"/> reads as the same; empty for none.</summary>
    public static string Format(AlarmSettings settings) => string.Join(',', Pairs(settings).Where(p => p.Value is not null).Select(p => $"{p.Key}={p.Value}"));

    /// <returns>Each of <see cref="Keys"/>; null where it is as for all rules.</returns>
    public static IEnumerable<(string Key, string? Value)> Pairs(AlarmSettings settings) => Keys.Zip(new[]
    {
        settings.Silence switch
        {
            null => null,
            { Ticks: 0 } => FlagText.Off,
            { } time => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMilliseconds}ms"),
        },
        Rate(settings.RateMin),
        Rate(settings.RateMax),
        Flag(settings.Loss),
        Flag(settings.SecondSource),
        Flag(settings.Querier),
        Flag(settings.Duplicate),
        Flag(settings.Protection),
    });

    private static string? Rate(long? rate) => rate is { } bits ? bits == 0 ? FlagText.Off : BitRate.Format(bits) : null;

    private static string? Flag(bool? flag) => flag is { } on ? FlagText.Format(on) : null;

    private static TimeSpan? Silence(string text, Action<string, string> problem)
    {
        if (text == FlagText.Off)
            return TimeSpan.Zero;
        if (DurationText.Parse(text) is { } time && time >= AlarmSettings.ShortestSilence && time <= AlarmSettings.LongestSilence)
            return TimeSpan.FromMilliseconds((long)time.TotalMilliseconds);
        problem("silence", $"'{PairText.Short(text)}' is not a time without datagrams; give one from {DurationText.Format(AlarmSettings.ShortestSilence)} to {DurationText.Format(AlarmSettings.LongestSilence)} such as 5s, or off");
        return null;
    }

    private static long? Rate(string key, string text, Action<string, string> problem)
    {
        if (text == FlagText.Off)
            return 0;
        if (BitRate.Parse(text) is { } rate)
            return rate;
        problem(key, $"'{PairText.Short(text)}' is not a rate; give {BitRate.Format(BitRate.Least)} to {BitRate.Format(BitRate.Most)} such as 5Mbit, or off");
        return null;
    }
}
