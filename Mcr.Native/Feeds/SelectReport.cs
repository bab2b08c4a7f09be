using System.Collections.Immutable;
using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Native.Feeds;

/// <summary>What is known of a rule with several inputs, read from the shared memory of its worker (<see cref="SelectBlock"/>). Immutable; counters grow from the rule's beginning on.</summary>
/// <param name="Merged">Datagrams forwarded.</param>
/// <param name="Lost">Numbers that came by no input in time.</param>
/// <param name="Restarts">How often another stream was followed: its sender began anew, or jumped.</param>
/// <param name="Overflows">Datagrams that waited no longer because there was no memory for more.</param>
/// <param name="Waiting">Datagrams, now.</param>
/// <param name="Switches">Of failover: how often another input was chosen.</param>
public sealed record SelectReport(long Merged, long Lost, long Restarts, long Overflows, long Waiting, long Switches, ImmutableArray<SelectInputReport> Inputs)
{
    /// <summary>When another stream was followed last; null: never.</summary>
    public DateTimeOffset? RestartedAt { get; init; }

    /// <summary>When another input was chosen last; null: never.</summary>
    public DateTimeOffset? SwitchedAt { get; init; }

    /// <summary>Of failover: the input that is relayed, from 0; null: none yet.</summary>
    public int? Current { get; init; }

    /// <summary>Nothing has come yet.</summary>
    public static SelectReport Nothing(int inputs) => new(0, 0, 0, 0, 0, 0, [.. Enumerable.Repeat(SelectInputReport.Nothing, inputs)]);

    /// <summary>How many words <see cref="Read"/> looks at: the window behind them is the merge's own.</summary>
    public static int WordsOf(int inputs) => SelectBlock.HistogramAt(inputs);

    /// <summary>Of the words of one <see cref="SelectBlock"/>, which its worker may be writing.</summary>
    /// <param name="now">Boot clock, nanoseconds.</param>
    public static SelectReport Read(ReadOnlySpan<long> words, SelectMode mode, int inputs, long now)
    {
        bool isFailover = mode == SelectMode.Failover;
        var each = ImmutableArray.CreateBuilder<SelectInputReport>(inputs);
        for (int i = 0; i < inputs; i++)
        {
            ReadOnlySpan<long> input = words.Slice(SelectBlock.InputAt(i), SelectBlock.WordsPerInput);
            each.Add(new SelectInputReport(
                input[SelectBlock.Received],
                input[SelectBlock.Won],
                input[SelectBlock.Recovered],
                input[SelectBlock.InputLost],
                input[SelectBlock.Late],
                input[SelectBlock.Duplicates],
                input[SelectBlock.Differing],
                input[SelectBlock.Reordered],
                input[SelectBlock.Astray],
                input[SelectBlock.Unusable])
            {
                Heard = Ago(input[SelectBlock.HeardAt], now),
                Good = Ago(input[SelectBlock.GoodAt], now),
                IsPoor = isFailover && FailoverChooser.IsPoor(words, i),
                Behind = [.. words.Slice(SelectBlock.HistogramAt(i), LatencyHistogram.Buckets)],
            });
        }

        long current = words[SelectBlock.Current];
        return new SelectReport(
            words[SelectBlock.Merged],
            words[SelectBlock.Lost],
            words[SelectBlock.Restarts],
            words[SelectBlock.Overflows],
            words[SelectBlock.Waiting],
            words[SelectBlock.Switches],
            each.MoveToImmutable())
        {
            RestartedAt = At(words[SelectBlock.RestartedAt]),
            SwitchedAt = At(words[SelectBlock.SwitchedAt]),
            Current = isFailover && current >= 1 && current <= inputs ? (int)current - 1 : null,
        };
    }

    /// <param name="then">Boot clock, nanoseconds; 0: never.</param>
    private static TimeSpan? Ago(long then, long now) => then <= 0 ? null : TimeSpan.FromTicks(Math.Max(0, now - then) / TimeSpan.NanosecondsPerTick);

    /// <param name="nanoseconds">Since 1970; 0: never.</param>
    private static DateTimeOffset? At(long nanoseconds) => nanoseconds <= 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}

/// <summary>One of several inputs; see <see cref="SelectBlock"/> for what is counted. All but <paramref name="Lost"/>, which counts numbers, count datagrams.</summary>
/// <param name="Won">Brought first; of failover, relayed.</param>
/// <param name="Recovered">Of those: they filled a gap of another input.</param>
/// <param name="Lost">Skipped by this input and not brought later.</param>
/// <param name="Late">Came when their place was given up.</param>
/// <param name="Duplicates">Brought by another input before, or by this one itself.</param>
/// <param name="Differing">Of those: their payload is another one than what was forwarded.</param>
/// <param name="Reordered">Came behind a later one of this input.</param>
/// <param name="Astray">Not of the stream that is forwarded; of failover, of an input that is not relayed.</param>
/// <param name="Unusable">Too short for the field, or not what was to be there.</param>
public sealed record SelectInputReport(long Received, long Won, long Recovered, long Lost, long Late, long Duplicates, long Differing, long Reordered, long Astray, long Unusable)
{
    public static readonly SelectInputReport Nothing = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>How long ago the last one came; null: never.</summary>
    public TimeSpan? Heard { get; init; }

    /// <summary>How long ago the last one came that was of the stream that is forwarded; null: never.</summary>
    public TimeSpan? Good { get; init; }

    /// <summary>Of failover: its rate or its losses were out of bounds in its last window.</summary>
    public bool IsPoor { get; init; }

    /// <summary>Its duplicates by how far they were behind the first, by bucket of <see cref="LatencyHistogram"/>.</summary>
    public ImmutableArray<long> Behind { get; init; } = [];

    /// <summary>Of those: how many were behind by more than that, as far as buckets tell.</summary>
    public long BehindBy(TimeSpan bound)
    {
        long nanoseconds = bound.Ticks * TimeSpan.NanosecondsPerTick;
        long sum = 0;
        for (int bucket = Behind.Length - 1; bucket > 0 && LatencyHistogram.UpperBound(bucket - 1) >= nanoseconds; bucket--)
            sum += Behind[bucket];
        return sum;
    }
}
