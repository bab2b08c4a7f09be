using System.Collections.Immutable;
using System.Net;
using Mcr.Native.Rules;

namespace Mcr.Native.Analysis;

/// <summary>One flow of a rule's stream, with what its sequence numbers say; see <see cref="StreamBlock.Flow"/> for what is counted.</summary>
/// <param name="Ssrc">Of RTP; null otherwise.</param>
/// <param name="PayloadType">Of RTP; null otherwise.</param>
/// <param name="Jitter">Interarrival jitter (RFC 3550), null where there is none.</param>
public sealed record FlowReport(IPAddress Source, int SourcePort, uint? Ssrc, int? PayloadType, SequenceTotals Sequence, long LongestGap, TimeSpan? Jitter, DateTimeOffset? LastSeen)
{
    /// <summary>The same flow, as another worker has seen it before or after.</summary>
    internal FlowReport Plus(FlowReport other)
    {
        FlowReport last = other.LastSeen is { } then && !(LastSeen > then) ? other : this;
        return last with { Sequence = Sequence + other.Sequence, LongestGap = Math.Max(LongestGap, other.LongestGap) };
    }
}

/// <summary>What sequence numbers say. <see cref="Lost"/> counts numbers, the others datagrams or events.</summary>
public readonly record struct SequenceTotals(long Datagrams, long Lost, long Gaps, long Reordered, long Duplicates, long Restarts, long Strays)
{
    public static SequenceTotals operator +(SequenceTotals a, SequenceTotals b) =>
        new(a.Datagrams + b.Datagrams, a.Lost + b.Lost, a.Gaps + b.Gaps, a.Reordered + b.Reordered, a.Duplicates + b.Duplicates, a.Restarts + b.Restarts, a.Strays + b.Strays);

    public SequenceTotals Add(SequenceTotals other) => this + other;
}

/// <summary>What was not in a stream any more when it came here.</summary>
/// <param name="Missing">Sequence numbers.</param>
/// <param name="ContinuityErrors">Of MPEG-TS.</param>
public readonly record struct StreamLosses(long Missing, long ContinuityErrors)
{
    public static StreamLosses operator +(StreamLosses a, StreamLosses b) => new(a.Missing + b.Missing, a.ContinuityErrors + b.ContinuityErrors);

    public StreamLosses Add(StreamLosses other) => this + other;
}

/// <summary>One PID of an MPEG transport stream.</summary>
/// <param name="Packets">Of 188 bytes.</param>
public sealed record PidReport(int Pid, long Packets, long ContinuityErrors);

/// <summary>What is known of a rule's stream, read from the shared memory of its workers. Immutable; counters grow from the rule's beginning on.</summary>
/// <param name="Sequence">Over all flows, those that are gone included.</param>
/// <param name="Opaque">Datagrams that are not of the kind that is analysed.</param>
/// <param name="TooShort">Datagrams too short for the sequence field.</param>
/// <param name="OtherFlows">Datagrams of flows beyond those in <paramref name="Flows"/>, whose sequence nobody looks at.</param>
/// <param name="Packets">MPEG-TS packets.</param>
/// <param name="SyncErrors">MPEG-TS packets without their sync byte.</param>
/// <param name="TransportErrors">MPEG-TS packets whose transport_error_indicator is set.</param>
/// <param name="Latency">Datagrams by bucket of <see cref="LatencyHistogram"/>: from the kernel's time of arrival until they were sent.</param>
public sealed record StreamReport(
    PayloadKinds Seen,
    SequenceTotals Sequence,
    ImmutableArray<FlowReport> Flows,
    ImmutableArray<PidReport> Pids,
    long Opaque,
    long TooShort,
    long OtherFlows,
    long Packets,
    long ContinuityErrors,
    long SyncErrors,
    long TransportErrors,
    ImmutableArray<long> Latency)
{
    /// <summary>MPEG-TS packets of PIDs beyond those in <see cref="Pids"/>.</summary>
    public long OtherPids { get; init; }

    public static readonly StreamReport Empty = new(PayloadKinds.None, default, [], [], 0, 0, 0, 0, 0, 0, 0, []);

    /// <summary>A rule's flows may be with several workers, and one that has changed its worker is known to both.</summary>
    public StreamReport Plus(StreamReport other)
    {
        if (ReferenceEquals(this, Empty))
            return other;
        if (ReferenceEquals(other, Empty))
            return this;
        return new StreamReport(
            Seen | other.Seen,
            Sequence + other.Sequence,
            [.. Flows.Concat(other.Flows).GroupBy(flow => (flow.Source, flow.SourcePort, flow.Ssrc)).Select(same => same.Aggregate((a, b) => a.Plus(b)))],
            [.. Pids.Concat(other.Pids).GroupBy(p => p.Pid).Select(same => same.Aggregate((a, b) => new PidReport(a.Pid, a.Packets + b.Packets, a.ContinuityErrors + b.ContinuityErrors))).OrderBy(p => p.Pid)],
            Opaque + other.Opaque,
            TooShort + other.TooShort,
            OtherFlows + other.OtherFlows,
            Packets + other.Packets,
            ContinuityErrors + other.ContinuityErrors,
            SyncErrors + other.SyncErrors,
            TransportErrors + other.TransportErrors,
            [.. Latency.Zip(other.Latency, (a, b) => a + b)])
        {
            OtherPids = OtherPids + other.OtherPids,
        };
    }

    /// <summary>The same numbers as <see cref="Read"/> has, without all the others: for who reads many again and again.</summary>
    public static StreamLosses ReadLosses(ReadOnlySpan<long> words)
    {
        const int Lost = StreamBlock.Flow.Lost - StreamBlock.Flow.Datagrams;
        long missing = 0;
        if (((PayloadKinds)words[StreamBlock.SeenWord] & (PayloadKinds.Rtp | PayloadKinds.Sequence)) != 0)
        {
            missing = words[StreamBlock.GoneWord + Lost];
            for (int i = 0; i < StreamBlock.FlowCapacity; i++)
            {
                ReadOnlySpan<long> flow = words.Slice(StreamBlock.FirstFlowWord + (i * StreamBlock.Flow.Words), StreamBlock.Flow.Words);
                if (flow[StreamBlock.Flow.Identity] != 0)
                    missing += flow[StreamBlock.Flow.Lost];
            }
        }

        return new StreamLosses(missing, words[StreamBlock.ContinuityErrorsWord]);
    }

    /// <summary>Of the words of one <see cref="StreamBlock"/>, which its worker may be writing.</summary>
    public static StreamReport Read(ReadOnlySpan<long> words)
    {
        var seen = (PayloadKinds)words[StreamBlock.SeenWord];
        var flows = ImmutableArray.CreateBuilder<FlowReport>();
        SequenceTotals all = Totals(words[StreamBlock.GoneWord..]);
        bool hasSequence = (seen & (PayloadKinds.Rtp | PayloadKinds.Sequence)) != 0; // else what is there is on probation
        for (int i = 0; i < StreamBlock.FlowCapacity && hasSequence; i++)
        {
            ReadOnlySpan<long> flow = words.Slice(StreamBlock.FirstFlowWord + (i * StreamBlock.Flow.Words), StreamBlock.Flow.Words);
            if (flow[StreamBlock.Flow.Identity] == 0)
                continue;
            flows.Add(ReadFlow(flow));
            all += flows[^1].Sequence;
        }

        var pids = ImmutableArray.CreateBuilder<PidReport>();
        for (int i = 0; i < StreamBlock.PidCapacity; i++)
        {
            ReadOnlySpan<long> pid = words.Slice(StreamBlock.FirstPidWord + (i * StreamBlock.WordsPerPid), StreamBlock.WordsPerPid);
            int number = (int)(pid[0] & 0xFFFF) - 1;
            if (pid[0] != 0 && !pids.Any(p => p.Pid == number)) // twice: a copy taken in the middle of a change, or a worker that is not to be trusted
                pids.Add(new PidReport(number, pid[1], pid[2]));
        }

        pids.Sort((a, b) => a.Pid.CompareTo(b.Pid));
        return new StreamReport(
            seen,
            hasSequence ? all : default,
            flows.ToImmutable(),
            pids.ToImmutable(),
            words[StreamBlock.OpaqueWord],
            words[StreamBlock.TooShortWord],
            hasSequence ? words[StreamBlock.OtherFlowsWord] : 0,
            words[StreamBlock.PacketsWord],
            words[StreamBlock.ContinuityErrorsWord],
            words[StreamBlock.SyncErrorsWord],
            words[StreamBlock.TransportErrorsWord],
            [.. words.Slice(StreamBlock.LatencyWord, LatencyHistogram.Buckets)])
        {
            OtherPids = words[StreamBlock.OtherPidsWord],
        };
    }

    private const double MaxJitterSeconds = 1_000_000;

    private static FlowReport ReadFlow(ReadOnlySpan<long> flow)
    {
        var source = new UInt128((ulong)flow[StreamBlock.Flow.SourceHigh], (ulong)flow[StreamBlock.Flow.SourceLow]);
        long identity = flow[StreamBlock.Flow.Identity];
        long format = flow[StreamBlock.Flow.Format];
        bool isRtp = format != 0;
        long arrival = flow[StreamBlock.Flow.LastArrival];
        double jitter = Math.Clamp(flow[StreamBlock.Flow.Jitter] / 16.0 / Math.Max(1, format >> 8), 0, MaxJitterSeconds); // whatever a worker has written
        return new FlowReport(
            Addresses.FromNumber(source),
            (int)(identity >> 32 & 0xFFFF),
            isRtp ? (uint)identity : null,
            isRtp ? (int)(format & 0x7F) : null,
            Totals(flow[StreamBlock.Flow.Datagrams..]),
            flow[StreamBlock.Flow.LongestGap],
            isRtp && arrival != 0 ? TimeSpan.FromSeconds(jitter) : null,
            arrival == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(arrival / 100));
    }

    private static SequenceTotals Totals(ReadOnlySpan<long> words) => new(words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
}
