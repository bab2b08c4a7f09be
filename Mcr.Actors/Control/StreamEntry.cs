using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>What is known of a rule's stream; counters grow from the rule's beginning on.</summary>
/// <param name="Latency">From the kernel's time of arrival until the batch was sent, over the last ten seconds; null where nothing was measured.</param>
public sealed record StreamEntry(LatencyEntry? Latency)
{
    /// <summary>What its payloads were recognised as: <c>rtp</c>, <c>ts</c>, <c>sequence</c>.</summary>
    public IReadOnlyList<string> Payload { get; init; } = [];

    /// <summary>The same since the rule began.</summary>
    public LatencyEntry? LatencyTotal { get; init; }

    /// <summary>Over all flows, those that have ended included; null where there are no sequence numbers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SequenceEntry? Sequence { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FlowEntry>? Flows { get; init; }

    /// <summary>Datagrams of flows beyond those four, whose sequence nobody looks at; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? OtherFlows { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TransportStreamEntry? TransportStream { get; init; }

    /// <summary>Datagrams that are not of the kind that is analysed, or too short for it.</summary>
    public long Unrecognised { get; init; }
}

/// <summary>In microseconds; <paramref name="Count"/> datagrams. The worst is the upper end of its bucket, an eighth too high at most.</summary>
public sealed record LatencyEntry(long Count, double P50Us, double P99Us, double P999Us, double MaxUs);

/// <param name="Lost">Numbers that never came; datagrams, or messages where datagrams carry several.</param>
/// <param name="Gaps">How often numbers were missing when the next one came; those that came later are no longer lost, but reordered.</param>
/// <param name="Restarts">The numbers began anew somewhere else.</param>
public sealed record SequenceEntry(long Datagrams, long Lost, long Gaps, long Reordered, long Duplicates, long Restarts, long Strays);

/// <param name="Ssrc">Of RTP, in hexadecimal digits.</param>
/// <param name="JitterMs">Interarrival jitter of RFC 3550.</param>
public sealed record FlowEntry(string Source, int SourcePort, string? Ssrc, int? PayloadType, double? JitterMs, long LongestGap, DateTimeOffset? LastSeen, SequenceEntry Sequence);

/// <param name="Packets">Of 188 bytes.</param>
/// <param name="BitsPerSecond">Of those packets, over the last second.</param>
public sealed record TransportStreamEntry(long Packets, double BitsPerSecond, long ContinuityErrors, long SyncErrors, long TransportErrors, IReadOnlyList<PidEntry> Pids)
{
    /// <summary>Packets of PIDs beyond the 64 that are told apart, whose continuity nobody looks at; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? OtherPids { get; init; }
}

/// <param name="BitsPerSecond">Of its packets, over the last second.</param>
public sealed record PidEntry(int Pid, long Packets, double BitsPerSecond, long ContinuityErrors);
