using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Packet;

/// <summary>
/// Bytes in, values out: reads one frame with UDP over IPv4 or IPv6. No sockets, no rules, no allocation, no exception, whatever the bytes.
/// </summary>
public static class FrameParser
{
    internal const int MinIpv4Header = 20;
    internal const int Ipv6Header = 40;

    private const ushort EtherTypeIpv4 = 0x0800;
    private const ushort EtherTypeIpv6 = 0x86DD;

    /// <summary>Any of more-fragments (0x2000) and fragment offset (0x1FFF); not don't-fragment.</summary>
    private const ushort FragmentBits = 0x3FFF;

    /// <summary>
    /// Parses <paramref name="frame"/>, which starts at the link header if there is one (RFC 894, 791, 768, 8200).
    /// </summary>
    /// <param name="frame">The frame as received, without the vnet header; may carry padding behind the IP packet.</param>
    /// <param name="linkHeader">Bytes in front of the IP header; the last two are the EtherType. 0 on devices that carry bare IP packets.</param>
    /// <param name="gsoSize">Segment size from the vnet header when it says GSO_UDP_L4, else 0.</param>
    /// <param name="checksumTrusted">The vnet header said NEEDS_CSUM or DATA_VALID: the UDP checksum need not be verified.</param>
    /// <param name="parsed">
    /// Filled when the result is <see cref="DropReason.None"/>; of a <see cref="DropReason.Fragment"/> only whether it is multicast. Else, as far as it was read: 0 where not.
    /// </param>
    public static DropReason Parse(ReadOnlySpan<byte> frame, int linkHeader, int gsoSize, bool checksumTrusted, out ParsedFrame parsed)
    {
        parsed = default;
        if (frame.Length < linkHeader + MinIpv4Header)
            return DropReason.Runt;
        ReadOnlySpan<byte> ip = frame[linkHeader..];
        int version = ip[0] >> 4;
        if (linkHeader != 0 && BinaryPrimitives.ReadUInt16BigEndian(frame[(linkHeader - 2)..]) != (version == 6 ? EtherTypeIpv6 : EtherTypeIpv4))
            return DropReason.BadIpHeader;
        DropReason reason = version == 4
            ? ParseIpv4(ip, gsoSize, checksumTrusted, ref parsed)
            : version == 6 ? ParseIpv6(ip, gsoSize, checksumTrusted, ref parsed) : DropReason.BadIpHeader;
        parsed.PayloadOffset += linkHeader;
        return reason;
    }

    /// <summary>An IPv4 address as an IPv6 one: ::ffff:a.b.c.d.</summary>
    internal static UInt128 Mapped(ReadOnlySpan<byte> address) => new(0, 0xFFFF_0000_0000UL | BinaryPrimitives.ReadUInt32BigEndian(address));

    /// <summary>
    /// An address that stands for IPv4 has no business on the wire (RFC 4291 2.5.5.2), and would let an IPv6 packet pass for an IPv4 one.
    /// </summary>
    internal static bool IsMapped(UInt128 address) => address >> 32 == 0xFFFF;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DropReason ParseIpv4(ReadOnlySpan<byte> ip, int gsoSize, bool checksumTrusted, ref ParsedFrame parsed)
    {
        int headerLength = (ip[0] & 0x0F) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        if (headerLength < MinIpv4Header || ip[9] != UdpDatagram.Protocol)
            return DropReason.BadIpHeader;
        if (totalLength > ip.Length)
            return DropReason.Runt;
        bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & FragmentBits) != 0;
        if (totalLength < headerLength + (isFragment ? 0 : UdpDatagram.HeaderLength))
            return DropReason.BadLength;
        ulong sum = InternetChecksum.AddWord(BinaryPrimitives.ReadUInt64LittleEndian(ip), BinaryPrimitives.ReadUInt64LittleEndian(ip[8..]));
        sum = InternetChecksum.AddWord(sum, BinaryPrimitives.ReadUInt32LittleEndian(ip[16..]));
        if (headerLength > MinIpv4Header)
            sum = InternetChecksum.Add(sum, ip[MinIpv4Header..headerLength]);
        if (!InternetChecksum.IsValid(sum))
            return DropReason.BadIpChecksum;

        parsed.IsMulticast = ip[16] >> 4 == 14;
        if (isFragment)
            return DropReason.Fragment;
        parsed.Source = Mapped(ip[12..]);
        parsed.Destination = Mapped(ip[16..]);
        parsed.Tos = ip[1];
        parsed.Ttl = ip[8];
        parsed.PayloadOffset = headerLength + UdpDatagram.HeaderLength;
        return UdpDatagram.Read(ip[headerLength..totalLength], ip[12..20], gsoSize, checksumTrusted, ref parsed);
    }

    private static DropReason ParseIpv6(ReadOnlySpan<byte> ip, int gsoSize, bool checksumTrusted, ref ParsedFrame parsed)
    {
        if (ip.Length < Ipv6Header)
            return DropReason.Runt;
        int totalLength = Ipv6Header + BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        if (totalLength > ip.Length)
            return DropReason.Runt;
        ip = ip[..totalLength];
        parsed.Source = BinaryPrimitives.ReadUInt128BigEndian(ip[8..]);
        parsed.Destination = BinaryPrimitives.ReadUInt128BigEndian(ip[24..]);
        parsed.IsMulticast = ip[24] == 0xFF;
        if (IsMapped(parsed.Source) || IsMapped(parsed.Destination))
            return DropReason.BadIpHeader;

        byte next = ip[6];
        int at = Ipv6Header;
        if (!ExtensionHeaders.TryFollow(ip, afterIp: true, ref next, ref at))
            return next == UdpDatagram.Protocol ? DropReason.BadLength : DropReason.NotUdp;
        if (next == ExtensionHeaders.Fragment)
            return DropReason.Fragment;
        parsed.Tos = (byte)(BinaryPrimitives.ReadUInt16BigEndian(ip) >> 4);
        parsed.Ttl = ip[7];
        parsed.PayloadOffset = at + UdpDatagram.HeaderLength;
        return UdpDatagram.Read(ip[at..], ip[8..40], gsoSize, checksumTrusted, ref parsed);
    }
}
