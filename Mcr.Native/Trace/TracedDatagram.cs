using System.Collections.Immutable;
using System.Net;
using Mcr.Native.Packet;

namespace Mcr.Native.Trace;

/// <summary>What happened to one sampled datagram, read from a worker's ring.</summary>
/// <param name="Arrival">The kernel's time; null where it is not known.</param>
/// <param name="Sent">When its batch had been sent; what an output paces may leave up to a millisecond later.</param>
/// <param name="Number">Among the rule's datagrams at this worker since the trace began, from 0.</param>
/// <param name="Length">Of the payload.</param>
/// <param name="Drop">Why it was not relayed; <see cref="DropReason.None"/> when it was.</param>
/// <param name="Outcomes">One for each of the rule's outputs, see <see cref="Egress.OutcomeMarks"/>; empty when it was not relayed.</param>
/// <param name="Payload">As much of it as was kept.</param>
public sealed record TracedDatagram(
    DateTimeOffset? Arrival,
    DateTimeOffset Sent,
    long Number,
    IPEndPoint Source,
    IPEndPoint Destination,
    int Length,
    byte Ttl,
    byte Tos,
    DropReason Drop,
    ImmutableArray<byte> Outcomes,
    ImmutableArray<byte> Payload)
{
    /// <summary>Nanoseconds from arrival to sent; null where the arrival is not known.</summary>
    public long? LatencyNanoseconds { get; init; }
}

/// <summary>Some records of one worker's ring.</summary>
/// <param name="Next">The record to go on with.</param>
/// <param name="Missed">Records that were overwritten before they were read.</param>
/// <param name="Seen">Datagrams of the rule at this worker since the trace began.</param>
/// <param name="Recorded">Records since then.</param>
public sealed record TraceBatch(ImmutableArray<TracedDatagram> Datagrams, long Next, long Missed, long Seen, long Recorded)
{
    public static TraceBatch Nothing(long next) => new([], next, 0, 0, 0);
}
