using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>netinet/in.h, linux/in.h, linux/udp.h. Ports and addresses in these structs are in network byte order.</summary>
internal static unsafe partial class Libc
{
    public const int IPPROTO_IP = 0;
    public const int IPPROTO_IGMP = 2;
    public const int IPPROTO_ICMPV6 = 58;
    public const int IPPROTO_UDP = 17;
    public const int IPPROTO_IPV6 = 41;
    public const int IPPROTO_HOPOPTS = 0;
    public const int IPPROTO_ROUTING = 43;
    public const int IPPROTO_FRAGMENT = 44;
    public const int IPPROTO_DSTOPTS = 60;
    public const int IPPROTO_RAW = 255;
    public const int IP_TOS = 1;
    public const int IP_TTL = 2;
    public const int IP_MTU_DISCOVER = 10;
    public const int IP_MTU = 14;
    public const int IP_PMTUDISC_DONT = 0;
    public const int IP_RECVERR = 11;
    public const int IP_TRANSPARENT = 19;
    public const int IP_OPTIONS = 4;
    public const int IP_MULTICAST_IF = 32;
    public const int IP_MULTICAST_TTL = 33;
    public const int IP_MULTICAST_LOOP = 34;
    public const int MCAST_JOIN_GROUP = 42;
    public const int MCAST_LEAVE_GROUP = 45;
    public const int MCAST_JOIN_SOURCE_GROUP = 46;
    public const int MCAST_LEAVE_SOURCE_GROUP = 47;
    public const int IP_MULTICAST_ALL = 49;
    public const int IP_UNICAST_IF = 50;
    public const int IPV6_UNICAST_HOPS = 16;
    public const int IPV6_MULTICAST_IF = 17;
    public const int IPV6_MULTICAST_HOPS = 18;
    public const int IPV6_MULTICAST_LOOP = 19;
    public const int IPV6_MTU_DISCOVER = 23;
    public const int IPV6_MTU = 24;
    public const int IPV6_PMTUDISC_DONT = 0;
    public const int IPV6_RECVERR = 25;
    public const int IPV6_V6ONLY = 26;
    public const int IPV6_MULTICAST_ALL = 29;
    public const int IPV6_HOPLIMIT = 52;
    public const int IPV6_TCLASS = 67;
    public const int IPV6_TRANSPARENT = 75;
    public const int IPV6_UNICAST_IF = 76;
    public const int UDP_SEGMENT = 103;
    public const int UDP_GRO = 104;

    [StructLayout(LayoutKind.Sequential)]
    public struct sockaddr_in
    {
        public ushort sin_family;
        public ushort sin_port;
        public uint sin_addr;
        public ulong sin_zero;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct in6_addr
    {
        public fixed byte s6_addr[16];
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct sockaddr_in6
    {
        public ushort sin6_family;
        public ushort sin6_port;
        public uint sin6_flowinfo;
        public in6_addr sin6_addr;
        public uint sin6_scope_id;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ip_mreqn
    {
        public uint imr_multiaddr;
        public uint imr_address;
        public int imr_ifindex;
    }

    [StructLayout(LayoutKind.Sequential, Size = 128, Pack = 8)]
    public struct sockaddr_storage
    {
        public ushort ss_family;
        private readonly ulong _align;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct group_req
    {
        public uint gr_interface;
        public sockaddr_storage gr_group;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct group_source_req
    {
        public uint gsr_interface;
        public sockaddr_storage gsr_group;
        public sockaddr_storage gsr_source;
    }
}
