using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>What has to be done for memberships after they were joined.</summary>
public sealed partial class GroupMembership
{
    /// <summary>Of a documentation network (RFC 5737, RFC 3849): nobody sends from there.</summary>
    private static readonly IPAddress Nobody = IPAddress.Parse("192.0.2.1");

    private static readonly IPAddress NobodyIpv6 = IPAddress.Parse("2001:db8::1");

    /// <summary>How many groups, or pairs of group and source, are joined.</summary>
    public int Count => _joined.Count;

    /// <summary>
    /// Has the kernel report each group to switches and routers once more, without leaving it: after its carrier was gone a device may be
    /// plugged in elsewhere, and the kernel says nothing by itself.
    /// <para>
    /// The kernel reports what changes. A second socket holds the group for another filter while ours is taken off and put on again. Both are
    /// over before the kernel's timer fires, so the report states how it ends: everything (TO_EX) or the sources (TO_IN), as joined. Should it fire in
    /// between, the second report follows at once. Where a querier speaks IGMPv1 or v2 the kernel reports no such change, and we send the report
    /// (in MLDv1 the kernel does it by itself when the carrier comes).
    /// </para>
    /// </summary>
    public void Announce()
    {
        IPAddress[] groups = [.. _joined.Keys.Select(m => m.Group).Distinct()];
        foreach (IGrouping<int, IPAddress> family in groups.GroupBy(InternetAddress.FamilyOf))
        {
            using FileDescriptor second = SocketOptions.Open(family.Key, Libc.SOCK_DGRAM, 0, "second membership socket");
            foreach (IPAddress group in family)
                Announce(group, second);
        }

        if (KernelMemberships.QuerierOf(_interfaceIndex) is { } version and < 3)
            OldMembershipReport.Send(_interfaceIndex, version, groups.Where(g => InternetAddress.FamilyOf(g) == Libc.AF_INET));
    }

    /// <summary>Joins again what the kernel has forgotten: it drops memberships with a device's IP (an MTU below 68 or 1280), or when it is told to.</summary>
    /// <returns>What was missing.</returns>
    public IReadOnlyList<LostMembership> Repair()
    {
        if (_joined.Count == 0)
            return [];
        IReadOnlySet<(IPAddress Group, IPAddress? Source)> present = KernelMemberships.Of(_interfaceIndex);
        (IPAddress Group, MembershipSocket Socket)[] damaged = [.. _joined.Where(m => !present.Contains(m.Key)).Select(m => (m.Key.Group, m.Value)).Distinct()];
        return [.. damaged.SelectMany(d => Rejoin(d.Group, d.Socket))];
    }

    private void Announce(IPAddress group, FileDescriptor second)
    {
        IPAddress nobody = InternetAddress.FamilyOf(group) == Libc.AF_INET6 ? NobodyIpv6 : Nobody;
        IPAddress? other = _joined.TryGetValue((group, null), out MembershipSocket? ours) ? nobody : null;
        if (!MulticastRequest.Join(second, _interfaceIndex, group, other).IsSuccess)
            return; // without it the group would be left
        if (ours is not null)
        {
            _ = MulticastRequest.Leave(ours.Descriptor, _interfaceIndex, group, null);
            _ = MulticastRequest.Join(ours.Descriptor, _interfaceIndex, group, null); // into the place that it had; or else Repair finds it missing
        }

        _ = MulticastRequest.Leave(second, _interfaceIndex, group, other);
    }

    /// <summary>All sources of a group on a socket at once: only the first that is joined brings the group back.</summary>
    private List<LostMembership> Rejoin(IPAddress group, MembershipSocket socket)
    {
        IPAddress?[] sources = [.. _joined.Where(m => m.Value == socket && m.Key.Group.Equals(group)).Select(m => m.Key.Source)];
        foreach (IPAddress? source in sources)
            _ = MulticastRequest.Leave(socket.Descriptor, _interfaceIndex, group, source); // the socket still has what the device has not
        var lost = new List<LostMembership>(sources.Length);
        foreach (IPAddress? source in sources)
        {
            SysResult result = MulticastRequest.Join(socket.Descriptor, _interfaceIndex, group, source);
            lost.Add(new LostMembership(group, source, result.IsSuccess ? null : $"{Sentence(group, source, result)}: {LinuxException.Describe(result.Errno)}"));
        }

        return lost;
    }
}

/// <param name="Refusal">A sentence that says why it could not be joined again; null when it is.</param>
public sealed record LostMembership(IPAddress Group, IPAddress? Source, string? Refusal);
