using System.Collections.Immutable;
using System.Net;
using Mcr.Native.Packet;
using Mcr.Native.Rules;

namespace Mcr.Native.Trace;

/// <summary>
/// Reads a ring of a slot while its worker may be writing it: a record that is not the one that was asked for, before or after it was copied, is missed. What is
/// read is not trusted: lengths are held to what there is room for.
/// </summary>
internal static unsafe class TraceReader
{
    private const int MostOutputs = ForwardingRule.MaxOutputs;

    /// <param name="ring">Its first word.</param>
    /// <param name="from">The first record that is wanted, from 0; one that cannot be stands for the first.</param>
    /// <param name="most">Records.</param>
    public static TraceBatch Read(long* ring, uint session, long from, int most)
    {
        if (Volatile.Read(ref ring[TraceLayout.SessionWord]) != session)
            return TraceBatch.Nothing(from); // not begun yet, or another one has begun
        long head = Volatile.Read(ref ring[TraceLayout.HeadWord]);
        if (from < 0 || from > head)
            from = 0; // of an earlier trace
        long first = Math.Max(from, head - TraceLayout.Records);
        long missed = first - from;
        var datagrams = ImmutableArray.CreateBuilder<TracedDatagram>();
        long next = first;
        for (; next < head && datagrams.Count < most; next++)
        {
            var record = (TraceRecord*)(ring + TraceLayout.HeaderWords) + (next % TraceLayout.Records);
            if (Volatile.Read(ref record->Guard) == next && Copy(record) is { } copy && Volatile.Read(ref record->Guard) == next)
                datagrams.Add(copy);
            else
                missed++;
        }

        // Another one may have begun meanwhile, with records of the same numbers.
        if (Volatile.Read(ref ring[TraceLayout.SessionWord]) != session)
            return TraceBatch.Nothing(from);
        return new TraceBatch(datagrams.ToImmutable(), next, missed, Volatile.Read(ref ring[TraceLayout.SeenWord]), head);
    }

    private static TracedDatagram Copy(TraceRecord* record)
    {
        byte* bytes = (byte*)record;
        int outputs = Math.Min((int)record->Outputs, MostOutputs);
        int length = Math.Clamp(record->Length, 0, ushort.MaxValue);
        int captured = Math.Clamp(record->Captured, 0, Math.Min(length, TraceLayout.MaxSnap));
        var datagram = new TracedDatagram(
            record->Arrival == 0 ? null : Time(record->Arrival),
            Time(record->Sent),
            record->Number,
            new IPEndPoint(Addresses.FromNumber(record->Source), record->SourcePort),
            new IPEndPoint(Addresses.FromNumber(record->Destination), record->DestinationPort),
            length,
            record->Ttl,
            record->Tos,
            (DropReason)record->Reason,
            [.. new ReadOnlySpan<byte>(bytes + TraceLayout.OutcomesOffset, outputs)],
            [.. new ReadOnlySpan<byte>(bytes + TraceLayout.PayloadOffset, captured)])
        {
            LatencyNanoseconds = record->Arrival == 0 ? null : record->Sent - record->Arrival,
        };
        Volatile.ReadBarrier(); // before the guard is read again
        return datagram;
    }

    private static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);
}
