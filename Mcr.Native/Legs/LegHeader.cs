using System.Buffers.Binary;

namespace Mcr.Native.Legs;

/// <summary>
/// What stands in front of each payload on the unicast leg from one node to another. Big-endian but for the MAC, which is as SipHash writes it:
/// <code>
/// byte 0       version, 1
///      1       flags, 0: none is known, and an unknown one is refused
///      2..3    length of the header, 48
///      4..5    number of the key
///      6..7    life of the sender
///      8..15   leg: which rule's which output, agreed by both ends
///      16..23  sequence, from 0 in each life; the highest bit is 0
///      24..31  time of sending, ns since 1970 by the sender's CLOCK_REALTIME
///      32..47  MAC over bytes 0 to 31 and the payload
/// </code>
/// A life is part of the 32 bits of the key's number and not a field of its own: the header stays six words, and 65,536 lives are enough for one leg, since a sender's state outlives its
/// workers. A leg whose lives are used up is agreed anew, with another number; they never begin anew, so that a greater one is always later.
/// </summary>
/// <param name="SentAt">Nanoseconds since 1970.</param>
public readonly record struct LegHeader(ushort Key, ushort Life, ulong Leg, long Sequence, long SentAt)
{
    public const byte CurrentVersion = 1;

    /// <summary>Bytes in front of the payload.</summary>
    public const int Size = MacOffset + LegMac.Size;

    /// <summary>No datagram has it: the number after it could not be written.</summary>
    public const long SequenceEnd = long.MaxValue;

    private const int LengthOffset = 2;
    private const int KeyOffset = 4;
    private const int LifeOffset = 6;
    private const int LegOffset = 8;
    private const int SequenceOffset = 16;
    private const int SentAtOffset = 24;
    private const int MacOffset = 32;

    /// <summary>Says nothing of whether it is true: see <see cref="IsAuthentic"/>.</summary>
    /// <param name="refusal">Good if it could be read, else why not.</param>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out LegHeader header, out LegOutcome refusal)
    {
        header = default;
        refusal = LegOutcome.Short;
        if (datagram.Length < Size)
            return false;
        refusal = LegOutcome.Version;
        ulong sequence = BinaryPrimitives.ReadUInt64BigEndian(datagram[SequenceOffset..]);
        if (datagram[0] != CurrentVersion || datagram[1] != 0 || BinaryPrimitives.ReadUInt16BigEndian(datagram[LengthOffset..]) != Size || sequence >= SequenceEnd)
            return false;
        refusal = LegOutcome.Good;
        header = new LegHeader(
            BinaryPrimitives.ReadUInt16BigEndian(datagram[KeyOffset..]),
            BinaryPrimitives.ReadUInt16BigEndian(datagram[LifeOffset..]),
            BinaryPrimitives.ReadUInt64BigEndian(datagram[LegOffset..]),
            (long)sequence,
            BinaryPrimitives.ReadInt64BigEndian(datagram[SentAtOffset..]));
        return true;
    }

    /// <summary>Whether header and payload are as someone wrote them who has the key.</summary>
    public static bool IsAuthentic(ReadOnlySpan<byte> datagram, in LegKey key) =>
        datagram.Length >= Size && LegMac.Read(datagram[MacOffset..]).Matches(MacOf(datagram[..MacOffset], datagram[Size..], in key));

    /// <param name="room">48 bytes at least.</param>
    /// <param name="payload">What will follow it in the datagram; need not lie behind it.</param>
    /// <returns>false, and nothing is written: not enough room, or no such sequence.</returns>
    public bool TryWrite(Span<byte> room, ReadOnlySpan<byte> payload, in LegKey key)
    {
        if (room.Length < Size || (ulong)Sequence >= SequenceEnd)
            return false;
        room[0] = CurrentVersion;
        room[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(room[LengthOffset..], Size);
        BinaryPrimitives.WriteUInt16BigEndian(room[KeyOffset..], Key);
        BinaryPrimitives.WriteUInt16BigEndian(room[LifeOffset..], Life);
        BinaryPrimitives.WriteUInt64BigEndian(room[LegOffset..], Leg);
        BinaryPrimitives.WriteInt64BigEndian(room[SequenceOffset..], Sequence);
        BinaryPrimitives.WriteInt64BigEndian(room[SentAtOffset..], SentAt);
        MacOf(room[..MacOffset], payload, in key).Write(room[MacOffset..]);
        return true;
    }

    /// <param name="head">32 bytes: four words.</param>
    private static LegMac MacOf(ReadOnlySpan<byte> head, ReadOnlySpan<byte> payload, in LegKey key)
    {
        var hash = new SipHash(in key);
        hash.Add(BinaryPrimitives.ReadUInt64LittleEndian(head));
        hash.Add(BinaryPrimitives.ReadUInt64LittleEndian(head[LegOffset..]));
        hash.Add(BinaryPrimitives.ReadUInt64LittleEndian(head[SequenceOffset..]));
        hash.Add(BinaryPrimitives.ReadUInt64LittleEndian(head[SentAtOffset..]));
        return hash.Finish(payload);
    }
}
