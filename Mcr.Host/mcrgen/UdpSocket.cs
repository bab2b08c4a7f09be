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
    /// <exception cref="LinuxException">a call failed; the message names it and what it was about.</exception>
    public static FileDescriptor OpenSender(Endpoint endpoint, int ttl, int segmentSize)
    {
        FileDescriptor fd = Open();
        try
        {
            int index = endpoint.Device.Index;
            string device = endpoint.Device.Name;
            if (Set(fd, Libc.SOL_SOCKET, Libc.SO_SNDBUFFORCE, SendBuffer).Errno != 0)
                Set(fd, Libc.SOL_SOCKET, Libc.SO_SNDBUF, SendBuffer).OrThrow("setsockopt(SO_SNDBUF)");
            if (endpoint.Device.Address is { } from)
                Bind(fd, from, 0);
            if (endpoint.IsMulticast)
            {
                var leave = new Libc.ip_mreqn { imr_address = endpoint.Device.Address is { } a ? Raw(a) : 0, imr_ifindex = index };
                SysResult.From(Libc.setsockopt(fd.Raw, Libc.IPPROTO_IP, Libc.IP_MULTICAST_IF, &leave, sizeof(Libc.ip_mreqn))).OrThrow($"setsockopt(IP_MULTICAST_IF, {device})");
                Set(fd, Libc.IPPROTO_IP, Libc.IP_MULTICAST_TTL, ttl).OrThrow("setsockopt(IP_MULTICAST_TTL)");
            }
            else
            {
                Set(fd, Libc.IPPROTO_IP, Libc.IP_UNICAST_IF, BinaryPrimitives.ReverseEndianness(index)).OrThrow($"setsockopt(IP_UNICAST_IF, {device})");
                Set(fd, Libc.IPPROTO_IP, Libc.IP_TTL, ttl).OrThrow("setsockopt(IP_TTL)");
            }

            // Without IP_RECVERR the kernel hides ENOBUFS, and what a full device queue dropped would count as sent. Not with
            // segmentation: there ENOBUFS may mean that a part of the run went out, and sending it again would make duplicates.
            if (segmentSize > 0)
                Set(fd, Libc.IPPROTO_UDP, Libc.UDP_SEGMENT, segmentSize).OrThrow("setsockopt(UDP_SEGMENT)");
            else
                Set(fd, Libc.IPPROTO_IP, Libc.IP_RECVERR, 1).OrThrow("setsockopt(IP_RECVERR)");

            Libc.sockaddr_in to = Address(endpoint.Group, endpoint.Port);
            SysResult.From(Libc.connect(fd.Raw, &to, sizeof(Libc.sockaddr_in))).OrThrow($"connect({endpoint.Group}:{endpoint.Port} by {device})");
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
        FileDescriptor fd = Open();
        try
        {
            if (Set(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, ReceiveBuffer).Errno != 0)
                Set(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, ReceiveBuffer).OrThrow("setsockopt(SO_RCVBUF)");
            int length = sizeof(int), granted;
            SysResult.From(Libc.getsockopt(fd.Raw, Libc.SOL_SOCKET, Libc.SO_RCVBUF, &granted, &length)).OrThrow("getsockopt(SO_RCVBUF)");
            bufferBytes = granted;
            Set(fd, Libc.SOL_SOCKET, Libc.SO_TIMESTAMPNS, 1).OrThrow("setsockopt(SO_TIMESTAMPNS)");

            // Merged frames come in one piece and are taken apart by the receiver: several times the rate. A kernel without it delivers them singly.
            _ = Set(fd, Libc.IPPROTO_UDP, Libc.UDP_GRO, 1);
            var wait = new Libc.timeval { tv_usec = ReceiveWaitMicroseconds };
            SysResult.From(Libc.setsockopt(fd.Raw, Libc.SOL_SOCKET, Libc.SO_RCVTIMEO, &wait, sizeof(Libc.timeval))).OrThrow("setsockopt(SO_RCVTIMEO)");
            if (endpoint.IsMulticast)
            {
                Set(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1).OrThrow("setsockopt(SO_REUSEADDR)");

                // Otherwise Linux delivers what any process of this host joined, on any interface: a relay's input would pass for its output.
                Set(fd, Libc.IPPROTO_IP, Libc.IP_MULTICAST_ALL, 0).OrThrow("setsockopt(IP_MULTICAST_ALL)");
            }

            Bind(fd, endpoint.Group, endpoint.Port, endpoint.IsMulticast ? "" : " (a unicast --group has to be an address of this host, its --port free)");
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

    private static FileDescriptor Open() =>
        new(SysResult.From(Libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0)).OrThrow("socket(AF_INET, SOCK_DGRAM)"));

    private static void Bind(FileDescriptor fd, IPAddress address, ushort port, string hint = "")
    {
        Libc.sockaddr_in own = Address(address, port);
        SysResult.From(Libc.bind(fd.Raw, &own, sizeof(Libc.sockaddr_in))).OrThrow($"bind({address}:{port}){hint}");
    }

    private static void Join(FileDescriptor fd, Endpoint endpoint)
    {
        if (endpoint.Source is { } source)
        {
            var one = new Libc.group_source_req { gsr_interface = (uint)endpoint.Device.Index };
            *(Libc.sockaddr_in*)&one.gsr_group = Address(endpoint.Group, 0);
            *(Libc.sockaddr_in*)&one.gsr_source = Address(source, 0);
            SysResult.From(Libc.setsockopt(fd.Raw, Libc.IPPROTO_IP, Libc.MCAST_JOIN_SOURCE_GROUP, &one, sizeof(Libc.group_source_req)))
                .OrThrow($"joining {endpoint.Group} from {source} on {endpoint.Device.Name} (MCAST_JOIN_SOURCE_GROUP)");
            return;
        }

        var any = new Libc.group_req { gr_interface = (uint)endpoint.Device.Index };
        *(Libc.sockaddr_in*)&any.gr_group = Address(endpoint.Group, 0);
        SysResult.From(Libc.setsockopt(fd.Raw, Libc.IPPROTO_IP, Libc.MCAST_JOIN_GROUP, &any, sizeof(Libc.group_req)))
            .OrThrow($"joining {endpoint.Group} on {endpoint.Device.Name} (MCAST_JOIN_GROUP)");
    }

    private static SysResult Set(FileDescriptor fd, int level, int option, int value) =>
        SysResult.From(Libc.setsockopt(fd.Raw, level, option, &value, sizeof(int)));

    private static Libc.sockaddr_in Address(IPAddress address, ushort port) =>
        new() { sin_family = Libc.AF_INET, sin_addr = Raw(address), sin_port = BinaryPrimitives.ReverseEndianness(port) };

    /// <summary>Network byte order, as it lies in memory.</summary>
    private static uint Raw(IPAddress address)
    {
        uint raw = 0;
        _ = address.TryWriteBytes(new Span<byte>(&raw, sizeof(uint)), out _);
        return raw;
    }
}
