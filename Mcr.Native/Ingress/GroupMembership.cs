using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// Joined groups of one device: they open the NIC's filter and make switches and routers send (IGMP, MLD). No datagram is ever read here.
/// <para>
/// A socket holds so many groups (20 in IPv4) and a group so many sources (10) as the kernel allows, and we learn how many by its refusals: so there are as
/// many sockets as it takes, and a group with more sources than fit is on several. On one socket a group is joined either for all sources or
/// for some, so the two are on sockets of their own. A socket that refused a group is full until it leaves one.
/// </para>
/// <para>
/// Slots of a device that was deleted count on: the object is made for a device's index and disposed with it, which closes all sockets.
/// </para>
/// </summary>
public sealed partial class GroupMembership : IDisposable
{
    private readonly int _interfaceIndex;
    private readonly Dictionary<(IPAddress Group, IPAddress? Source), MembershipSocket> _joined = [];
    private readonly Dictionary<IPAddress, List<MembershipSocket>> _specific = []; // which sockets hold sources of the group

    /// <summary>Sockets that may have room, by family and by whether they are for groups with sources; the last one is tried.</summary>
    private readonly Dictionary<(int Family, bool Specific), List<MembershipSocket>> _open = [];

    public GroupMembership(int interfaceIndex) => _interfaceIndex = interfaceIndex;

    /// <summary>A socket has been made, and the first group joined with it.</summary>
    public Action<FileDescriptor>? Opened { get; init; }

    /// <summary>A socket has left its last group and is about to be closed.</summary>
    public Action<FileDescriptor>? Closing { get; init; }

    /// <summary>Sockets in use.</summary>
    internal int Sockets => _joined.Values.Distinct().Count();

    /// <param name="source">The one sender to hear; null for any. Both may be joined for one group.</param>
    /// <exception cref="LinuxException">ENODEV when the device is gone, ENOBUFS or ENOMEM at the kernel's limits.</exception>
    public void Join(IPAddress group, IPAddress? source)
    {
        if (_joined.ContainsKey((group, source)))
            return;
        MembershipSocket socket = (source is null ? null : JoinBesideOtherSources(group, source))
            ?? JoinWithRoom(group, source)
            ?? JoinOnNew(group, source);
        _joined.Add((group, source), socket);
        socket.Count++;
        if (source is not null)
            Specific(group, socket);
    }

    public void Leave(IPAddress group, IPAddress? source)
    {
        if (!_joined.Remove((group, source), out MembershipSocket? socket))
            return;
        _ = MulticastRequest.Leave(socket.Descriptor, _interfaceIndex, group, source); // the device may be gone, and the membership with it
        socket.Count--;
        bool left = source is null || socket.RemoveSource(group);
        if (source is not null && left && _specific[group].Remove(socket) && _specific[group].Count == 0)
            _specific.Remove(group);
        List<MembershipSocket> open = Open(group, source);
        if (socket.Count == 0)
        {
            open.Remove(socket);
            Closing?.Invoke(socket.Descriptor);
            socket.Descriptor.Dispose();
        }
        else if (left && !open.Contains(socket))
        {
            open.Add(socket);
        }
    }

    public void LeaveAll()
    {
        foreach ((IPAddress group, IPAddress? source) in _joined.Keys.ToArray())
            Leave(group, source);
    }

    public void Dispose()
    {
        foreach (MembershipSocket socket in _joined.Values.Distinct())
            socket.Descriptor.Dispose();
        _joined.Clear();
        _specific.Clear();
        _open.Clear();
    }

    /// <summary>A further source of a group costs no slot where the group already is.</summary>
    private MembershipSocket? JoinBesideOtherSources(IPAddress group, IPAddress source)
    {
        if (!_specific.TryGetValue(group, out List<MembershipSocket>? sockets))
            return null;
        MembershipSocket last = sockets[^1]; // earlier ones are full of sources, as a rule
        return TryJoin(last, group, source) ? last : null;
    }

    private MembershipSocket? JoinWithRoom(IPAddress group, IPAddress? source)
    {
        List<MembershipSocket> open = Open(group, source);
        while (open.Count > 0)
        {
            MembershipSocket socket = open[^1];
            if (source is not null && socket.Holds(group))
                return null; // it has all the sources that this group may have there; it is open for other groups
            if (TryJoin(socket, group, source))
                return socket;
            open.RemoveAt(open.Count - 1);
        }

        return null;
    }

    private MembershipSocket JoinOnNew(IPAddress group, IPAddress? source)
    {
        var added = new MembershipSocket(SocketOptions.Open(InternetAddress.FamilyOf(group), Libc.SOCK_DGRAM, 0, "membership socket"));
        try
        {
            SysResult result = MulticastRequest.Join(added.Descriptor, _interfaceIndex, group, source);
            result.OrThrow(Sentence(group, source, result));
        }
        catch
        {
            added.Descriptor.Dispose();
            throw;
        }

        Open(group, source).Add(added);
        Opened?.Invoke(added.Descriptor);
        return added;
    }

    /// <returns>false when the socket has no room for it.</returns>
    private bool TryJoin(MembershipSocket socket, IPAddress group, IPAddress? source)
    {
        SysResult result = MulticastRequest.Join(socket.Descriptor, _interfaceIndex, group, source);
        if (result.IsSuccess)
            return true;
        if (!result.Is(Libc.ENOBUFS) && !result.Is(Libc.ENOMEM))
            result.OrThrow(Sentence(group, source, result));
        if (source is not null && !socket.Holds(group))
            _ = MulticastRequest.Leave(socket.Descriptor, _interfaceIndex, group, null); // the group may have fitted, and its source not
        return false;
    }

    private void Specific(IPAddress group, MembershipSocket socket)
    {
        if (!socket.AddSource(group))
            return;
        if (!_specific.TryGetValue(group, out List<MembershipSocket>? sockets))
            _specific.Add(group, sockets = []);
        sockets.Add(socket);
    }

    private List<MembershipSocket> Open(IPAddress group, IPAddress? source)
    {
        (int, bool) kind = (InternetAddress.FamilyOf(group), source is not null);
        if (!_open.TryGetValue(kind, out List<MembershipSocket>? sockets))
            _open.Add(kind, sockets = []);
        return sockets;
    }

    private static string Sentence(IPAddress group, IPAddress? source, SysResult result)
    {
        string what = source is null ? $"join {group}" : $"join {group} from {source}";
        bool six = InternetAddress.FamilyOf(group) == Libc.AF_INET6;
        return result.Errno switch
        {
            Libc.ENOBUFS => $"{what}: even a socket of its own has no room (see sysctl {(six ? "net.ipv6.mld_max_msf and net.core.optmem_max" : "net.ipv4.igmp_max_memberships and net.ipv4.igmp_max_msf, which must not be 0")})",
            Libc.ENOMEM => $"{what}: the kernel has no memory for it (see sysctl net.core.optmem_max)",
            Libc.ENODEV => $"{what}: the device is gone",
            Libc.EINVAL when six => $"{what}: the device has no IPv6 (see sysctl net.ipv6.conf.DEVICE.disable_ipv6, and its MTU, which must be at least 1280)",
            _ => what,
        };
    }
}
