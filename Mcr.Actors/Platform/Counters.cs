using System.Collections.Immutable;
using Mcr.Actors.Interfaces;
using Mcr.Native.Egress;
using Mcr.Native.Packet;

namespace Mcr.Actors.Platform;

/// <summary>
/// One worker slot's totals, as printed in the STATS lines. Received = Matched + NoMatch + ParseErrors + Filtered;
/// Submitted = Sent + Errors. All count datagrams but <see cref="SentBytes"/> (payload) and <see cref="KernelDrops"/> (frames).
/// </summary>
/// <param name="Heartbeat">Grows with every turn of the loop, at least five times a second.</param>
/// <param name="RulesetHash">Of the rules the worker runs; 0 before the first.</param>
public sealed record WorkerCounters(
    long Heartbeat,
    ulong RulesetHash,
    long Received,
    long Matched,
    long NoMatch,
    long ParseErrors,
    long Filtered,
    long Submitted,
    long Sent,
    long Errors,
    long SentBytes,
    long KernelDrops)
{
    /// <summary>Of the worker while its loop ran; known when the loop has ended.</summary>
    public long Collections { get; init; }

    /// <summary>Bytes that the loop has allocated; known when it has ended.</summary>
    public long AllocatedBytes { get; init; }

    /// <summary>Datagrams and frames that matched no rule or could not be relayed, by <see cref="DropReason"/>; empty where they are not told apart.</summary>
    public ImmutableArray<long> Drops { get; init; } = [];

    /// <summary>Of <see cref="Filtered"/>: datagrams of rules with several inputs that were not needed, since another one had brought the same, or that came too late or belong elsewhere. Nothing is lost by that.</summary>
    public long Spare => Drops.Where((_, reason) => IsSpare((DropReason)reason)).Sum();

    /// <inheritdoc cref="Spare"/>
    public static bool IsSpare(DropReason reason) => reason is DropReason.Duplicate or DropReason.Late or DropReason.Astray;

    /// <summary>What the rates are made of.</summary>
    internal TrafficCounts Traffic => new(Received, SentBytes, Sent, ParseErrors + Filtered - Spare + KernelDrops + Errors);

    public static readonly WorkerCounters Zero = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Of both together; only what counts is added.</summary>
    public WorkerCounters Plus(WorkerCounters other) => new(
        Heartbeat,
        RulesetHash,
        Received + other.Received,
        Matched + other.Matched,
        NoMatch + other.NoMatch,
        ParseErrors + other.ParseErrors,
        Filtered + other.Filtered,
        Submitted + other.Submitted,
        Sent + other.Sent,
        Errors + other.Errors,
        SentBytes + other.SentBytes,
        KernelDrops + other.KernelDrops)
    {
        Drops = Sums.Of(Drops, other.Drops, 1),
    };
}

/// <summary>Of one counter entry since the slot was made; subtract what it was when the entry was given to a rule.</summary>
public sealed record RuleCounters(long Matched, long MatchedBytes)
{
    /// <summary>Nanoseconds since 1970; 0: none yet, or its time is not known.</summary>
    public long LastArrival { get; init; }

    /// <summary>How often a datagram came from another sender than the one before.</summary>
    public long SourceChanges { get; init; }

    /// <summary>Over several slots.</summary>
    public RuleCounters Plus(RuleCounters other) => new(Matched + other.Matched, MatchedBytes + other.MatchedBytes)
    {
        LastArrival = Math.Max(LastArrival, other.LastArrival),
        SourceChanges = SourceChanges + other.SourceChanges,
    };
}

/// <inheritdoc cref="RuleCounters"/>
public sealed record OutputCounters(long Sent, long SentBytes, long Errors)
{
    /// <summary>Errors by <see cref="EgressError"/>; empty where they are not told apart.</summary>
    public ImmutableArray<long> Reasons { get; init; } = [];

    /// <summary>Messages sent, by the bucket of <see cref="EgressCounters.TrainBucket"/> that their number of datagrams belongs to.</summary>
    public ImmutableArray<long> Trains { get; init; } = [];

    public static readonly OutputCounters Zero = new(0, 0, 0);

    public OutputCounters Plus(OutputCounters other) => ReferenceEquals(this, Zero) ? other : Combine(other, 1);

    /// <summary>What was counted after <paramref name="before"/>.</summary>
    public OutputCounters Since(OutputCounters before) => Combine(before, -1);

    private OutputCounters Combine(OutputCounters other, int sign) => new(Sent + (sign * other.Sent), SentBytes + (sign * other.SentBytes), Errors + (sign * other.Errors))
    {
        Reasons = Sums.Of(Reasons, other.Reasons, sign),
        Trains = Sums.Of(Trains, other.Trains, sign),
    };
}

internal static class Sums
{
    /// <param name="sign">1, or -1 for the difference.</param>
    public static ImmutableArray<long> Of(ImmutableArray<long> a, ImmutableArray<long> b, int sign) =>
        [.. Enumerable.Range(0, Math.Max(a.Length, b.Length)).Select(i => a.ElementAtOrDefault(i) + (sign * b.ElementAtOrDefault(i)))];
}
