using System.Collections.Immutable;
using System.Net;

namespace Mcr.Native.Netlink;

/// <summary>What kind of frames a device carries (ARPHRD_* in net/if_arp.h).</summary>
public enum LinkKind
{
    Ethernet,
    Loopback,

    /// <summary>Frames of a kind that we cannot read (InfiniBand, GRE with its own header): not relayed from.</summary>
    Other,

    /// <summary>IP packets with nothing in front (tun, WireGuard, IP in IP, PPP).</summary>
    Bare,
}

/// <summary>One network device as the kernel described it. Immutable.</summary>
/// <param name="IsUp">Switched on by the administrator (IFF_UP).</param>
/// <param name="IsRunning">Up with a carrier (IFF_RUNNING).</param>
/// <param name="CanMulticast">IFF_MULTICAST.</param>
/// <param name="Mtu">Bytes of IP packet.</param>
/// <param name="Addresses">IPv4 and IPv6, the primary ones first.</param>
public sealed record Link(
    int Index,
    string Name,
    LinkKind Kind,
    bool IsUp,
    bool IsRunning,
    bool CanMulticast,
    int Mtu,
    ImmutableArray<IPAddress> Addresses)
{
    /// <summary>Bytes that a packet socket sees in front of the IP header; lo has an Ethernet header of zeros.</summary>
    public int LinkHeader => Kind == LinkKind.Bare ? 0 : 14;

    /// <summary>The MAC address, first byte highest, in the low 48 bits; 0 for a device that has none.</summary>
    public ulong LinkAddress { get; init; }
}
