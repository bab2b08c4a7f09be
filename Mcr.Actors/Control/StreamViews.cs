using System.Globalization;
using Mcr.Actors.Messages;
using Mcr.Native.Analysis;

namespace Mcr.Actors.Control;

/// <summary>Streams as they go over the control socket. Pure.</summary>
public static class StreamViews
{
    private const int PacketBits = 188 * 8;

    /// <returns>null where nothing is known.</returns>
    public static StreamEntry? Entry(StreamView? view)
    {
        if (view is null)
            return null;
        StreamReport report = view.Report;
        bool hasSequence = (report.Seen & (PayloadKinds.Rtp | PayloadKinds.Sequence)) != 0;
        return new StreamEntry(Latency(view.RecentLatency.AsSpan()))
        {
            LatencyTotal = Latency(report.Latency.AsSpan()),
            Payload = [.. Names(report.Seen)],
            Sequence = hasSequence ? Sequence(report.Sequence) : null,
            OtherFlows = report.OtherFlows > 0 ? report.OtherFlows : null,
            Flows = hasSequence ? [.. report.Flows.Select(Flow)] : null,
            TransportStream = (report.Seen & PayloadKinds.TransportStream) == 0 ? null : new TransportStreamEntry(
                report.Packets,
                view.PacketsPerSecond * PacketBits,
                report.ContinuityErrors,
                report.SyncErrors,
                report.TransportErrors,
                [.. report.Pids.Select(p => new PidEntry(p.Pid, p.Packets, view.PidsPerSecond.GetValueOrDefault(p.Pid) * PacketBits, p.ContinuityErrors))])
            {
                OtherPids = report.OtherPids > 0 ? report.OtherPids : null,
            },
            Unrecognised = report.Opaque + report.TooShort,
        };
    }

    private static LatencyEntry? Latency(ReadOnlySpan<long> counts)
    {
        long count = 0;
        foreach (long bucket in counts)
            count += bucket;
        return count == 0 ? null : new LatencyEntry(
            count,
            LatencyHistogram.Percentile(counts, 0.5) / 1000.0,
            LatencyHistogram.Percentile(counts, 0.99) / 1000.0,
            LatencyHistogram.Percentile(counts, 0.999) / 1000.0,
            LatencyHistogram.Percentile(counts, 1) / 1000.0);
    }

    private static FlowEntry Flow(FlowReport flow) => new(
        flow.Source.ToString(),
        flow.SourcePort,
        flow.Ssrc?.ToString("x8", CultureInfo.InvariantCulture),
        flow.PayloadType,
        flow.Jitter?.TotalMilliseconds,
        flow.LongestGap,
        flow.LastSeen,
        Sequence(flow.Sequence));

    private static SequenceEntry Sequence(SequenceTotals s) => new(s.Datagrams, s.Lost, s.Gaps, s.Reordered, s.Duplicates, s.Restarts, s.Strays);

    private static IEnumerable<string> Names(PayloadKinds kinds)
    {
        if (kinds.HasFlag(PayloadKinds.Rtp))
            yield return "rtp";
        if (kinds.HasFlag(PayloadKinds.TransportStream))
            yield return "ts";
        if (kinds.HasFlag(PayloadKinds.Sequence))
            yield return "sequence";
    }
}
