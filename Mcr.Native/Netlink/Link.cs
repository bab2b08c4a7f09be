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

    /// <summary>How often the carrier came, and how often it went: a flap shows here although both looks at the device found it running.</summary>
    public uint CarrierUps { get; init; }

    /// <inheritdoc cref="CarrierUps"/>
    public uint CarrierDowns { get; init; }

    /// <summary>
    /// Another number than before: the device was deleted, or was in another namespace, and came back with the same index. Sockets that were bound to it
    /// are dead all the same. Only a <see cref="LinkMonitor"/> knows.
    /// </summary>
    public long Incarnation { get; init; }

    /// <summary>The same device, whatever its name and state are now.</summary>
    public bool IsSameDevice(Link other) => Index == other.Index && Incarnation == other.Incarnation;

    /// <summary>By value; the compiler's own would compare the addresses by reference.</summary>
    public bool Equals(Link? other) =>
        other is not null
        && (Index, Name, Kind, IsUp, IsRunning, CanMulticast) == (other.Index, other.Name, other.Kind, other.IsUp, other.IsRunning, other.CanMulticast)
        && (Mtu, LinkAddress, CarrierUps, CarrierDowns, Incarnation) == (other.Mtu, other.LinkAddress, other.CarrierUps, other.CarrierDowns, other.Incarnation)
        && Addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Index, Name, IsRunning, CarrierUps);
}
