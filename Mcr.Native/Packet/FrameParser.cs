using System.Buffers.Binary;

namespace Mcr.Native.Packet;

/// <summary>Bytes in, values out: reads one Ethernet frame with IPv4 UDP. No sockets, no rules, no allocation, no exception, whatever the bytes.</summary>
public static class FrameParser
{
    private const int EthernetHeader = 14;
    private const int MinIpHeader = 20;
    private const int UdpHeader = 8;
    private const ushort EtherTypeIpv4 = 0x0800;
    private const byte ProtocolUdp = 17;

    /// <summary>Any of more-fragments (0x2000) and fragment offset (0x1FFF); not don't-fragment.</summary>
    private const ushort FragmentBits = 0x3FFF;

    /// <summary>
    /// Parses <paramref name="frame"/>, which starts at the Ethernet header (RFC 894, 791, 768).
    /// </summary>
    /// <param name="frame">The frame as received, without the vnet header; may carry padding behind the IP packet.</param>
    /// <param name="gsoSize">Segment size from the vnet header when it says GSO_UDP_L4, else 0.</param>
    /// <param name="checksumTrusted">The vnet header said NEEDS_CSUM or DATA_VALID: the UDP checksum need not be verified.</param>
    /// <param name="parsed">Filled when the result is <see cref="DropReason.None"/>; undefined otherwise.</param>
    public static DropReason Parse(ReadOnlySpan<byte> frame, int gsoSize, bool checksumTrusted, out ParsedFrame parsed)
    {
        parsed = default;
        if (frame.Length < EthernetHeader + MinIpHeader + UdpHeader)
            return DropReason.Runt;
        ReadOnlySpan<byte> ip = frame[EthernetHeader..];
        int headerLength = (ip[0] & 0x0F) * 4;
        if (BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != EtherTypeIpv4 || ip[0] >> 4 != 4 || headerLength < MinIpHeader || ip[9] != ProtocolUdp)
            return DropReason.BadIpHeader;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        if (totalLength > ip.Length)
            return DropReason.Runt;
        if (totalLength < headerLength + UdpHeader)
            return (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & FragmentBits) != 0 ? DropReason.Fragment : DropReason.BadLength;
        if (!InternetChecksum.IsValid(InternetChecksum.Add(0, ip[..headerLength])))
            return DropReason.BadIpChecksum;
        if ((BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & FragmentBits) != 0)
            return DropReason.Fragment;

        ReadOnlySpan<byte> udp = ip[headerLength..totalLength];
        int udpLength = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]);

        // A merged frame's UDP length is that of the whole run after GRO and from a GSO sender alike, but it is the IP length that the
        // kernel itself goes by when it cuts the run up; so do we.
        if (gsoSize > 0)
            udpLength = udp.Length;
        if (udpLength < UdpHeader || udpLength > udp.Length)
            return DropReason.BadLength;

        // A merged frame has a partial checksum or was verified before it was merged; its field does not cover the run.
        if (!checksumTrusted && gsoSize == 0 && !IsChecksumValid(ip, udp[..udpLength]))
            return DropReason.BadUdpChecksum;

        int payload = udpLength - UdpHeader;
        parsed.Source = Mapped(ip[12..]);
        parsed.Destination = Mapped(ip[16..]);
        parsed.IsMulticast = ip[16] >> 4 == 14;
        parsed.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(udp);
        parsed.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(udp[2..]);
        parsed.Tos = ip[1];
        parsed.Ttl = ip[8];
        parsed.PayloadOffset = EthernetHeader + headerLength + UdpHeader;
        parsed.PayloadLength = payload;
        parsed.SegmentSize = gsoSize < payload ? gsoSize : 0;
        return DropReason.None;
    }

    private static UInt128 Mapped(ReadOnlySpan<byte> address) => 0xFFFF_0000_0000UL | BinaryPrimitives.ReadUInt32BigEndian(address);

    /// <summary>RFC 768: over a pseudo header (addresses, protocol, length) and the datagram; 0 means the sender made none.</summary>
    private static bool IsChecksumValid(ReadOnlySpan<byte> ip, ReadOnlySpan<byte> udp)
    {
        if (udp[6] == 0 && udp[7] == 0)
            return true;
        ulong sum = InternetChecksum.Add(0, ip[12..20]);
        sum = InternetChecksum.Add(sum, ProtocolUdp);
        sum = InternetChecksum.Add(sum, (ushort)udp.Length);
        return InternetChecksum.IsValid(InternetChecksum.Add(sum, udp));
    }
}
