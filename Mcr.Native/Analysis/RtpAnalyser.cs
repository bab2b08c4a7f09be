using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Analysis;

/// <summary>RTP (RFC 3550): sequence and interarrival jitter for each flow. Loop thread only.</summary>
internal static unsafe class RtpAnalyser
{
    /// <summary>As many in order as make a payload that looks like RTP be taken for it; until then nothing is reported.</summary>
    public const int Probation = 8;

    public const int DefaultClockRate = 90_000;

    private const int FixedHeader = 12;
    private const ulong Mask = 0xFFFF;
    private const int MaxJitterGap = 1_000_000_000; // nanoseconds between two arrivals: more is a pause, not jitter

    /// <summary>Version 2, and not one of the payload types that would be RTCP (RFC 5761, 4).</summary>
    public static bool Recognises(byte* payload, int length) => length >= FixedHeader && payload[0] >> 6 == 2 && (payload[1] & 0x7F) is < 64 or > 95;

    /// <param name="clockRate">Hz; 0: that of the payload type.</param>
    /// <returns>Where the payload of RTP begins; -1: it is no whole header of RTP.</returns>
    public static int Analyse(long* block, byte* payload, int length, in Arrival arrival, int clockRate)
    {
        int offset = HeaderLength(payload, length);
        if (offset < 0)
        {
            block[StreamBlock.OpaqueWord]++;
            return -1;
        }

        ushort number = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(payload + 2, 2));
        uint timestamp = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(payload + 4, 4));
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(payload + 8, 4));
        long* flow = Flows.Find(block, in arrival, ssrc, out bool isNew);
        if (flow == null)
            return offset;
        flow[StreamBlock.Flow.Datagrams]++;
        int type = payload[1] & 0x7F;
        long format = (uint)type | ((long)(clockRate > 0 ? clockRate : ClockRateOf(type)) << 8);
        if (isNew)
        {
            SequenceWindow.Begin(flow, number, 1, Mask);
        }
        else
        {
            SequenceWindow.Take(flow, number, 1, Mask);
        }

        bool goesOn = !isNew && flow[StreamBlock.Flow.Format] == format; // else its timestamps may tick otherwise now
        flow[StreamBlock.Flow.Format] = format;
        if (goesOn)
            CountArrival(flow, timestamp, arrival.Time);
        else
            NoteArrival(flow, timestamp, arrival.Time);
        return offset;
    }

    /// <summary>What the timestamp says of a datagram whose flow goes on, in the format that it had.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CountArrival(long* flow, uint timestamp, long arrival)
    {
        CountJitter(flow, timestamp, arrival);
        NoteArrival(flow, timestamp, arrival);
    }

    private static void NoteArrival(long* flow, uint timestamp, long arrival)
    {
        if (arrival != 0)
            flow[StreamBlock.Flow.LastArrival] = arrival;
        flow[StreamBlock.Flow.LastTimestamp] = timestamp;
    }

    /// <summary>RFC 3550 A.8: J += |D| − (J + 8) / 16, in units of the timestamp, J times 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CountJitter(long* flow, uint timestamp, long arrival)
    {
        long elapsed = arrival - flow[StreamBlock.Flow.LastArrival];
        if (arrival == 0 || flow[StreamBlock.Flow.LastArrival] == 0 || elapsed is < 0 or > MaxJitterGap)
            return;
        long units = (long)((ulong)(elapsed * (flow[StreamBlock.Flow.Format] >> 8)) / 1_000_000_000); // below 2^58 before
        long difference = Math.Abs(units - (int)(timestamp - (uint)flow[StreamBlock.Flow.LastTimestamp]));
        long jitter = flow[StreamBlock.Flow.Jitter];
        flow[StreamBlock.Flow.Jitter] = jitter + difference - ((jitter + 8) >> 4);
    }

    /// <returns>-1: it is longer than the datagram, or it is RTCP or none at all.</returns>
    private static int HeaderLength(byte* payload, int length)
    {
        if (!Recognises(payload, length))
            return -1;
        int header = FixedHeader + ((payload[0] & 0x0F) * 4);
        if ((payload[0] & 0x10) != 0)
        {
            if (length < header + 4)
                return -1;
            header += 4 + (BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(payload + header + 2, 2)) * 4);
        }

        return header <= length ? header : -1;
    }

    /// <summary>RFC 3551, table 4 and 5; dynamic types are taken for video.</summary>
    private static int ClockRateOf(int type) => type switch
    {
        0 or (>= 3 and <= 5) or (>= 7 and <= 9) or 12 or 13 or 15 or 18 => 8_000,
        6 => 16_000,
        10 or 11 => 44_100,
        16 => 11_025,
        17 => 22_050,
        _ => DefaultClockRate,
    };
}
