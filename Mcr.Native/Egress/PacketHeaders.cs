using System.Buffers.Binary;
using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>
/// The headers that we write for outputs that keep their source: virtio (for the kernel: how to cut and what to sum), Ethernet, IP, UDP; by
/// <see cref="EgressKind"/> without the first ones. A template has all that is the same for all datagrams of an output.
/// </summary>
internal static unsafe class PacketHeaders
{
    public const int EthernetSize = 14;
    public const int UdpSize = 8;
    public const int Ipv4Size = 20;
    public const int Ipv6Size = 40;
    public const int MaxSize = 80; // 10 + 14 + 40 + 8, and room to stay aligned
    private const int VnetSize = 10; // sizeof(struct virtio_net_hdr)
    private const byte Version4 = 0x45; // and five words of header
    private const byte Version6 = 0x60;
    private const ushort ChecksumOffset = 6; // in the UDP header

    /// <summary>Bytes in front of the IP header.</summary>
    public static int IpOffset(EgressKind kind) => kind switch
    {
        EgressKind.Packet => VnetSize + EthernetSize,
        EgressKind.PacketIp => VnetSize,
        _ => 0,
    };

    /// <summary>0 for the sockets whose headers the kernel writes.</summary>
    public static int Size(EgressKind kind, bool isIpv6) =>
        kind is EgressKind.Multicast or EgressKind.Unicast or EgressKind.Leg ? 0 : IpOffset(kind) + IpSize(isIpv6) + UdpSize;

    public static int IpSize(bool isIpv6) => isIpv6 ? Ipv6Size : Ipv4Size;

    public static void WriteTemplate(Span<byte> template, EgressKind kind, ulong linkAddress, IPAddress to, ushort port)
    {
        template.Clear();
        byte[] address = to.GetAddressBytes();
        bool isIpv6 = address.Length == 16;
        if (kind == EgressKind.Packet)
            WriteEthernet(template[VnetSize..], linkAddress, address);
        Span<byte> ip = template[IpOffset(kind)..];
        if (isIpv6)
        {
            ip[0] = Version6;
            ip[6] = Libc.IPPROTO_UDP;
            address.CopyTo(ip[24..]);
        }
        else
        {
            ip[0] = Version4;
            ip[9] = Libc.IPPROTO_UDP;
            address.CopyTo(ip[16..]);
        }

        BinaryPrimitives.WriteUInt16BigEndian(ip[(IpSize(isIpv6) + 2)..], port);
    }

    /// <summary>
    /// Writes the headers of one message. The UDP checksum is that of the pseudo header, which is what a device that sums the rest expects (and
    /// what the kernel expects of it, once for all segments).
    /// </summary>
    /// <param name="udpBytes">Of UDP, header included, all datagrams together.</param>
    /// <param name="segment">Payload bytes of each datagram, where the kernel has to cut; else 0.</param>
    public static void Write(byte* header, OutputTable.Entry* output, Pending* datagram, int udpBytes, int segment, ushort identification)
    {
        new ReadOnlySpan<byte>(output->Template, output->HeaderSize).CopyTo(new Span<byte>(header, output->HeaderSize));
        int ipOffset = IpOffset(output->Kind);
        int ipSize = IpSize(output->IsIpv6);
        byte* ip = header + ipOffset;
        byte* udp = ip + ipSize;
        if (ipOffset > 0)
        {
            *(Libc.virtio_net_hdr*)header = new Libc.virtio_net_hdr
            {
                flags = Libc.VIRTIO_NET_HDR_F_NEEDS_CSUM,
                gso_type = (byte)(segment > 0 ? Libc.VIRTIO_NET_HDR_GSO_UDP_L4 : Libc.VIRTIO_NET_HDR_GSO_NONE),
                gso_size = (ushort)segment,
                hdr_len = (ushort)(output->HeaderSize - VnetSize),
                csum_start = (ushort)(ipOffset - VnetSize + ipSize),
                csum_offset = ChecksumOffset,
            };
        }

        if (output->IsMapped)
            Map(header, ip, udp, output, datagram);
        WriteBigEndian(udp, datagram->SourcePort);
        WriteBigEndian(udp + 4, (ushort)udpBytes);
        ulong pseudo = InternetChecksum.Add(InternetChecksum.Add(0, (ushort)Libc.IPPROTO_UDP), (ushort)udpBytes);
        if (output->IsIpv6)
        {
            *(uint*)ip = BinaryPrimitives.ReverseEndianness(((uint)Version6 << 24) | ((uint)datagram->Tos << 20));
            WriteBigEndian(ip + 4, (ushort)udpBytes);
            ip[7] = datagram->Ttl;
            *(UInt128*)(ip + 8) = BinaryPrimitives.ReverseEndianness(datagram->Source);
            pseudo = InternetChecksum.Add(pseudo, new ReadOnlySpan<byte>(ip + 8, 32));
        }
        else
        {
            ip[1] = datagram->Tos;
            WriteBigEndian(ip + 2, (ushort)(udpBytes + Ipv4Size));
            WriteBigEndian(ip + 4, identification);
            ip[8] = datagram->Ttl;
            *(uint*)(ip + 12) = BinaryPrimitives.ReverseEndianness((uint)datagram->Source);
            *(ushort*)(ip + 10) = (ushort)~InternetChecksum.Fold(InternetChecksum.Add(0, new ReadOnlySpan<byte>(ip, Ipv4Size)));
            pseudo = InternetChecksum.Add(pseudo, new ReadOnlySpan<byte>(ip + 12, 8));
        }

        *(ushort*)(udp + ChecksumOffset) = InternetChecksum.Fold(pseudo);
    }

    /// <summary>Completes the UDP checksum where nobody behind us does (raw IP sockets).</summary>
    /// <param name="payload">What follows the headers: a header of ours, perhaps, and the payload.</param>
    public static void WriteChecksum(byte* header, OutputTable.Entry* output, Libc.iovec* payload, int vectors)
    {
        byte* udp = header + output->HeaderSize - UdpSize;
        ulong sum = InternetChecksum.Add(0, new ReadOnlySpan<byte>(udp, UdpSize)); // with the sum of the pseudo header in its place
        bool isOdd = false;
        for (int i = 0; i < vectors; i++)
        {
            ushort part = InternetChecksum.Fold(InternetChecksum.Add(0, new ReadOnlySpan<byte>(payload[i].iov_base, (int)payload[i].iov_len)));
            sum += isOdd ? BinaryPrimitives.ReverseEndianness(part) : part; // far from overflowing: at most three parts
            isOdd ^= (payload[i].iov_len & 1) != 0;
        }

        ushort checksum = (ushort)~InternetChecksum.Fold(sum);
        *(ushort*)(udp + ChecksumOffset) = checksum == 0 ? ushort.MaxValue : checksum; // 0 would say that there is none
    }

    /// <summary>The template is that of the range's first group and port.</summary>
    private static void Map(byte* header, byte* ip, byte* udp, OutputTable.Entry* output, Pending* datagram)
    {
        byte* destination = ip + (output->IsIpv6 ? 24 : 16);
        if (output->IsIpv6)
            *(UInt128*)destination |= BinaryPrimitives.ReverseEndianness(datagram->HostPart);
        else
            *(uint*)destination |= BinaryPrimitives.ReverseEndianness((uint)datagram->HostPart);
        WriteBigEndian(udp + 2, (ushort)(BinaryPrimitives.ReverseEndianness(*(ushort*)(udp + 2)) + datagram->PortOffset));
        if (output->Kind == EgressKind.Packet)
            WriteGroup(new Span<byte>(header + VnetSize, EthernetSize), new ReadOnlySpan<byte>(destination, output->IsIpv6 ? 16 : 4));
    }

    private static void WriteEthernet(Span<byte> ethernet, ulong linkAddress, byte[] group)
    {
        WriteGroup(ethernet, group);
        LinkAddressBytes.Write(ethernet[6..], linkAddress);
        BinaryPrimitives.WriteUInt16BigEndian(ethernet[12..], group.Length == 16 ? (ushort)Libc.ETH_P_IPV6 : (ushort)Libc.ETH_P_IP);
    }

    /// <summary>Multicast only: the destination is made of the group's low bits (RFC 1112, RFC 2464).</summary>
    private static void WriteGroup(Span<byte> ethernet, ReadOnlySpan<byte> group)
    {
        if (group.Length == 16)
        {
            ethernet[0] = ethernet[1] = 0x33;
            group[12..].CopyTo(ethernet[2..]);
        }
        else
        {
            ethernet[0] = 1;
            ethernet[2] = 0x5E;
            ethernet[3] = (byte)(group[1] & 0x7F);
            group[2..].CopyTo(ethernet[4..]);
        }
    }

    private static void WriteBigEndian(byte* at, ushort value) => *(ushort*)at = BinaryPrimitives.ReverseEndianness(value);
}
