using System.Collections.Immutable;
using System.Net;

namespace Mcr.Native.Netlink;

/// <summary>What kind of frames a device carries (ARPHRD_* in net/if_arp.h).</summary>
public enum LinkKind
{
    Ethernet,
    Loopback,

    /// <summary>No Ethernet header (tun, PPP): not relayed from in this version.</summary>
    Other,
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
    ImmutableArray<IPAddress> Addresses);
