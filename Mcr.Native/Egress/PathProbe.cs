using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>What the kernel knows of a way, without sending anything.</summary>
public static unsafe class PathProbe
{
    private const ushort AnyPort = 9; // discard: nothing is sent there

    /// <summary>Bytes of an IP packet that go to that address in one piece, as the route and its device say; 0 where there is no way, or the kernel does not say.</summary>
    public static int MtuTo(IPAddress address)
    {
        try
        {
            using FileDescriptor socket = SocketOptions.Open(InternetAddress.FamilyOf(address), Libc.SOCK_DGRAM, 0, "socket that asks for a way");
            if (SocketOptions.TryConnect(socket, InternetAddress.Of(address, AnyPort)).Errno != 0)
                return 0;
            bool isIpv6 = InternetAddress.FamilyOf(address) == Libc.AF_INET6;
            int mtu;
            int length = sizeof(int);
            return Libc.getsockopt(socket.Raw, isIpv6 ? Libc.IPPROTO_IPV6 : Libc.IPPROTO_IP, isIpv6 ? Libc.IPV6_MTU : Libc.IP_MTU, &mtu, &length) < 0 ? 0 : mtu;
        }
        catch (LinuxException)
        {
            return 0;
        }
    }
}
