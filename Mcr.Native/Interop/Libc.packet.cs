using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>linux/if_packet.h, linux/if_ether.h, linux/filter.h, linux/virtio_net.h</summary>
internal static unsafe partial class Libc
{
    public const int SOL_PACKET = 263;
    public const int PACKET_ADD_MEMBERSHIP = 1;
    public const int PACKET_MR_ALLMULTI = 2;
    public const int PACKET_RX_RING = 5;
    public const int PACKET_STATISTICS = 6;
    public const int PACKET_COPY_THRESH = 7;
    public const int PACKET_AUXDATA = 8;
    public const int PACKET_VERSION = 10;
    public const int PACKET_VNET_HDR = 15;
    public const int PACKET_FANOUT = 18;
    public const int PACKET_FANOUT_DATA = 22;
    public const int PACKET_IGNORE_OUTGOING = 23;
    public const int PACKET_FANOUT_CBPF = 6;
    public const int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;
    public const int PACKET_FANOUT_FLAG_IGNORE_OUTGOING = 0x4000;
    public const int PACKET_HOST = 0;
    public const int PACKET_BROADCAST = 1;
    public const int PACKET_MULTICAST = 2;
    public const int PACKET_OTHERHOST = 3;
    public const int PACKET_OUTGOING = 4;
    public const int TPACKET_V2 = 1;
    public const int TPACKET_ALIGNMENT = 16;
    public const int TPACKET2_HDRLEN = 52;
    public const int TP_STATUS_KERNEL = 0;
    public const int TP_STATUS_USER = 1 << 0;
    public const int TP_STATUS_COPY = 1 << 1;
    public const int TP_STATUS_VLAN_VALID = 1 << 4;
    public const int ETH_P_ALL = 3;
    public const int ETH_P_IP = 0x0800;
    public const int ETH_P_ARP = 0x0806;
    public const int ETH_P_IPV6 = 0x86DD;
    public const int VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
    public const int VIRTIO_NET_HDR_F_DATA_VALID = 2;
    public const int VIRTIO_NET_HDR_GSO_NONE = 0;
    public const int VIRTIO_NET_HDR_GSO_UDP_L4 = 5;
    public const int SKF_AD_OFF = -0x1000;
    public const int SKF_AD_PROTOCOL = 0;
    public const int SKF_AD_VLAN_TAG = 44;
    public const int BPF_LD = 0;
    public const int BPF_LDX = 1;
    public const int BPF_ALU = 4;
    public const int BPF_JMP = 5;
    public const int BPF_RET = 6;
    public const int BPF_MISC = 7;
    public const int BPF_TAX = 0;
    public const int BPF_MUL = 32;
    public const int BPF_RSH = 112;
    public const int BPF_XOR = 160;
    public const int BPF_JA = 0;
    public const int BPF_W = 0;
    public const int BPF_H = 8;
    public const int BPF_B = 16;
    public const int BPF_ABS = 32;
    public const int BPF_IND = 64;
    public const int BPF_MSH = 160;
    public const int BPF_JEQ = 16;
    public const int BPF_JSET = 64;
    public const int BPF_JGE = 48;
    public const int BPF_K = 0;
    public const int BPF_X = 8;

    [StructLayout(LayoutKind.Sequential)]
    public struct packet_mreq
    {
        public int mr_ifindex;
        public ushort mr_type;
        public ushort mr_alen;
        public fixed byte mr_address[8];
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)] // sll_addr is eight chars in C: not aligned to eight
    public struct sockaddr_ll
    {
        public ushort sll_family;
        public ushort sll_protocol;
        public int sll_ifindex;
        public ushort sll_hatype;
        public byte sll_pkttype;
        public byte sll_halen;
        public ulong sll_addr;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct tpacket_auxdata
    {
        public uint tp_status;
        public uint tp_len;
        public uint tp_snaplen;
        public ushort tp_mac;
        public ushort tp_net;
        public ushort tp_vlan_tci;
        public ushort tp_vlan_tpid;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct tpacket_req
    {
        public uint tp_block_size;
        public uint tp_block_nr;
        public uint tp_frame_size;
        public uint tp_frame_nr;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct tpacket2_hdr
    {
        public uint tp_status;
        public uint tp_len;
        public uint tp_snaplen;
        public ushort tp_mac;
        public ushort tp_net;
        public uint tp_sec;
        public uint tp_nsec;
        public ushort tp_vlan_tci;
        public ushort tp_vlan_tpid;
        public uint tp_padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct tpacket_stats
    {
        public uint tp_packets;
        public uint tp_drops;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct sock_filter
    {
        public ushort code;
        public byte jt;
        public byte jf;
        public uint k;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct sock_fprog
    {
        public ushort len;
        public sock_filter* filter;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct virtio_net_hdr
    {
        public byte flags;
        public byte gso_type;
        public ushort hdr_len;
        public ushort gso_size;
        public ushort csum_start;
        public ushort csum_offset;
    }
}
