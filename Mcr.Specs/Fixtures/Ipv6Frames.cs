using System.Buffers.Binary;
using System.Net;

namespace Mcr.Specs.Fixtures;

/// <summary>Ethernet frames with IPv6 UDP, built independently of the parser.</summary>
internal static class Ipv6Frames
{
    public const int Ip = 14;
    public const int FirstHeader = Ip + 40;

    /// <param name="headers">Extension headers in their order: type, and all their bytes but the first, which becomes the next header.</param>
    public static byte[] Udp(string source, string destination, ushort port, ReadOnlySpan<byte> payload, byte trafficClass = 0, params (byte Type, byte[] Body)[] headers)
    {
        byte[] addresses = [.. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes()];
        byte[] udp = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(udp, 40_000);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(2), port);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)udp.Length);
        payload.CopyTo(udp.AsSpan(8));
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(6), UdpChecksum(addresses, udp));

        byte[] chain = [];
        byte next = 17;
        foreach ((byte type, byte[] body) in headers.Reverse())
        {
            chain = [next, .. body, .. chain];
            next = type;
        }

        byte[] frame = [.. new byte[FirstHeader], .. chain, .. udp];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x86DD);
        frame[Ip] = (byte)(0x60 | (trafficClass >> 4));
        frame[Ip + 1] = (byte)(trafficClass << 4);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(Ip + 4), (ushort)(frame.Length - FirstHeader));
        frame[Ip + 6] = next;
        frame[Ip + 7] = 16;
        addresses.CopyTo(frame, Ip + 8);
        return frame;
    }

    /// <summary>A header of <paramref name="units"/> times eight bytes, filled with options that mean nothing.</summary>
    public static (byte Type, byte[] Body) Options(byte type, int units = 1)
    {
        byte[] body = new byte[(units * 8) - 1];
        body[0] = (byte)(units - 1);
        return (type, body);
    }

    public static (byte Type, byte[] Body) Routing(byte segmentsLeft) => (43, [0, 4, segmentsLeft, 0, 0, 0, 0]);

    public static (byte Type, byte[] Body) Fragment(int offset, bool more, uint id) =>
        (44, [0, (byte)(offset >> 8), (byte)(offset | (more ? 1 : 0)), (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id]);

    public static ushort UdpChecksum(ReadOnlySpan<byte> addresses, ReadOnlySpan<byte> udp)
    {
        ushort sum = Frames.Checksum([.. addresses, 0, 17, (byte)(udp.Length >> 8), (byte)udp.Length, .. udp]);
        return sum == 0 ? (ushort)0xFFFF : sum;
    }
}
