using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h, net/if.h, net/if_arp.h</summary>
internal static unsafe partial class Libc
{
    public const int NETLINK_ROUTE = 0;
    public const int RTMGRP_LINK = 1;
    public const int RTMGRP_IPV4_IFADDR = 0x10;
    public const int RTMGRP_IPV6_IFADDR = 0x100;
    public const int NLMSG_ERROR = 2;
    public const int NLMSG_DONE = 3;
    public const int NLM_F_REQUEST = 1;
    public const int NLM_F_DUMP = 0x300;
    public const int NLM_F_DUMP_INTR = 0x10;
    public const int RTM_NEWLINK = 16;
    public const int RTM_DELLINK = 17;
    public const int RTM_GETLINK = 18;
    public const int RTM_NEWADDR = 20;
    public const int RTM_GETADDR = 22;
    public const int IFLA_ADDRESS = 1;
    public const int IFLA_IFNAME = 3;
    public const int IFLA_MTU = 4;
    public const int IFLA_CARRIER_UP_COUNT = 47;
    public const int IFLA_CARRIER_DOWN_COUNT = 48;
    public const int IFA_ADDRESS = 1;
    public const int IFA_LOCAL = 2;
    public const int IFF_UP = 1;
    public const int IFF_LOOPBACK = 8;
    public const int IFF_RUNNING = 0x40;
    public const int IFF_MULTICAST = 0x1000;
    public const int IFNAMSIZ = 16;
    public const int ARPHRD_ETHER = 1;
    public const int ARPHRD_PPP = 512;
    public const int ARPHRD_RAWIP = 519;
    public const int ARPHRD_TUNNEL = 768;
    public const int ARPHRD_TUNNEL6 = 769;
    public const int ARPHRD_LOOPBACK = 772;
    public const int ARPHRD_SIT = 776;
    public const int ARPHRD_NONE = 0xFFFE;

    [StructLayout(LayoutKind.Sequential)]
    public struct sockaddr_nl
    {
        public ushort nl_family;
        public ushort nl_pad;
        public uint nl_pid;
        public uint nl_groups;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct nlmsghdr
    {
        public uint nlmsg_len;
        public ushort nlmsg_type;
        public ushort nlmsg_flags;
        public uint nlmsg_seq;
        public uint nlmsg_pid;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ifinfomsg
    {
        public byte ifi_family;
        public byte __ifi_pad;
        public ushort ifi_type;
        public int ifi_index;
        public uint ifi_flags;
        public uint ifi_change;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ifaddrmsg
    {
        public byte ifa_family;
        public byte ifa_prefixlen;
        public byte ifa_flags;
        public byte ifa_scope;
        public uint ifa_index;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct rtattr
    {
        public ushort rta_len;
        public ushort rta_type;
    }
}
