using System.Buffers.Binary;
using System.IO.Hashing;

namespace Mcr.Host.Mcrgen;

/// <summary>
/// What a datagram of mcrgen looks like. Big-endian:
/// <code>
///  0  'MCRG'
///  4  sequence, 64 bits, from 0
/// 12  time of sending, 64 bits, nanoseconds of CLOCK_REALTIME
/// 20  stream, 32 bits, drawn by the sender at its start
/// 24  CRC-32 of the whole payload, with these four bytes zero
/// 28  the rest: see <see cref="PayloadFill"/>
/// </code>
/// Shorter payloads have no such header: 8 to 27 bytes begin with the sequence alone, less than 8 carry nothing.
/// </summary>
internal static class Payload
{
    public const int HeaderSize = 28;
    public const int SequenceSize = 8;

    /// <summary>What an IPv4 datagram carries at most: 65535 less the IPv4 and UDP headers.</summary>
    public const int MaxSize = 65507;

    private const uint Magic = 0x4D435247;
    private const int SequenceAt = 4;
    private const int TimeAt = 12;
    private const int StreamAt = 20;
    private const int CrcAt = 24;

    /// <summary>How many bytes of a payload of <paramref name="size"/> come before its fill.</summary>
    public static int FillOffset(int size) => size >= HeaderSize ? HeaderSize : size >= SequenceSize ? SequenceSize : 0;

    /// <summary>Completes a payload whose fill is in place.</summary>
    public static void Seal(Span<byte> payload, in PayloadHeader header)
    {
        if (payload.Length < HeaderSize)
        {
            if (payload.Length >= SequenceSize)
                BinaryPrimitives.WriteUInt64BigEndian(payload, header.Sequence);
            return;
        }

        BinaryPrimitives.WriteUInt32BigEndian(payload, Magic);
        BinaryPrimitives.WriteUInt64BigEndian(payload[SequenceAt..], header.Sequence);
        BinaryPrimitives.WriteInt64BigEndian(payload[TimeAt..], header.SentNanoseconds);
        BinaryPrimitives.WriteUInt32BigEndian(payload[StreamAt..], header.Stream);
        BinaryPrimitives.WriteUInt32BigEndian(payload[CrcAt..], Checksum(payload));
    }

    /// <summary>
    /// Reads what <see cref="Seal"/> wrote. The payload is only lent: it is the same afterwards, though its checksum is set aside in between.
    /// </summary>
    public static PayloadVerdict Read(Span<byte> payload, out PayloadHeader header)
    {
        header = default;
        if (payload.Length < SequenceSize)
            return PayloadVerdict.Unnumbered;
        if (payload.Length < HeaderSize)
        {
            header = new PayloadHeader(BinaryPrimitives.ReadUInt64BigEndian(payload), 0, 0);
            return PayloadVerdict.Numbered;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(payload) != Magic)
            return PayloadVerdict.Corrupted;
        uint crc = BinaryPrimitives.ReadUInt32BigEndian(payload[CrcAt..]);
        uint actual = Checksum(payload);
        BinaryPrimitives.WriteUInt32BigEndian(payload[CrcAt..], crc);
        if (crc != actual)
            return PayloadVerdict.Corrupted;
        header = new PayloadHeader(
            BinaryPrimitives.ReadUInt64BigEndian(payload[SequenceAt..]),
            BinaryPrimitives.ReadInt64BigEndian(payload[TimeAt..]),
            BinaryPrimitives.ReadUInt32BigEndian(payload[StreamAt..]));
        return PayloadVerdict.Intact;
    }

    /// <summary>Leaves the checksum field zero.</summary>
    private static uint Checksum(Span<byte> payload)
    {
        BinaryPrimitives.WriteUInt32BigEndian(payload[CrcAt..], 0);
        return Crc32.HashToUInt32(payload);
    }
}
