using System.Buffers.Binary;

namespace Mcr.Specs.Fixtures;

/// <summary>Cuts Ethernet frames into the frames of their fragments, as a sender or a router would.</summary>
internal static class FragmentFrames
{
    /// <param name="size">Bytes of data in each fragment but the last: a multiple of 8.</param>
    public static byte[][] Split(byte[] frame, uint id, int size)
    {
        int length = Payload(frame).Length;
        return [.. Enumerable.Range(0, (length + size - 1) / size).Select(i => Piece(frame, id, i * size, Math.Min(size, length - (i * size)), (i + 1) * size < length))];
    }

    /// <summary>A fragment with any part of the datagram, right or not; what it has too much is zeros.</summary>
    public static byte[] Piece(byte[] frame, uint id, int offset, int length, bool more)
    {
        byte[] payload = Payload(frame);
        byte[] data = [.. payload.Skip(offset).Take(length)];
        return Of(frame, id, offset, [.. data, .. new byte[length - data.Length]], more);
    }

    /// <summary>A fragment of the frame's datagram with data of one's own.</summary>
    public static byte[] Of(byte[] frame, uint id, int offset, byte[] data, bool more) => IsIpv6(frame) ? OfIpv6(frame, id, offset, data, more) : OfIpv4(frame, id, offset, data, more);

    /// <summary>What is cut up: everything behind the IP header, extension headers included.</summary>
    public static byte[] Payload(byte[] frame) => frame[HeaderEnd(frame)..];

    private static bool IsIpv6(byte[] frame) => frame[14] >> 4 == 6;

    private static int HeaderEnd(byte[] frame) => 14 + (IsIpv6(frame) ? 40 : (frame[14] & 15) * 4);

    private static byte[] OfIpv4(byte[] frame, uint id, int offset, byte[] data, bool more)
    {
        byte[] piece = [.. frame[..HeaderEnd(frame)], .. data];
        Span<byte> ip = piece.AsSpan(14);
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(piece.Length - 14));
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)id);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], (ushort)((offset / 8) | (more ? 0x2000 : 0)));
        ip[10] = ip[11] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Frames.Checksum([.. ip[..(HeaderEnd(frame) - 14)]]));
        return piece;
    }

    private static byte[] OfIpv6(byte[] frame, uint id, int offset, byte[] data, bool more)
    {
        byte[] piece = [.. frame[..HeaderEnd(frame)], frame[14 + 6], .. Ipv6Frames.Fragment(offset, more, id).Body, .. data];
        piece[14 + 6] = 44;
        BinaryPrimitives.WriteUInt16BigEndian(piece.AsSpan(14 + 4), (ushort)(piece.Length - Ipv6Frames.FirstHeader));
        return piece;
    }
}
