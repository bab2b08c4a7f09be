using System.Buffers.Binary;
using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Host.Mcrgen;

/// <summary>Makes the sockets of both commands.</summary>
internal static unsafe class UdpSocket
{
    /// <summary>16 MiB, so that a sender blocks on its device and not on its own buffer.</summary>
    private const int SendBuffer = 16 << 20;

    /// <summary>64 MiB, which the kernel doubles: a quarter of a second of 1316-byte datagrams at 200,000/s while this process is not scheduled.</summary>
    private const int ReceiveBuffer = 64 << 20;

    /// <summary>How long a receive waits before the loop looks at its timeouts and at signals.</summary>
    private const int ReceiveWaitMicroseconds = 100_000;

    /// <summary>A socket connected to the endpoint, leaving by its interface whatever the routing table says.</summary>
    /// <param name="segmentSize">Payload size of each datagram of a run (UDP_SEGMENT); 0 for no segmentation.</param>
    /// <param name="dscp">The upper six bits of the TOS byte or the traffic class.</param>
    /// <exception cref="LinuxException">a call failed; the message names it and what it was about.</exception>
    public static FileDescriptor OpenSender(Endpoint endpoint, int ttl, int dscp, int segmentSize)
    {
        FileDescriptor fd = Open(endpoint);
        try
        {
            int index = endpoint.Device.Index;
            string device = endpoint.Device.Name;
            int level = InternetAddress.LevelOf(endpoint.Group);
            bool six = level == Libc.IPPROTO_IPV6;
            if (SocketOptions.TrySet(fd, Libc.SOL_SOCKET, Libc.SO_SNDBUFFORCE, SendBuffer).Errno != 0)
                SocketOptions.Set(fd, Libc.SOL_SOCKET, Libc.SO_SNDBUF, SendBuffer, "setsockopt(SO_SNDBUF)");
            if (endpoint.Device.Address is { } from)
                Bind(fd, new IPEndPoint(from, 0), index);
            if (endpoint.IsMulticast)
            {
                LeaveBy(fd, endpoint, six);
                SocketOptions.Set(fd, level, six ? Libc.IPV6_MULTICAST_HOPS : Libc.IP_MULTICAST_TTL, ttl, "setsockopt(IP_MULTICAST_TTL)");
            }
            else
            {
                SocketOptions.Set(fd, level, six ? Libc.IPV6_UNICAST_IF : Libc.IP_UNICAST_IF, BinaryPrimitives.ReverseEndianness(index), $"setsockopt(IP_UNICAST_IF, {device})");
                SocketOptions.Set(fd, level, six ? Libc.IPV6_UNICAST_HOPS : Libc.IP_TTL, ttl, "setsockopt(IP_TTL)");
            }

            if (dscp != 0)
                SocketOptions.Set(fd, level, six ? Libc.IPV6_TCLASS : Libc.IP_TOS, dscp << 2, "setsockopt(IP_TOS)");

            // Without IP_RECVERR the kernel hides ENOBUFS, and what a full device queue dropped would count as sent. Not with
            // segmentation: there ENOBUFS may mean that a part of the run went out, and sending it again would make duplicates.
            if (segmentSize > 0)
                SocketOptions.Set(fd, Libc.IPPROTO_UDP, Libc.UDP_SEGMENT, segmentSize, "setsockopt(UDP_SEGMENT)");
            else
                SocketOptions.Set(fd, level, six ? Libc.IPV6_RECVERR : Libc.IP_RECVERR, 1, "setsockopt(IP_RECVERR)");

            SocketOptions.TryConnect(fd, InternetAddress.Of(endpoint.Group, endpoint.Port, index)).OrThrow($"connect({endpoint.Address} by {device})");
            return fd;
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    /// <summary>A socket bound to the endpoint and, for a group, joined on its interface; from the return on, nothing is missed.</summary>
    /// <exception cref="LinuxException">a call failed; the message names it and what it was about.</exception>
    public static FileDescriptor OpenReceiver(Endpoint endpoint, out int bufferBytes)
    {
        FileDescriptor fd = Open(endpoint);
        try
        {
            if (SocketOptions.TrySet(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, ReceiveBuffer).Errno != 0)
                SocketOptions.Set(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, ReceiveBuffer, "setsockopt(SO_RCVBUF)");
            bufferBytes = SocketOptions.Get(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF);
            SocketOptions.Set(fd, Libc.SOL_SOCKET, Libc.SO_TIMESTAMPNS, 1, "setsockopt(SO_TIMESTAMPNS)");

            // Merged frames come in one piece and are taken apart by the receiver: several times the rate. A kernel without it delivers them singly.
            _ = SocketOptions.TrySet(fd, Libc.IPPROTO_UDP, Libc.UDP_GRO, 1);
            var wait = new Libc.timeval { tv_usec = ReceiveWaitMicroseconds };
            SysResult.From(Libc.setsockopt(fd.Raw, Libc.SOL_SOCKET, Libc.SO_RCVTIMEO, &wait, sizeof(Libc.timeval))).OrThrow("setsockopt(SO_RCVTIMEO)");
            if (endpoint.IsMulticast)
            {
                SocketOptions.Set(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1, "setsockopt(SO_REUSEADDR)");

                // Otherwise Linux delivers what any process of this host joined, on any interface: a relay's input would pass for its output.
                int level = InternetAddress.LevelOf(endpoint.Group);
                SocketOptions.Set(fd, level, level == Libc.IPPROTO_IPV6 ? Libc.IPV6_MULTICAST_ALL : Libc.IP_MULTICAST_ALL, 0, "setsockopt(IP_MULTICAST_ALL)");
            }

            Bind(fd, endpoint.Address, endpoint.Device.Index, endpoint.IsMulticast ? "" : " (a unicast --group has to be an address of this host, its --port free)");
            if (endpoint.IsMulticast)
                Join(fd, endpoint);
            return fd;
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    private static FileDescriptor Open(Endpoint endpoint) =>
        new(SysResult.From(Libc.socket(InternetAddress.FamilyOf(endpoint.Group), Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0)).OrThrow("socket(SOCK_DGRAM)"));

    private static void Bind(FileDescriptor fd, IPEndPoint address, int device, string hint = "") =>
        SocketOptions.TryBind(fd, InternetAddress.Of(address.Address, (ushort)address.Port, device)).OrThrow($"bind({address}){hint}");

    private static void LeaveBy(FileDescriptor fd, Endpoint endpoint, bool six)
    {
        NetworkDevice device = endpoint.Device;
        string what = $"setsockopt(IP_MULTICAST_IF, {device.Name})";
        if (six)
        {
            SocketOptions.Set(fd, Libc.IPPROTO_IPV6, Libc.IPV6_MULTICAST_IF, device.Index, what);
            return;
        }

        var by = new Libc.ip_mreqn { imr_ifindex = device.Index };
        _ = device.Address?.TryWriteBytes(new Span<byte>(&by.imr_address, sizeof(uint)), out _);
        SysResult.From(Libc.setsockopt(fd.Raw, Libc.IPPROTO_IP, Libc.IP_MULTICAST_IF, &by, sizeof(Libc.ip_mreqn))).OrThrow(what);
    }

    private static void Join(FileDescriptor fd, Endpoint endpoint) =>
        MulticastRequest.Join(fd, endpoint.Device.Index, endpoint.Group, endpoint.Source)
            .OrThrow($"joining {endpoint.Group}{(endpoint.Source is { } source ? $" from {source}" : "")} on {endpoint.Device.Name}");
}
