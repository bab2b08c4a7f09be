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

    public FileDescriptor Descriptor => _socket;

    /// <summary>One that an earlier mcrd has made; takes ownership.</summary>
    public static UnicastClaim Adopt(FileDescriptor socket) => new(socket);

    /// <param name="isSuccessor">
    /// We have had this claim and given it up, and a worker may be just about to close it: that one is no hindrance. Another program's is.
    /// </param>
    /// <param name="interfaceIndex">The device's, which gives a link-local IPv6 address its meaning.</param>
    /// <exception cref="LinuxException">EADDRNOTAVAIL: not an address of this host; EADDRINUSE: a program listens there.</exception>
    public static UnicastClaim Open(string device, int interfaceIndex, IPAddress address, ushort port, bool isSuccessor = false)
    {
        FileDescriptor socket = SocketOptions.Open(InternetAddress.FamilyOf(address), Libc.SOCK_DGRAM, 0, "unicast input socket");
        try
        {
            PacketFilter.AttachRefuseAll(socket);
            SocketOptions.BindToDevice(socket, device);
            if (isSuccessor)
                SetShared(socket, true);
            SysResult bound = SocketOptions.TryBind(socket, InternetAddress.Of(address, port, interfaceIndex));
            bound.OrThrow($"claim {new IPEndPoint(address, port)} on {device}{Hint(bound)}");
            if (isSuccessor)
                SetShared(socket, false);
            return new UnicastClaim(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_socket.IsClosed)
            SetShared(_socket, true); // for a successor, while somebody else still has it open
        _socket.Dispose();
    }

    /// <summary>SO_REUSEADDR counts while somebody binds, and on both sides: with it on neither, nobody else gets the address.</summary>
    private static void SetShared(FileDescriptor socket, bool isShared) => _ = SocketOptions.TrySet(socket, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, isShared ? 1 : 0);

    private static string Hint(SysResult bound) => bound.Errno switch
    {
        Libc.EADDRNOTAVAIL => " (the input has to be an address of this host; one just added to a device may not be usable yet)",
        Libc.EADDRINUSE => " (a program of this host listens there)",
        _ => "",
    };
}
