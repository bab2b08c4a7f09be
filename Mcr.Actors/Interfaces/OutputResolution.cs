using System.Net;
using System.Net.Sockets;
using Mcr.Actors.Legs;
using Mcr.Actors.Platform;
using Mcr.Native.Egress;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>An output of a rule and its device to the socket it leaves by and what the worker is told of it. Pure.</summary>
internal static class OutputResolution
{
    /// <summary>Outputs with equal keys share a socket.</summary>
    public static EgressKey KeyOf(RuleOutput output, Link link)
    {
        EgressKind kind = KindOf(output, link);
        bool isConnected = kind is EgressKind.Unicast or EgressKind.RawIp;
        bool isOurs = kind is EgressKind.Packet or EgressKind.PacketIp or EgressKind.RawIp; // we write the headers
        return new EgressKey(
            link.Index,
            link.Name,
            isOurs || output.DecrementTtl ? (byte)0 : output.EffectiveTtl,
            isConnected ? new IPEndPoint(output.Group, output.Port) : null,
            isConnected || output.Source == SourceMode.Address ? string.Join(' ', link.Addresses.Where(a => a.AddressFamily == output.Group.AddressFamily)) : null)
        {
            Kind = kind,
            IsIpv6 = kind is not (EgressKind.Packet or EgressKind.PacketIp) && output.Group.AddressFamily == AddressFamily.InterNetworkV6,
            Source = output.Source == SourceMode.Address ? output.SourceAddress : null,
            MaySpoof = output.Source == SourceMode.Address && output.MaySpoof,
            Priority = output.Priority,
            Dscp = IsDscpOfSocket(output, isOurs) ? output.Dscp : null,
            Incarnation = link.Incarnation,
            LinkAddress = kind == EgressKind.Packet ? link.LinkAddress : 0,
        };
    }

    public static EgressOptions OptionsOf(RuleOutput output, Link link)
    {
        bool isOurs = output.Source == SourceMode.Keep;
        return new EgressOptions
        {
            Ttl = isOurs && !output.DecrementTtl ? output.EffectiveTtl : (byte)0,
            DecrementTtl = output.DecrementTtl,
            Dscp = IsDscpOfSocket(output, isOurs) ? (byte)0 : output.Dscp, // 0 goes with no datagram: the socket's own counts
            RateLimit = output.RateLimit,
            MaxBurst = output.MaxBurst,
            Pace = output.Pace,
            IsMapped = !output.Range.IsExact,
            Mtu = link.Mtu,
        };
    }

    /// <summary>Legs with equal keys share a socket: none of them waits for a neighbour of its own.</summary>
    public static EgressKey KeyOf(RuleOutput output, LegTarget target) => new(0, "", 0, null)
    {
        Kind = EgressKind.Leg,
        IsIpv6 = target.Address.AddressFamily == AddressFamily.InterNetworkV6,
        Priority = output.Priority,
        Dscp = IsDscpOfSocket(output, isOurs: false) ? output.Dscp : null,
    };

    /// <summary>What is left of an output's options for the way there; the others are for what comes out at the end.</summary>
    public static EgressOptions OptionsOf(RuleOutput output, LegTarget target) => new()
    {
        Dscp = IsDscpOfSocket(output, isOurs: false) ? (byte)0 : output.Dscp,
        RateLimit = output.RateLimit,
        MaxBurst = output.MaxBurst,
        Pace = output.Pace,
        Mtu = target.Mtu,
    };

    private static EgressKind KindOf(RuleOutput output, Link link) => (output.Source == SourceMode.Keep, output.IsMulticast) switch
    {
        (false, true) => EgressKind.Multicast,
        (false, false) => EgressKind.Unicast,
        (true, true) when link.Kind is LinkKind.Ethernet or LinkKind.Loopback => EgressKind.Packet, // lo has Ethernet headers, all zero
        (true, true) when link.LinkHeader == 0 => EgressKind.PacketIp,
        (true, _) => EgressKind.RawIp, // the kernel knows how a frame of this device begins
    };

    /// <summary>A TOS that goes with a datagram sets that datagram's priority, too, and so hides the socket's.</summary>
    private static bool IsDscpOfSocket(RuleOutput output, bool isOurs) => !isOurs && output is { Priority: > 0, Dscp: not null };
}
