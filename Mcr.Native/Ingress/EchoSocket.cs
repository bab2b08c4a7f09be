using System.Net;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;

namespace Mcr.Native.Ingress;

/// <summary>
/// Hears on an output's segment what other nodes send to the same groups: the beginnings of those frames. What this host sends itself is not heard. Made by mcrd, read by a worker
/// (<see cref="EchoSource"/>) through a passed duplicate; the filter is mcrd's to change while it is read.
/// </summary>
public sealed unsafe class EchoSocket : IDisposable
{
    /// <summary>Bytes of queue, of which the kernel counts a whole frame's for each echo: some milliseconds of a fast flow, which is all that is ever wanted.</summary>
    private const int Queue = 4 << 20;

    private readonly int _linkHeader;

    private EchoSocket(FileDescriptor descriptor, int linkHeader)
    {
        Descriptor = descriptor;
        _linkHeader = linkHeader;
    }

    public FileDescriptor Descriptor { get; }

    /// <exception cref="LinuxException">EPERM without CAP_NET_RAW, ENODEV when the device is gone, EMFILE.</exception>
    public static EchoSocket Open(int interfaceIndex, string device, int linkHeader)
    {
        FileDescriptor socket = SocketOptions.Open(Libc.AF_PACKET, Libc.SOCK_RAW, 0, $"echo socket on {device}"); // protocol 0: deaf until it is bound
        try
        {
            PacketFilter.AttachRefuseAll(socket);
            SocketOptions.Set(socket, Libc.SOL_PACKET, Libc.PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING (Linux 4.20)");
            _ = SocketOptions.SetBuffer(socket, Libc.SO_RCVBUFFORCE, Libc.SO_RCVBUF, Queue);
            SocketOptions.BindToLink(socket, interfaceIndex, Libc.ETH_P_ALL, $"bind the echo socket to {device}");
            return new EchoSocket(socket, linkHeader);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What is sent to these groups, and nothing else.</summary>
    /// <exception cref="LinuxException">there is no memory for the program.</exception>
    public void Hear(IReadOnlyCollection<IPAddress> groups)
    {
        try
        {
            PacketFilter.AttachEchoes(Descriptor, _linkHeader, groups);
        }
        catch (LinuxException e) when (e.Errno == Libc.ENOMEM) // sysctl net.core.optmem_max
        {
            PacketFilter.AttachEveryEcho(Descriptor, _linkHeader);
        }
    }

    public void Dispose() => Descriptor.Dispose();
}
