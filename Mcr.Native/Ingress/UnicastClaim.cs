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

    /// <param name="interfaceIndex">The device's, which gives a link-local IPv6 address its meaning.</param>
    /// <exception cref="LinuxException">EADDRNOTAVAIL: not an address of this host; EADDRINUSE: a program listens there.</exception>
    public static UnicastClaim Open(string device, int interfaceIndex, IPAddress address, ushort port)
    {
        FileDescriptor socket = SocketOptions.Open(InternetAddress.FamilyOf(address), Libc.SOCK_DGRAM, 0, "unicast input socket");
        try
        {
            PacketFilter.AttachRefuseAll(socket);
            SocketOptions.BindToDevice(socket, device);
            SysResult bound = SocketOptions.TryBind(socket, InternetAddress.Of(address, port, interfaceIndex));
            bound.OrThrow($"claim {new IPEndPoint(address, port)} on {device}{Hint(bound)}");
            return new UnicastClaim(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static string Hint(SysResult bound) => bound.Errno switch
    {
        Libc.EADDRNOTAVAIL => " (the input has to be an address of this host; one just added to a device may not be usable yet)",
        Libc.EADDRINUSE => " (a program of this host listens there)",
        _ => "",
    };
}
