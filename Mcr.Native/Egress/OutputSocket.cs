using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>What an egress socket is to be like.</summary>
/// <param name="Ttl">0: it goes with each datagram, or is the system's default.</param>
/// <param name="Destination">Where a connected socket sends to; null for the others.</param>
public sealed record OutputSocketRequest(EgressKind Kind, int InterfaceIndex, string Interface, bool IsIpv6, byte Ttl, IPEndPoint? Destination, int SendBuffer)
{
    /// <summary>To send from; null for the device's own.</summary>
    public IPAddress? Source { get; init; }

    /// <summary><see cref="Source"/> need not be an address of this host.</summary>
    public bool MaySpoof { get; init; }

    /// <summary>SO_PRIORITY.</summary>
    public byte Priority { get; init; }

    /// <summary>0 to 63, for sockets that have it themselves; null where it goes with each datagram.</summary>
    public byte? Dscp { get; init; }

    /// <summary>The device's own MAC address, for <see cref="EgressKind.Packet"/>.</summary>
    public ulong LinkAddress { get; init; }

    internal int Family => IsIpv6 ? Libc.AF_INET6 : Libc.AF_INET;

    internal int Level => IsIpv6 ? Libc.IPPROTO_IPV6 : Libc.IPPROTO_IP;
}

/// <summary>
/// An egress socket, made by mcrd and used by the worker through a passed duplicate. It leaves by one device (a leg's by whichever leads to the other end) and has one port for as
/// long as it lives. What is sent to that port is discarded.
/// </summary>
public sealed unsafe class OutputSocket : IDisposable
{
    private OutputSocket(FileDescriptor descriptor, EgressKind kind, ulong linkAddress)
    {
        Descriptor = descriptor;
        Kind = kind;
        LinkAddress = linkAddress;
    }

    public FileDescriptor Descriptor { get; }

    public EgressKind Kind { get; }

    /// <summary>For <see cref="EgressKind.Packet"/>: the device's MAC address.</summary>
    public ulong LinkAddress { get; }

    /// <summary>One that an earlier mcrd has made; takes ownership.</summary>
    public static OutputSocket Adopt(FileDescriptor descriptor, EgressKind kind, ulong linkAddress) => new(descriptor, kind, linkAddress);

    /// <exception cref="LinuxException">
    /// ENODEV when the device is gone, ENETUNREACH without an address or a route for the destination, EADDRNOTAVAIL for a source that is not
    /// of this host, EPERM without the right to do it.
    /// </exception>
    public static OutputSocket Open(OutputSocketRequest request)
    {
        FileDescriptor socket = request.Kind switch
        {
            EgressKind.Packet or EgressKind.PacketIp => SocketOptions.Open(Libc.AF_PACKET, Libc.SOCK_RAW, 0, $"egress packet socket on {request.Interface}"), // protocol 0 receives nothing
            EgressKind.RawIp => SocketOptions.Open(request.Family, Libc.SOCK_RAW, Libc.IPPROTO_RAW, $"raw egress socket on {request.Interface}"),
            _ => SocketOptions.Open(request.Family, Libc.SOCK_DGRAM, 0, $"egress socket on {request.Interface}"),
        };
        try
        {
            PacketFilter.AttachRefuseAll(socket);
            SocketOptions.SetBuffer(socket, Libc.SO_SNDBUFFORCE, Libc.SO_SNDBUF, request.SendBuffer);
            if (request.Kind is EgressKind.Packet or EgressKind.PacketIp)
                SetUpPacket(socket, request);
            else
                SetUpInternet(socket, request);

            // Behind the TOS, which sets a priority as well (socket(7)).
            if (request.Priority != 0)
                SocketOptions.Set(socket, Libc.SOL_SOCKET, Libc.SO_PRIORITY, request.Priority, $"priority {request.Priority} (7 needs CAP_NET_ADMIN)");
            return new OutputSocket(socket, request.Kind, request.LinkAddress);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => Descriptor.Dispose();

    private static void SetUpPacket(FileDescriptor socket, OutputSocketRequest request)
    {
        SocketOptions.Set(socket, Libc.SOL_PACKET, Libc.PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
        SocketOptions.BindToLink(socket, request.InterfaceIndex, protocol: 0, $"send frames out of {request.Interface}");
    }

    private static void SetUpInternet(FileDescriptor socket, OutputSocketRequest request)
    {
        if (request.IsIpv6)
        {
            if (request.Kind != EgressKind.RawIp) // which never carries IPv4
                SocketOptions.Set(socket, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, 1, "IPV6_V6ONLY");
            SocketOptions.Set(socket, Libc.IPPROTO_IPV6, Libc.IPV6_MTU_DISCOVER, Libc.IPV6_PMTUDISC_DONT, "IPV6_MTU_DISCOVER");
        }
        else
        {
            // The kernel may fragment for a device with a smaller MTU; by default it would refuse (path MTU discovery sets DF).
            SocketOptions.Set(socket, Libc.IPPROTO_IP, Libc.IP_MTU_DISCOVER, Libc.IP_PMTUDISC_DONT, "IP_MTU_DISCOVER");
        }

        if (request.Dscp is { } dscp)
            SocketOptions.Set(socket, request.Level, request.IsIpv6 ? Libc.IPV6_TCLASS : Libc.IP_TOS, dscp << 2, "DSCP");
        if (request.Kind == EgressKind.Multicast)
            SetUpMulticast(socket, request);
        else if (request.Kind != EgressKind.Leg) // whose way is the kernel's to find
            SocketOptions.BindToDevice(socket, request.Interface);
        if (request.Ttl != 0 && request.Kind is EgressKind.Unicast or EgressKind.Leg)
            SocketOptions.Set(socket, request.Level, request.IsIpv6 ? Libc.IPV6_UNICAST_HOPS : Libc.IP_TTL, request.Ttl, "time to live");
        if (request.Source is not null)
            BindTo(socket, request, request.Source);
        if (request.Destination is null)
            return;
        SocketOptions.TryConnect(socket, InternetAddress.Of(request.Destination.Address, PortOf(request), request.InterfaceIndex)).OrThrow($"send to {request.Destination} out of {request.Interface}");
    }

    /// <summary>A raw socket has a protocol where others have a port.</summary>
    private static ushort PortOf(OutputSocketRequest request) => request.Kind == EgressKind.RawIp ? (ushort)0 : (ushort)request.Destination!.Port;

    private static void SetUpMulticast(FileDescriptor socket, OutputSocketRequest request)
    {
        if (request.IsIpv6)
        {
            SocketOptions.BindToDevice(socket, request.Interface);
            SocketOptions.TrySet(socket, Libc.IPPROTO_IPV6, Libc.IPV6_MULTICAST_IF, request.InterfaceIndex).OrThrow($"send multicast out of {request.Interface}");
        }
        else
        {
            var via = new Libc.ip_mreqn { imr_ifindex = request.InterfaceIndex };
            SysResult.From(Libc.setsockopt(socket.Raw, Libc.IPPROTO_IP, Libc.IP_MULTICAST_IF, &via, sizeof(Libc.ip_mreqn))).OrThrow($"send multicast out of {request.Interface}");
        }

        if (request.Ttl != 0)
            SocketOptions.Set(socket, request.Level, request.IsIpv6 ? Libc.IPV6_MULTICAST_HOPS : Libc.IP_MULTICAST_TTL, request.Ttl, "time to live");
    }

    private static void BindTo(FileDescriptor socket, OutputSocketRequest request, IPAddress source)
    {
        if (request.MaySpoof)
        {
            SocketOptions.TrySet(socket, request.Level, request.IsIpv6 ? Libc.IPV6_TRANSPARENT : Libc.IP_TRANSPARENT, 1)
                .OrThrow($"send from {source}, whoever has that address (IP_TRANSPARENT, needs CAP_NET_ADMIN or CAP_NET_RAW)");
        }

        SysResult bound = SocketOptions.TryBind(socket, InternetAddress.Of(source, 0, request.InterfaceIndex));
        if (bound.Is(Libc.EADDRNOTAVAIL))
            throw new LinuxException($"send from {source}, which is not an address of this host (add it to {request.Interface}, or force the rule to send from it all the same)", Libc.EADDRNOTAVAIL);
        bound.OrThrow($"send from {source} out of {request.Interface}");
    }
}
