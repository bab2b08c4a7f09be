using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Actors.Redundancy;
using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Actors.Feeds;

/// <summary>Not all of a rule's inputs are alive and of its stream, and somebody should know.</summary>
/// <param name="IsWorse">One more than at the look before.</param>
internal sealed record ProtectionTrouble(string Sentence, bool IsWorse);

/// <summary>
/// What changes with the inputs of one rule, from a look once a second: which of them is relayed, which stream is followed, and whether all protect it. An input counts as lost when it is so at
/// two looks in a row; one that has brought nothing yet has some more, for a join takes its time. Immutable and pure.
/// </summary>
/// <param name="Last">What was before it is no news.</param>
internal sealed record InputWatch(SelectReport Last)
{
    private const int LostLooks = 2;
    private const int NewLooks = 5;

    private ImmutableArray<int> Bad { get; init; } = [.. new int[Last.Inputs.Length]]; // looks in a row

    private int Lost { get; init; } // a bit for each input

    /// <summary>A bit for each input that was too late at the last look.</summary>
    public int Late { get; private init; }

    /// <summary>null: all inputs protect the rule, as far as anybody knows.</summary>
    public ProtectionTrouble? Trouble { get; private init; }

    /// <summary>Whether it is of this rule still.</summary>
    public bool Fits(SelectReport now) => now.Inputs.Length == Last.Inputs.Length && now.Merged >= Last.Merged;

    /// <param name="now">That it <see cref="Fits"/>.</param>
    /// <param name="absent">A bit for each input that has no device.</param>
    /// <param name="time">By the wall clock.</param>
    public (InputWatch Next, ImmutableArray<AlarmNews> News) Take(ForwardingRule rule, SelectReport now, int absent, DateTimeOffset time)
    {
        int late = InputHealth.LateInputs(rule.Select!, Last, now);
        ImmutableArray<InputView> inputs = InputHealth.View(rule, time, now, absent, late).Inputs;
        InputWatch next = (this with { Last = now, Late = late }).LookAtProtection(rule, inputs, time);
        return (next, [.. Switched(now, inputs), .. Restarted(now)]);
    }

    private InputWatch LookAtProtection(ForwardingRule rule, ImmutableArray<InputView> inputs, DateTimeOffset time)
    {
        ImmutableArray<int> bad = [.. inputs.Select((input, i) => InputHealth.Protects(rule.Select!, input.State, Last, i) ? 0 : Bad[i] + 1)];
        int lost = 0;
        for (int i = 0; i < bad.Length; i++)
        {
            if (bad[i] >= (Last.Inputs[i].Heard is null && inputs[i].State == InputState.Silent ? NewLooks : LostLooks))
                lost |= 1 << i;
        }

        return this with
        {
            Bad = bad,
            Lost = lost,
            Trouble = lost == 0 ? null : new ProtectionTrouble(Sentence(rule.Select!, inputs, lost, time), (lost & ~Lost) != 0),
        };
    }

    /// <summary><c>protection lost: only input 1 of 2 is alive (239.1.1.1:5000 on eth1); input 2 (…) is silent since …</c>.</summary>
    private string Sentence(SelectSettings settings, ImmutableArray<InputView> inputs, int lost, DateTimeOffset time)
    {
        int[] alive = [.. Enumerable.Range(0, inputs.Length).Where(i => (lost >> i & 1) == 0)];
        string what = alive.Length switch
        {
            0 => $"protection lost: of {inputs.Length} inputs none is as it should be",
            1 => $"protection lost: only input {alive[0] + 1} of {inputs.Length} is alive ({inputs[alive[0]].Input})",
            _ => $"protection reduced: {alive.Length} of {inputs.Length} inputs are alive",
        };
        return $"{what}; {string.Join("; ", Enumerable.Range(0, inputs.Length).Where(i => (lost >> i & 1) != 0).Select(i => $"input {i + 1} ({inputs[i].Input}) {Words(settings, inputs[i], Last.Inputs[i], time)}"))}";
    }

    private static string Words(SelectSettings settings, InputView input, SelectInputReport counts, DateTimeOffset time) => input.State switch
    {
        InputState.Absent => input.Input.From is null ? "has no device" : "has no leg",
        InputState.Silent => counts.Heard is { } ago ? $"is silent since {RedundancyTexts.Time(time - ago)}" : "has not brought anything yet",
        InputState.Late => $"is too late to fill gaps of the others: behind them by more than {DurationText.Format(InputHealth.Bound(settings))}",
        InputState.Poor => "is below min-rate or above max-loss",
        _ when counts.Unusable == counts.Received => "brings nothing that can be told apart as select says (by): it is too short, or of another kind",
        _ => "is not the same stream as the others: its SSRC or its numbers differ",
    };

    private IEnumerable<AlarmNews> Switched(SelectReport now, ImmutableArray<InputView> inputs)
    {
        long switches = now.Switches - Last.Switches;
        if (switches <= 0 || now.Current is not { } current)
            yield break;
        string from = Last.Current is { } before && before != current ? $", in place of input {before + 1} ({inputs[before].Input}: {inputs[before].Words})" : "";
        string more = switches > 1 ? string.Create(CultureInfo.InvariantCulture, $"; {switches} switches since the last look") : "";
        yield return new AlarmNews(EventKind.Input, null, $"input {current + 1} of {inputs.Length} ({inputs[current].Input}) is relayed now{from}{more}")
        {
            IsWarning = current > (Last.Current ?? 0) || switches > 1,
            Details = Details("input", current + 1).Add("switches", Number(switches)),
        };
    }

    private IEnumerable<AlarmNews> Restarted(SelectReport now)
    {
        long restarts = now.Restarts - Last.Restarts;
        if (restarts <= 0)
            yield break;
        string times = restarts > 1 ? string.Create(CultureInfo.InvariantCulture, $", {restarts} times since the last look") : "";
        yield return new AlarmNews(EventKind.Input, null, $"another stream is followed: its sender has begun anew, or jumped{times}")
        {
            Details = Details("restarts", restarts),
        };
    }

    private static ImmutableSortedDictionary<string, string> Details(string name, long value) => ImmutableSortedDictionary<string, string>.Empty.Add(name, Number(value));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
