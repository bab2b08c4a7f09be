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
}

/// <summary>Of one counter entry since the slot was made; subtract what it was when the entry was given to a rule.</summary>
public sealed record RuleCounters(long Matched, long MatchedBytes);

/// <inheritdoc cref="RuleCounters"/>
public sealed record OutputCounters(long Sent, long SentBytes, long Errors);
