using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>
/// An egress socket, made by mcrd and used by the worker through a passed duplicate. It leaves by one device, from the device's own
/// address and one port for as long as it lives. What is sent to that port is discarded.
/// </summary>
public sealed unsafe class OutputSocket : IDisposable
{
    private OutputSocket(FileDescriptor descriptor, EgressKind kind)
    {
        Descriptor = descriptor;
        Kind = kind;
    }

    public FileDescriptor Descriptor { get; }

    public EgressKind Kind { get; }

    /// <summary>For <see cref="EgressKind.Packet"/>: the device's MAC address.</summary>
    public ulong LinkAddress { get; init; }

    /// <summary>For all multicast outputs of one device with the same TTL: they cannot hurt one another.</summary>
    /// <exception cref="LinuxException">ENODEV when the device is gone.</exception>
    public static OutputSocket OpenMulticast(int interfaceIndex, string device, byte ttl, int sendBuffer) => Open(device, sendBuffer, socket =>
    {
        var via = new Libc.ip_mreqn { imr_ifindex = interfaceIndex };
        SysResult.From(Libc.setsockopt(socket.Raw, Libc.IPPROTO_IP, Libc.IP_MULTICAST_IF, &via, sizeof(Libc.ip_mreqn))).OrThrow($"send multicast out of {device}");
        SocketOptions.Set(socket, Libc.IPPROTO_IP, Libc.IP_MULTICAST_TTL, ttl, "IP_MULTICAST_TTL");
        return EgressKind.Multicast;
    });

    /// <summary>For one unicast output: a neighbour that does not answer fills this queue and no other.</summary>
    /// <exception cref="LinuxException">ENETUNREACH without an address on the device, ENODEV when it is gone.</exception>
    public static OutputSocket OpenUnicast(string device, IPEndPoint destination, byte ttl, int sendBuffer) => Open(device, sendBuffer, socket =>
    {
        SocketOptions.BindToDevice(socket, device);
        SocketOptions.Set(socket, Libc.IPPROTO_IP, Libc.IP_TTL, ttl, "IP_TTL");
        SocketOptions.TryConnect(socket, InternetAddress.Of(destination.Address, (ushort)destination.Port)).OrThrow($"send to {destination} out of {device}");
        return EgressKind.Unicast;
    });

    public void Dispose() => Descriptor.Dispose();

    private static OutputSocket Open(string device, int sendBuffer, Func<FileDescriptor, EgressKind> setUp)
    {
        FileDescriptor socket = SocketOptions.Open(Libc.AF_INET, Libc.SOCK_DGRAM, 0, $"egress socket on {device}");
        try
        {
            PacketFilter.AttachRefuseAll(socket);
            SocketOptions.SetBuffer(socket, Libc.SO_SNDBUFFORCE, Libc.SO_SNDBUF, sendBuffer);

            // The kernel may fragment for a device with a smaller MTU; by default it would refuse (path MTU discovery sets DF).
            SocketOptions.Set(socket, Libc.IPPROTO_IP, Libc.IP_MTU_DISCOVER, Libc.IP_PMTUDISC_DONT, "IP_MTU_DISCOVER");
            EgressKind kind = setUp(socket);
            return new OutputSocket(socket, kind);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
