using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// A UDP socket that holds a unicast input's address and port and discards what comes: without it the kernel would answer the
/// sender with ICMP port unreachable. The datagrams themselves are read by the packet socket.
/// </summary>
public sealed class UnicastClaim : IDisposable
{
    private readonly FileDescriptor _socket;

    private UnicastClaim(FileDescriptor socket) => _socket = socket;

    /// <exception cref="LinuxException">EADDRNOTAVAIL: not an address of this host; EADDRINUSE: a program listens there.</exception>
    public static UnicastClaim Open(string device, IPAddress address, ushort port)
    {
        FileDescriptor socket = SocketOptions.Open(Libc.AF_INET, Libc.SOCK_DGRAM, 0, "unicast input socket");
        try
        {
            PacketFilter.AttachRefuseAll(socket);
            SocketOptions.BindToDevice(socket, device);
            SocketOptions.TryBind(socket, InternetAddress.Of(address, port)).OrThrow($"claim {address}:{port} on {device}");
            return new UnicastClaim(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _socket.Dispose();
}
