using System.Buffers.Binary;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;

namespace Mcr.Native.Ingress;

/// <summary>
/// The ingress socket (packet(7)): sees every frame of one device before the kernel's reverse path check. Made by mcrd, used by
/// the worker through a passed duplicate; a duplicate kept here keeps its queue alive when the worker dies.
/// </summary>
public sealed unsafe class PacketSocket : IDisposable
{
    private PacketSocket(FileDescriptor descriptor, int receiveBuffer)
    {
        Descriptor = descriptor;
        ReceiveBuffer = receiveBuffer;
    }

    public FileDescriptor Descriptor { get; }

    /// <summary>Bytes that the kernel queues for us, less than asked for when it may not be forced.</summary>
    public int ReceiveBuffer { get; }

    /// <summary>
    /// Opens, filters, then binds: a frame is never queued before the filter stands. Protocol 0 keeps the socket deaf until bind.
    /// ETH_P_ALL, because with ETH_P_IP a VLAN tag is invisible and tagged frames leak in.
    /// </summary>
    /// <exception cref="LinuxException">EPERM without CAP_NET_RAW, ENODEV when the device is gone.</exception>
    public static PacketSocket Open(Link link, int receiveBuffer)
    {
        FileDescriptor socket = SocketOptions.Open(Libc.AF_PACKET, Libc.SOCK_RAW, 0, $"ingress socket on {link.Name}");
        try
        {
            PacketFilter.AttachUdp(socket, link.LinkHeader);
            SocketOptions.Set(socket, Libc.SOL_PACKET, Libc.PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING (Linux 4.20)");
            SocketOptions.Set(socket, Libc.SOL_PACKET, Libc.PACKET_AUXDATA, 1, "PACKET_AUXDATA");
            SocketOptions.Set(socket, Libc.SOL_PACKET, Libc.PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
            int granted = SocketOptions.SetBuffer(socket, Libc.SO_RCVBUFFORCE, Libc.SO_RCVBUF, receiveBuffer);
            var address = new Libc.sockaddr_ll
            {
                sll_family = Libc.AF_PACKET,
                sll_protocol = BinaryPrimitives.ReverseEndianness((ushort)Libc.ETH_P_ALL),
                sll_ifindex = link.Index,
            };
            SysResult.From(Libc.bind(socket.Raw, &address, sizeof(Libc.sockaddr_ll))).OrThrow($"bind the ingress socket to {link.Name}");
            return new PacketSocket(socket, granted);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Frames the kernel dropped because the queue was full since the last call (PACKET_STATISTICS resets on reading).</summary>
    public long TakeDrops()
    {
        Libc.tpacket_stats stats;
        int length = sizeof(Libc.tpacket_stats);
        return SysResult.From(Libc.getsockopt(Descriptor.Raw, Libc.SOL_PACKET, Libc.PACKET_STATISTICS, &stats, &length)).IsSuccess ? stats.tp_drops : 0;
    }

    public void Dispose() => Descriptor.Dispose();
}
