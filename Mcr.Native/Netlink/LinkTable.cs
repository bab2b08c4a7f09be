using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Mcr.Native.Netlink;

/// <summary>The network devices of one namespace at one moment. Immutable.</summary>
public sealed class LinkTable
{
    private readonly FrozenDictionary<string, Link> _byName;

    public LinkTable(IEnumerable<Link> links) => _byName = links.ToFrozenDictionary(l => l.Name);

    /// <summary>By index, the kernel's own order.</summary>
    public IEnumerable<Link> Links => _byName.Values.OrderBy(l => l.Index);

    /// <summary>Whether all devices and all that is known of them are equal.</summary>
    public bool IsSame(LinkTable other) => _byName.Count == other._byName.Count && _byName.Values.All(l => other.TryGet(l.Name, out Link? same) && l.Equals(same));

    public bool TryGet(string name, [NotNullWhen(true)] out Link? link) => _byName.TryGetValue(name, out link);
}
