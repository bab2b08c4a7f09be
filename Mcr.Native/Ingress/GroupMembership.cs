using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// Joined groups of one device: they open the NIC's filter and make switches and routers send (IGMP). No datagram is ever read here.
/// A socket holds at most 20 groups (net.ipv4.igmp_max_memberships), so there are as many sockets as it takes.
/// </summary>
public sealed class GroupMembership : IDisposable
{
    private readonly int _interfaceIndex;
    private readonly List<(FileDescriptor Socket, HashSet<(IPAddress Group, IPAddress? Source)> Joined)> _sockets = [];

    public GroupMembership(int interfaceIndex) => _interfaceIndex = interfaceIndex;

    /// <exception cref="LinuxException">ENODEV when the device is gone, ENOBUFS at the kernel's limits.</exception>
    public void Join(IPAddress group, IPAddress? source)
    {
        foreach ((FileDescriptor socket, HashSet<(IPAddress, IPAddress?)> joined) in _sockets)
        {
            // One group with two sources must be on one socket or on two; the same pair only once.
            SysResult result = MulticastRequest.Join(socket, _interfaceIndex, group, source);
            if (result.IsSuccess)
            {
                joined.Add((group, source));
                return;
            }

            if (!result.Is(Libc.ENOBUFS) && !result.Is(Libc.EINVAL) && !result.Is(Libc.EADDRINUSE))
                result.OrThrow($"join {group}");
        }

        FileDescriptor added = SocketOptions.Open(Libc.AF_INET, Libc.SOCK_DGRAM, 0, "membership socket");
        try
        {
            MulticastRequest.Join(added, _interfaceIndex, group, source).OrThrow($"join {group}");
        }
        catch
        {
            added.Dispose();
            throw;
        }

        _sockets.Add((added, [(group, source)]));
    }

    public void Leave(IPAddress group, IPAddress? source)
    {
        int at = _sockets.FindIndex(s => s.Joined.Contains((group, source)));
        if (at < 0)
            return;
        (FileDescriptor socket, HashSet<(IPAddress, IPAddress?)> joined) = _sockets[at];
        _ = MulticastRequest.Leave(socket, _interfaceIndex, group, source); // the device may be gone, and the membership with it
        joined.Remove((group, source));
        if (joined.Count > 0)
            return;
        socket.Dispose();
        _sockets.RemoveAt(at);
    }

    public void Dispose()
    {
        foreach ((FileDescriptor socket, _) in _sockets)
            socket.Dispose();
        _sockets.Clear();
    }
}
