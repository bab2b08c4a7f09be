using System.Buffers.Binary;

namespace Mcr.Specs.Fixtures;

/// <summary>Changes to a frame made by <see cref="Frames"/>; each returns a copy. Offsets are those of a frame without IP options.</summary>
internal static class FrameEdits
{
    public const int Ip = 14;
    public const int Udp = Ip + 20;
    public const int Payload = Udp + 8;
    public const int IpLength = Ip + 2;
    public const int IpFragment = Ip + 6;
    public const int IpChecksum = Ip + 10;
    public const int UdpLength = Udp + 4;
    public const int UdpChecksum = Udp + 6;

    public static byte[] With8(this byte[] frame, int at, byte value)
    {
        byte[] copy = [.. frame];
        copy[at] = value;
        return copy;
    }

    public static byte[] With16(this byte[] frame, int at, int value)
    {
        byte[] copy = [.. frame];
        BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at), (ushort)value);
        return copy;
    }

    /// <summary>Sent by this MAC address, its first byte the highest of the low 48 bits.</summary>
    public static byte[] From(this byte[] frame, ulong link) => frame.With16(6, (int)(link >> 32)).With16(8, (int)(link >> 16) & 0xFFFF).With16(10, (int)link & 0xFFFF);

    public static byte[] WithPadding(this byte[] frame, params byte[] padding) => [.. frame, .. padding];

    /// <param name="options">A multiple of four bytes, forty at most.</param>
    public static byte[] WithOptions(this byte[] frame, params byte[] options)
    {
        byte[] copy = [.. frame[..Udp], .. options, .. frame[Udp..]];
        copy[Ip] += (byte)(options.Length / 4);
        return copy.With16(IpLength, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(IpLength)) + options.Length).WithRightChecksums(udp: false);
    }

    /// <summary>The checksums that the frame's other fields ask for, as far as they make sense; for any bytes.</summary>
    public static byte[] WithRightChecksums(this byte[] frame, bool udp = true)
    {
        byte[] copy = [.. frame];
        int header = copy.Length > Ip ? (copy[Ip] & 15) * 4 : 0;
        if (header < 20 || copy.Length < Ip + header + 8)
            return copy;
        Span<byte> ip = copy.AsSpan(Ip);
        ip[10] = ip[11] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Frames.Checksum([.. ip[..header]]));
        int length = BinaryPrimitives.ReadUInt16BigEndian(ip[(header + 4)..]);
        if (!udp || length < 8 || length > ip.Length - header)
            return copy;
        Span<byte> datagram = ip.Slice(header, length);
        datagram[6] = datagram[7] = 0;
        ushort sum = Frames.Checksum([.. ip[12..20], 0, 17, (byte)(length >> 8), (byte)length, .. datagram]);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[6..], sum == 0 ? (ushort)0xFFFF : sum);
        return copy;
    }
}
