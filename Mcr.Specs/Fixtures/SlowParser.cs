using System.Buffers.Binary;
using System.Net;

namespace Mcr.Specs.Fixtures;

/// <summary>A frame as <see cref="SlowParser"/> reads it: a datagram, or a fragment of one.</summary>
/// <param name="Payload">Of the UDP datagram or run; of a fragment its data.</param>
/// <param name="Fragment">null for a whole datagram.</param>
internal sealed record SlowFrame(IPAddress Source, IPAddress Destination, int Port, byte[] Payload, int PayloadAt, SlowFragment? Fragment);

/// <param name="Headers">Bytes that count for the length of the packet besides the data.</param>
internal sealed record SlowFragment((string Source, string Destination, uint Id) Key, int Offset, bool More, int Headers, byte Next);

/// <summary>Reads frames byte by byte, as the RFCs tell it, for comparison; null for everything that is not a right UDP datagram or fragment.</summary>
internal static class SlowParser
{
    public static SlowFrame? Read(byte[] frame, int linkHeader, bool merged, bool trusted)
    {
        if (frame.Length < linkHeader + 1)
            return null;
        byte[] ip = frame[linkHeader..];
        int type = linkHeader == 0 ? -1 : (frame[12] << 8) | frame[13];
        return (ip[0] >> 4, type) switch
        {
            (4, -1 or 0x0800) => Ipv4(ip, linkHeader, merged, trusted),
            (6, -1 or 0x86DD) => Ipv6(ip, linkHeader, merged, trusted),
            _ => null,
        };
    }

    /// <summary>The datagram in what fragments made up, from the type of its first header on.</summary>
    public static SlowFrame? Assembled(IPAddress source, IPAddress destination, byte next, byte[] data)
    {
        if (!Follow(data, ref next, out int at, afterIp: false) || next != 17)
            return null;
        return Udp(source, destination, data, at, 0, merged: false, trusted: false);
    }

    private static SlowFrame? Ipv4(byte[] ip, int link, bool merged, bool trusted)
    {
        int header = (ip[0] & 15) * 4;
        if (ip.Length < 20 || header < 20 || ip[9] != 17)
            return null;
        int total = U16(ip, 2);
        if (total > ip.Length || total < header || Frames.Checksum(ip[..header]) != 0)
            return null;
        ip = ip[..total];
        IPAddress source = new(ip[12..16]);
        IPAddress destination = new(ip[16..20]);
        int offset = (U16(ip, 6) & 0x1FFF) * 8;
        bool more = (ip[6] & 0x20) != 0;
        if (offset == 0 && !more)
            return Udp(source, destination, ip, header, link, merged, trusted);
        return new SlowFrame(source, destination, 0, ip[header..], link + header, new SlowFragment(($"{source}", $"{destination}", (uint)U16(ip, 4)), offset, more, header, 17));
    }

    private static SlowFrame? Ipv6(byte[] ip, int link, bool merged, bool trusted)
    {
        if (ip.Length < 40 || 40 + U16(ip, 4) > ip.Length)
            return null;
        ip = ip[..(40 + U16(ip, 4))];
        IPAddress source = new(ip[8..24]);
        IPAddress destination = new(ip[24..40]);
        if (source.IsIPv4MappedToIPv6 || destination.IsIPv4MappedToIPv6)
            return null;
        byte next = ip[6];
        byte[] rest = ip[40..];
        if (!Follow(rest, ref next, out int at, afterIp: true))
            return null;
        if (next == 17)
            return Udp(source, destination, ip, 40 + at, link, merged, trusted);
        var fragment = new SlowFragment(($"{source}", $"{destination}", BinaryPrimitives.ReadUInt32BigEndian(rest.AsSpan(at + 4))), U16(rest, at + 2) & ~7, (rest[at + 3] & 1) != 0, at, rest[at]);
        return new SlowFrame(source, destination, 0, rest[(at + 8)..], link + 48 + at, fragment);
    }

    private static bool Follow(byte[] bytes, ref byte next, out int at, bool afterIp)
    {
        at = 0;
        var seen = new List<byte>();
        while (next != 17)
        {
            if (seen.Count == 8 || bytes.Length < at + 8)
                return false;
            bool whole = next == 44 && (U16(bytes, at + 2) & 0xFFF9) == 0;
            if (next == 44 && !whole)
                return true;
            bool allowed = whole || next == 60 || (next == 43 && bytes[at + 3] == 0) || (next == 0 && afterIp && seen.Count == 0);
            if (!allowed)
                return false;
            seen.Add(next);
            int length = whole ? 8 : 8 * (bytes[at + 1] + 1);
            next = bytes[at];
            at += length;
        }

        return true;
    }

    private static SlowFrame? Udp(IPAddress source, IPAddress destination, byte[] bytes, int at, int link, bool merged, bool trusted)
    {
        if (bytes.Length < at + 8)
            return null;
        byte[] udp = bytes[at..];
        int length = merged ? udp.Length : U16(udp, 4);
        if (length < 8 || length > udp.Length)
            return null;
        udp = udp[..length];
        bool none = U16(udp, 6) == 0;
        bool isIpv6 = destination.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        byte[] sum = [.. source.GetAddressBytes(), .. destination.GetAddressBytes(), 0, 17, (byte)(length >> 8), (byte)length, .. udp];
        bool right = merged || trusted || (none ? !isIpv6 : Frames.Checksum(sum) == 0);
        return right ? new SlowFrame(source, destination, U16(udp, 2), udp[8..], link + at + 8, null) : null;
    }

    private static int U16(byte[] bytes, int at) => (bytes[at] << 8) | bytes[at + 1];
}
