using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Messages;
using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Actors.Feeds;

/// <summary>How each of a rule's several inputs is, from what its worker has counted. Pure.</summary>
internal static class InputHealth
{
    /// <summary>Of merge: an input that is quiet for longer is called silent, whatever the rate of the stream.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>One in so many datagrams may come too late before that is worth a word.</summary>
    private const int LateShare = 10;

    /// <param name="rule">With several inputs.</param>
    /// <param name="at">When the report was read, by the wall clock.</param>
    /// <param name="absent">A bit for each input that has no device.</param>
    /// <param name="late">A bit for each that has been too late (<see cref="LateInputs"/>).</param>
    public static SelectView View(ForwardingRule rule, DateTimeOffset at, SelectReport report, int absent, int late) =>
        new(at, report, [.. rule.Inputs.Zip(report.Inputs, (input, counts) => (input, counts)).Select((each, i) => View(rule.Select!, report, each.input, each.counts, i, (absent >> i & 1) != 0, (late >> i & 1) != 0))]);

    /// <summary>Whether the stream would go on by it, if the others were lost. One that is silent since all are so does: then the stream has ended, which is another alarm's matter.</summary>
    public static bool Protects(SelectSettings settings, InputState state, SelectReport report, int number) => state switch
    {
        InputState.Relayed or InputState.Alive => true,
        InputState.Silent => report.Inputs.Min(i => i.Heard) is not { } last || report.Inputs[number].Heard - last <= Limit(settings),
        _ => false,
    };

    /// <summary>Of merge: which inputs have had more than a tenth of their datagrams between two looks behind the others by more than anybody waits; a bit for each.</summary>
    public static int LateInputs(SelectSettings settings, SelectReport before, SelectReport now)
    {
        if (settings.Mode != SelectMode.Merge)
            return 0;
        int late = 0;
        for (int i = 0; i < now.Inputs.Length; i++)
        {
            (SelectInputReport was, SelectInputReport input) = (before.Inputs[i], now.Inputs[i]);
            long behind = input.Late - was.Late + input.BehindBy(Bound(settings)) - was.BehindBy(Bound(settings));
            if (behind * LateShare > input.Received - was.Received)
                late |= 1 << i;
        }

        return late;
    }

    /// <summary>Of merge: an input that is further behind fills no gap of another one.</summary>
    public static TimeSpan Bound(SelectSettings settings) => TimeSpan.FromMilliseconds(settings.HoldMilliseconds > 0 ? settings.HoldMilliseconds : settings.SkewMilliseconds);

    private static InputView View(SelectSettings settings, SelectReport report, RuleInput input, SelectInputReport counts, int number, bool isAbsent, bool isLate)
    {
        (InputState state, string words) = (isAbsent, counts.Heard) switch
        {
            (true, _) => (InputState.Absent, input.From is null ? "no device" : "no leg"),
            (_, null) => (InputState.Silent, "nothing has come yet"),
            (_, { } ago) when ago > Limit(settings) => (InputState.Silent, $"silent for {Time(ago)}"),
            _ when counts.IsPoor => (InputState.Poor, "below min-rate or above max-loss"),
            _ when settings.Mode == SelectMode.Failover => report.Current == number ? (InputState.Relayed, "relayed") : (InputState.Alive, "alive"),
            _ when isLate => (InputState.Late, $"too late: behind the others by more than {DurationText.Format(Bound(settings))}"),
            _ when !(counts.Good <= Quiet) => (InputState.Apart, counts.Unusable == counts.Received ? "nothing usable: no such numbers in it, or too short" : "not the same stream"),
            _ => (InputState.Alive, "alive"),
        };
        return new InputView(input, state, words);
    }

    /// <summary>As the worker's loop sees it, where it decides by that.</summary>
    private static TimeSpan Limit(SelectSettings settings) => settings.Mode == SelectMode.Failover ? TimeSpan.FromMilliseconds(settings.ReceiveTimeoutMilliseconds) : Quiet;

    private static string Time(TimeSpan time) => time switch
    {
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} d"),
    };
}
