using System.Buffers.Binary;
using System.Net;
using static Mcr.Native.Interop.BpfInstruction;

namespace Mcr.Native.Interop;

/// <summary>Classic BPF programs for our sockets (linux/filter.h); the kernel runs them before it queues a frame.</summary>
internal static unsafe class PacketFilter
{
    /// <summary>The type of a membership query in IGMPv1 to v3 (RFC 3376).</summary>
    public const byte IgmpQuery = 0x11;

    /// <summary>The same in MLDv1 and v2 (RFC 3810).</summary>
    public const byte MldQuery = 130;

    /// <summary>More comparisons than this, one after another, cost more than they save.</summary>
    public const int MaxEchoGroups = 1024;

    /// <summary>Of an echo: the longest headers, and a little more.</summary>
    public const int EchoBytes = 128;

    private const uint AcceptWhole = 0x40000; // the longest snap length that means "all of it"

    private const int ProtocolOffset = 9; // in an IPv4 header
    private const int FragmentOffset = 6;
    private const int DestinationOffset = 16;
    private const int NextHeaderOffset = 6; // in an IPv6 header
    private const int Ipv6Header = 40;

    /// <summary>
    /// IPv4 UDP, and IPv6 that is UDP or may turn out to be: a chain of extension headers is followed for one step, so that multicast
    /// listener reports (hop-by-hop, then ICMPv6) are not taken for datagrams. Fragments pass. The EtherType comes from the kernel, which
    /// knows it on devices without a link header, too; a VLAN tag was taken off before this runs and is seen in the auxiliary data.
    /// (Loads relative to SKF_NET_OFF would not need <paramref name="linkHeader"/>, but before Linux 6.16 they see nothing of a header that the
    /// driver left outside the linear part.)
    /// </summary>
    public static void AttachUdp(FileDescriptor socket, int linkHeader) => Attach(socket,
    [
        /*  0 */ Statement(Libc.BPF_LD | Libc.BPF_H | Libc.BPF_ABS, unchecked((uint)(Libc.SKF_AD_OFF + Libc.SKF_AD_PROTOCOL))),
        /*  1 */ Jump(Libc.BPF_JEQ, Libc.ETH_P_IP, 1, 0),
        /*  2 */ Jump(Libc.BPF_JEQ, Libc.ETH_P_IPV6, 2, 14),
        /*  3 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, (uint)(linkHeader + ProtocolOffset)),
        /*  4 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_UDP, 11, 12),
        /*  5 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, (uint)(linkHeader + NextHeaderOffset)),
        /*  6 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_UDP, 9, 0),
        /*  7 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_HOPOPTS, 3, 0),
        /*  8 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_ROUTING, 2, 0),
        /*  9 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_FRAGMENT, 1, 0),
        /* 10 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_DSTOPTS, 0, 6),
        /* 11 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, (uint)(linkHeader + Ipv6Header)),
        /* 12 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_UDP, 3, 0),
        /* 13 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_ROUTING, 2, 0),
        /* 14 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_FRAGMENT, 1, 0),
        /* 15 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_DSTOPTS, 0, 1),
        /* 16 */ Return(AcceptWhole),
        /* 17 */ Return(0),
    ]);

    /// <summary>
    /// Membership queries: IGMP of type 0x11, and MLD of type 130 behind the hop-by-hop header of eight bytes that it always has. For sockets that see packets
    /// from the IP header on (SOCK_DGRAM). What is tagged for a VLAN is none of this device's.
    /// </summary>
    public static void AttachQueries(FileDescriptor socket) => Attach(socket,
    [
        /*  0 */ Statement(Libc.BPF_LD | Libc.BPF_H | Libc.BPF_ABS, unchecked((uint)(Libc.SKF_AD_OFF + Libc.SKF_AD_VLAN_TAG))),
        /*  1 */ Jump(Libc.BPF_JSET, 0xFFF, 17, 0),
        /*  2 */ Statement(Libc.BPF_LD | Libc.BPF_H | Libc.BPF_ABS, unchecked((uint)(Libc.SKF_AD_OFF + Libc.SKF_AD_PROTOCOL))),
        /*  3 */ Jump(Libc.BPF_JEQ, Libc.ETH_P_IP, 1, 0),
        /*  4 */ Jump(Libc.BPF_JEQ, Libc.ETH_P_IPV6, 5, 14),
        /*  5 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, ProtocolOffset),
        /*  6 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_IGMP, 0, 12),
        /*  7 */ Statement(Libc.BPF_LDX | Libc.BPF_B | Libc.BPF_MSH, 0), // the length of the IPv4 header
        /*  8 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_IND, 0),
        /*  9 */ Jump(Libc.BPF_JEQ, IgmpQuery, 8, 9),
        /* 10 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, NextHeaderOffset),
        /* 11 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_HOPOPTS, 0, 7),
        /* 12 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, Ipv6Header),
        /* 13 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_ICMPV6, 0, 5),
        /* 14 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, Ipv6Header + 1), // longer than eight bytes?
        /* 15 */ Jump(Libc.BPF_JEQ, 0, 0, 3),
        /* 16 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, Ipv6Header + 8),
        /* 17 */ Jump(Libc.BPF_JEQ, MldQuery, 0, 1),
        /* 18 */ Return(AcceptWhole),
        /* 19 */ Return(0),
    ]);

    /// <summary>
    /// UDP to these groups, but for what is tagged for a VLAN and for all fragments but the first: its headers. Addresses are compared by their last 32 bits, which is enough to keep
    /// most of what is not meant away from the reader, who looks at all of it.
    /// </summary>
    /// <param name="groups">Of either family; with more than <see cref="MaxEchoGroups"/> the filter lets every group pass.</param>
    public static void AttachEchoes(FileDescriptor socket, int linkHeader, IReadOnlyCollection<IPAddress> groups) => Attach(socket, Echoes(linkHeader, groups));

    /// <summary>To any group: a program that is always short.</summary>
    public static void AttachEveryEcho(FileDescriptor socket, int linkHeader) => Attach(socket, Echoes(linkHeader, null));

    /// <param name="groups">null: all.</param>
    internal static Libc.sock_filter[] Echoes(int linkHeader, IReadOnlyCollection<IPAddress>? groups) =>
    [
        /*  0 */ Statement(Libc.BPF_LD | Libc.BPF_H | Libc.BPF_ABS, unchecked((uint)(Libc.SKF_AD_OFF + Libc.SKF_AD_VLAN_TAG))),
        /*  1 */ Jump(Libc.BPF_JSET, 0xFFF, 3, 0),
        /*  2 */ Statement(Libc.BPF_LD | Libc.BPF_H | Libc.BPF_ABS, unchecked((uint)(Libc.SKF_AD_OFF + Libc.SKF_AD_PROTOCOL))),
        /*  3 */ Jump(Libc.BPF_JEQ, Libc.ETH_P_IP, 6, 0),
        /*  4 */ Jump(Libc.BPF_JEQ, Libc.ETH_P_IPV6, 1, 0),
        /*  5 */ Return(0),
        /*  6 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, (uint)(linkHeader + NextHeaderOffset)),
        /*  7 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_UDP, 0, 8),
        /*  8 */ Load((uint)(linkHeader + Ipv6Header - sizeof(uint))), // the end of the destination
        /*  9 */ Statement(Libc.BPF_JMP | Libc.BPF_JA, 7),
        /* 10 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, (uint)(linkHeader + ProtocolOffset)),
        /* 11 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_UDP, 0, 4),
        /* 12 */ Statement(Libc.BPF_LD | Libc.BPF_H | Libc.BPF_ABS, (uint)(linkHeader + FragmentOffset)),
        /* 13 */ Jump(Libc.BPF_JSET, 0x1FFF, 2, 0),
        /* 14 */ Load((uint)(linkHeader + DestinationOffset)),
        /* 15 */ Statement(Libc.BPF_JMP | Libc.BPF_JA, 1),
        /* 16 */ Return(0),
        .. To(groups, EchoBytes),
    ];

    /// <summary>
    /// UDP to these addresses, whole and with all fragments, but for what is tagged for a VLAN. IPv6 is followed as by <see cref="AttachUdp"/>, and addresses are compared as by <see cref="AttachEchoes"/>.
    /// </summary>
    /// <param name="addresses">Groups and unicast addresses, of either family; with more than <see cref="MaxEchoGroups"/> the filter lets every address pass.</param>
    public static void AttachFeeds(FileDescriptor socket, int linkHeader, IReadOnlyCollection<IPAddress> addresses) => Attach(socket, Feeds(linkHeader, addresses));

    /// <summary>To any address: a program that is always short.</summary>
    public static void AttachEveryFeed(FileDescriptor socket, int linkHeader) => Attach(socket, Feeds(linkHeader, null));

    /// <param name="addresses">null: all.</param>
    internal static Libc.sock_filter[] Feeds(int linkHeader, IReadOnlyCollection<IPAddress>? addresses) =>
    [
        /*  0 */ Statement(Libc.BPF_LD | Libc.BPF_H | Libc.BPF_ABS, unchecked((uint)(Libc.SKF_AD_OFF + Libc.SKF_AD_VLAN_TAG))),
        /*  1 */ Jump(Libc.BPF_JSET, 0xFFF, 20, 0),
        /*  2 */ Statement(Libc.BPF_LD | Libc.BPF_H | Libc.BPF_ABS, unchecked((uint)(Libc.SKF_AD_OFF + Libc.SKF_AD_PROTOCOL))),
        /*  3 */ Jump(Libc.BPF_JEQ, Libc.ETH_P_IP, 1, 0),
        /*  4 */ Jump(Libc.BPF_JEQ, Libc.ETH_P_IPV6, 4, 17),
        /*  5 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, (uint)(linkHeader + ProtocolOffset)),
        /*  6 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_UDP, 0, 15),
        /*  7 */ Load((uint)(linkHeader + DestinationOffset)),
        /*  8 */ Statement(Libc.BPF_JMP | Libc.BPF_JA, 14),
        /*  9 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, (uint)(linkHeader + NextHeaderOffset)),
        /* 10 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_UDP, 9, 0),
        /* 11 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_HOPOPTS, 3, 0),
        /* 12 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_ROUTING, 2, 0),
        /* 13 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_FRAGMENT, 1, 0),
        /* 14 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_DSTOPTS, 0, 7),
        /* 15 */ Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, (uint)(linkHeader + Ipv6Header)),
        /* 16 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_UDP, 3, 0),
        /* 17 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_ROUTING, 2, 0),
        /* 18 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_FRAGMENT, 1, 0),
        /* 19 */ Jump(Libc.BPF_JEQ, Libc.IPPROTO_DSTOPTS, 0, 2),
        /* 20 */ Load((uint)(linkHeader + Ipv6Header - sizeof(uint))), // the end of the destination
        /* 21 */ Statement(Libc.BPF_JMP | Libc.BPF_JA, 1),
        /* 22 */ Return(0),
        .. To(addresses, AcceptWhole),
    ];

    /// <summary>Nothing: for sockets that only have to exist.</summary>
    public static void AttachRefuseAll(FileDescriptor socket) => Attach(socket, [Return(0)]);

    /// <summary>A program for any option that takes one.</summary>
    public static void Attach(FileDescriptor socket, int level, int option, Libc.sock_filter[] program)
    {
        fixed (Libc.sock_filter* filter = program)
        {
            var fprog = new Libc.sock_fprog { len = (ushort)program.Length, filter = filter };
            SysResult.From(Libc.setsockopt(socket.Raw, level, option, &fprog, sizeof(Libc.sock_fprog))).OrThrow("attach a BPF program to a socket");
        }
    }

    /// <summary>The end of a program that has the last 32 bits of a destination: takes so much of what is for these addresses, and nothing else.</summary>
    private static IEnumerable<Libc.sock_filter> To(IReadOnlyCollection<IPAddress>? addresses, uint taken) =>
    [
        .. addresses is null || addresses.Count > MaxEchoGroups ? [Return(taken)] : addresses.Select(Low).Distinct().SelectMany(low => new[] { Jump(Libc.BPF_JEQ, low, 0, 1), Return(taken) }),
        Return(0),
    ];

    /// <summary>The last 32 bits, as a BPF load sees them.</summary>
    private static uint Low(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out int length);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes[(length - sizeof(uint))..]);
    }

    private static void Attach(FileDescriptor socket, Libc.sock_filter[] program) => Attach(socket, Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, program);
}
