using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>One socket of a <see cref="GroupMembership"/>, and what it holds.</summary>
internal sealed class MembershipSocket(FileDescriptor descriptor)
{
    private readonly Dictionary<IPAddress, int> _sources = []; // by group

    public FileDescriptor Descriptor => descriptor;

    /// <summary>Memberships: groups, or pairs of group and source.</summary>
    public int Count { get; set; }

    public bool Holds(IPAddress group) => _sources.ContainsKey(group);

    /// <returns>Whether it is the group's first on this socket.</returns>
    public bool AddSource(IPAddress group) => (_sources[group] = _sources.GetValueOrDefault(group) + 1) == 1;

    /// <returns>Whether it was the group's last on this socket, so that there is room for a group again.</returns>
    public bool RemoveSource(IPAddress group)
    {
        if (--_sources[group] > 0)
            return false;
        _sources.Remove(group);
        return true;
    }
}
