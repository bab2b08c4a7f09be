using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mcr.Native.Analysis;

/// <summary>
/// Counts MPEG-TS packets and their continuity errors by PID (ISO/IEC 13818-1, 2.4.3.3): the counter of a PID goes up by one with each packet that has a
/// payload; one packet may come twice; a discontinuity that is announced is none. Loop thread only.
/// </summary>
internal static unsafe class TransportStreamAnalyser
{
    public const int PacketSize = 188;

    /// <summary>As many as an Ethernet frame holds.</summary>
    private const int UsualPackets = 7;

    private const uint Sync = 0x47;
    private const int MaxPid = 0x1FFF;
    private const int NullPid = 0x1FFF;

    // Of the first four bytes of a packet as a number:
    private const uint CounterMask = 0x0F;
    private const uint StartMask = 0x0060_0000; // payload_unit_start_indicator and transport_priority, which say nothing about the counter

    /// <summary>Of <see cref="UsualPackets"/> headers as they lie there: all but <see cref="StartMask"/>.</summary>
    private static Vector256<uint> Compared => Vector256.Create(0xFFFF_9FFF, 0xFFFF_9FFF, 0xFFFF_9FFF, 0xFFFF_9FFF, 0xFFFF_9FFF, 0xFFFF_9FFF, 0xFFFF_9FFF, 0);

    // Of a PID's state word: PID + 1 in the lower 16 bits, then:
    private const int CounterShift = 16;
    private const long RepeatedBit = 1L << 20;
    private const long UnknownBit = 1L << 21;

    /// <summary>Others may have had some of its packets: where the counters go on says nothing.</summary>
    public static void Forget(long* block)
    {
        for (int i = 0; i < StreamBlock.PidCapacity; i++)
            block[StreamBlock.FirstPidWord + (i * StreamBlock.WordsPerPid)] |= block[StreamBlock.FirstPidWord + (i * StreamBlock.WordsPerPid)] != 0 ? UnknownBit : 0;
    }

    /// <summary>Whether it can be nothing else: whole packets, each with its sync byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Recognises(byte* payload, int length)
    {
        if (length < PacketSize || payload[0] != Sync || length % PacketSize != 0)
            return false;
        return length == PacketSize || payload[PacketSize] == Sync;
    }

    /// <summary>
    /// The headers lie in lines of their own, which nobody has read yet: asking for all at once costs what one of them would. Any payload may be asked for.
    /// </summary>
    public static void Prefetch(byte* payload, int length)
    {
        if (!Sse.IsSupported)
            return;
        for (byte* end = payload + length; payload < end; payload += PacketSize)
            Sse.Prefetch0(payload);
    }

    /// <param name="length">A remainder that is no whole packet is not looked at.</param>
    public static void Analyse(long* block, byte* payload, int length)
    {
        if (length == UsualPackets * PacketSize && CountUsual(block, payload))
            return;
        byte* end = payload + (length - (length % PacketSize));
        block[StreamBlock.PacketsWord] += length / PacketSize;
        while (payload < end)
        {
            uint header = BinaryPrimitives.ReverseEndianness(*(uint*)payload);
            long* words;
            if ((header & 0xFF80_0000) != Sync << 24 || (words = Find(block, (int)(header >> 8) & MaxPid)) == null)
            {
                CountUnusable(block, payload);
                payload += PacketSize;
                continue;
            }

            payload = CountRun(block, words, payload, end, header);
        }
    }

    /// <summary>
    /// As many packets as fit a datagram, all of one PID that is known, that have a payload and nothing else and go on as expected: most of a stream, and looked at
    /// together.
    /// </summary>
    /// <returns>false: they are not, and nothing has been counted.</returns>
    private static bool CountUsual(long* block, byte* packets)
    {
        if (!Vector256.IsHardwareAccelerated)
            return false;
        uint first = *(uint*)packets; // as it lies there: the counter is in the upper byte
        uint header = BinaryPrimitives.ReverseEndianness(first);
        int pid = (int)(header >> 8) & MaxPid;
        long* words = block + StreamBlock.FirstPidWord + (pid % StreamBlock.PidCapacity * StreamBlock.WordsPerPid);
        long state = words[0];
        if ((header & 0xFF80_0000) != Sync << 24 || (state & 0xFFFF) != pid + 1 || words[1] == 0 || !IsNext(state, header))
            return false;
        Vector256<uint> one = Vector256.Create(first);
        var counters = Vector256.Create(CounterMask << 24);
        Vector256<uint> expected = (one & ~counters) | ((one + (Vector256<uint>.Indices << 24)) & counters);
        var there = Vector256.Create(
            first,
            *(uint*)(packets + PacketSize),
            *(uint*)(packets + (2 * PacketSize)),
            *(uint*)(packets + (3 * PacketSize)),
            *(uint*)(packets + (4 * PacketSize)),
            *(uint*)(packets + (5 * PacketSize)),
            *(uint*)(packets + (6 * PacketSize)),
            0);
        if (((there ^ expected) & Compared) != Vector256<uint>.Zero)
            return false;
        block[StreamBlock.PacketsWord] += UsualPackets;
        words[1] += UsualPackets;
        words[0] = (state & ~(RepeatedBit | UnknownBit | ((long)CounterMask << CounterShift))) | ((long)((header + UsualPackets - 1) & CounterMask) << CounterShift);
        return true;
    }

    /// <summary>This packet, and those behind it that go on as expected, which nearly all do: what is counted is written once for them.</summary>
    /// <returns>The packet behind them.</returns>
    private static byte* CountRun(long* block, long* words, byte* packet, byte* end, uint header)
    {
        if (words[1] == 0 || !IsNext(words[0], header))
        {
            Count(block, words, packet);
            return packet + PacketSize;
        }

        long packets = 0;
        uint next;
        do
        {
            packets++;
            packet += PacketSize;
            next = (header & ~CounterMask) | ((header + 1) & CounterMask);
            if (packet >= end)
                break;
            header = BinaryPrimitives.ReverseEndianness(*(uint*)packet);
        }
        while (((header ^ next) & ~StartMask) == 0);

        words[1] += packets;
        words[0] = (words[0] & ~(RepeatedBit | UnknownBit | ((long)CounterMask << CounterShift))) | ((long)((next - 1) & CounterMask) << CounterShift);
        return packet;
    }

    /// <summary>A packet with a payload and nothing else, numbered as it should be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsNext(long state, uint header) =>
        (header & 0x30) == 0x10 && ((state >> CounterShift) + 1 - header & CounterMask) == 0 && ((int)(header >> 8) & MaxPid) != NullPid;

    private static void CountUnusable(long* block, byte* packet)
    {
        if (packet[0] != Sync)
            block[StreamBlock.SyncErrorsWord]++;
        else if ((packet[1] & 0x80) != 0)
            block[StreamBlock.TransportErrorsWord]++; // its other fields cannot be trusted
        else
            block[StreamBlock.OtherPidsWord]++;
    }

    private static void Count(long* block, long* words, byte* packet)
    {
        words[1]++;
        bool hasPayload = (packet[3] & 0x10) != 0;
        bool hasAdaptation = (packet[3] & 0x20) != 0;
        int counter = packet[3] & 0x0F;
        long state = words[0];
        if ((state & 0xFFFF) == NullPid + 1)
            return;
        if (words[1] > 1 && (state & UnknownBit) == 0)
        {
            int last = (int)(state >> CounterShift) & 0x0F;
            if (hasAdaptation && packet[4] > 0 && (packet[5] & 0x80) != 0) // discontinuity_indicator
            {
                state &= ~RepeatedBit;
            }
            else if (hasPayload && counter == last && (state & RepeatedBit) == 0)
            {
                state |= RepeatedBit;
            }
            else if (hasPayload && counter == ((last + 1) & 0x0F))
            {
                state &= ~RepeatedBit;
            }
            else if (!hasPayload && counter == last)
            {
                // Nothing: the packet with a payload before it may still come twice, and not three times.
            }
            else
            {
                words[2]++;
                block[StreamBlock.ContinuityErrorsWord]++;
                state &= ~RepeatedBit;
            }
        }

        words[0] = (state & ~(UnknownBit | ((long)CounterMask << CounterShift))) | ((long)counter << CounterShift);
    }

    /// <returns>null: there is no more room.</returns>
    private static long* Find(long* block, int pid)
    {
        long* pids = block + StreamBlock.FirstPidWord;
        for (int probe = 0; probe < StreamBlock.PidCapacity; probe++)
        {
            long* words = pids + ((pid + probe) % StreamBlock.PidCapacity * StreamBlock.WordsPerPid);
            int there = (int)(words[0] & 0xFFFF);
            if (there == pid + 1)
                return words;
            if (there != 0)
                continue;
            words[0] = pid + 1;
            return words;
        }

        return null;
    }
}
