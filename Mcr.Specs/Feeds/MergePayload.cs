using System.Buffers.Binary;
using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

/// <summary>Payloads with a number at the place where a key looks for it; their last 16 bytes say what they are, for the spec.</summary>
internal static class MergePayload
{
    public static readonly SequenceField Little32 = new(4, 32, LittleEndian: true);

    public static byte[] Rtp(ushort number, uint ssrc, long index, int stream = 0)
    {
        byte[] bytes = End(new byte[12 + 16], index, stream);
        bytes[0] = 0x80;
        bytes[1] = 33;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), number);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), ssrc);
        return bytes;
    }

    public static byte[] Mold(ulong number, ushort count, string session, long index, int stream = 0)
    {
        byte[] bytes = End(new byte[20 + 16], index, stream);
        System.Text.Encoding.ASCII.GetBytes(session.PadLeft(10), bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(10), number);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(18), count);
        return bytes;
    }

    public static byte[] Sequence(SequenceField field, ulong number, long index, int stream = 0)
    {
        byte[] bytes = End(new byte[field.Offset + 8 + 16], index, stream);
        Span<byte> at = bytes.AsSpan(field.Offset);
        for (int i = 0; i < field.Width / 8; i++)
            at[field.LittleEndian ? i : (field.Width / 8) - 1 - i] = (byte)(number >> (8 * i));
        return bytes;
    }

    /// <summary>The stream's datagram with that index, whose first one has the number <paramref name="start"/>.</summary>
    public static byte[] Of(SelectKey key, ulong start, long index, int stream) => key.Kind switch
    {
        SelectKeyKind.Rtp => Rtp((ushort)(start + (ulong)index), 0x1000 + (uint)stream, index, stream),
        SelectKeyKind.MoldUdp64 => Mold(start + (ulong)index, 1, $"S{stream}", index, stream),
        SelectKeyKind.Sequence => Sequence(key.Field, start + (ulong)index, index, stream),
        _ => End(new byte[24], index, stream),
    };

    private static byte[] End(byte[] bytes, long index, int stream)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan()[^16..], index);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan()[^8..], stream);
        return bytes;
    }
}
