using System.Collections.Immutable;
using System.Net;

namespace Mcr.Native.Rules;

/// <summary>Whose address datagrams leave with.</summary>
public enum SourceMode : byte
{
    /// <summary>The relay's own, and a port that stays the same.</summary>
    Rewrite,

    /// <summary>The sender's address and port, as they were.</summary>
    Keep,

    /// <summary>A given one, in <see cref="RuleOutput.SourceAddress"/>.</summary>
    Address,
}

/// <summary>
/// Where a rule sends datagrams: to <see cref="Group"/> (a multicast group or a unicast address) and <see cref="Port"/>,
/// out of <see cref="Interface"/>, and how. <see cref="Ttl"/>: null means the default, 1 for multicast and 64 for unicast.
/// </summary>
public sealed record RuleOutput(string Interface, IPAddress Group, ushort Port, byte? Ttl = null)
{
    public const int MaxBurstLimit = 64;

    public const int MaxPriority = 7;

    /// <summary>Of an input that is a prefix, as long as that: groups are mapped one to one. null for one group.</summary>
    public byte? PrefixLength { get; init; }

    /// <summary>Of an input that is a range of ports, which are mapped one to one; null for one port.</summary>
    public ushort? LastPort { get; init; }

    /// <summary>Of a cluster: the node whose <see cref="Interface"/> it is, which gets there what is sent to it by a leg; null: this one's.</summary>
    public string? Node { get; init; }

    /// <summary>With <see cref="Node"/>: the nodes, that one among them, that back each other up for what comes out there, the preferred one first. Each of them has a leg. Empty: that node is alone.</summary>
    public ImmutableArray<string> Pair { get; init; } = [];

    /// <summary>With <see cref="Node"/>, and at the end of its leg: the id or the name of that node's rule of which it is an input, in place of a device, a group and a port, which mean nothing then; null: it is none.</summary>
    public string? Rule { get; init; }

    /// <summary>At the end of a leg with <see cref="Rule"/>: that rule's input.</summary>
    public LegInput? Into { get; init; }

    /// <summary>Into a rule of another node.</summary>
    public static RuleOutput To(string rule) => new("", IPAddress.Any, 0) { Rule = rule };

    public GroupRange Range => new(Group, PrefixLength ?? GroupRange.Bits(Group), Port, LastPort ?? Port);

    public bool IsMulticast => Addresses.IsMulticast(Group);

    /// <summary>As a router does: one less than it came with, and dropped at 0. <see cref="Ttl"/> is null then.</summary>
    public bool DecrementTtl { get; init; }

    public SourceMode Source { get; init; }

    /// <summary>With <see cref="SourceMode.Address"/>; of the same family as <see cref="Group"/>.</summary>
    public IPAddress? SourceAddress { get; init; }

    /// <summary>The rule was forced: <see cref="SourceAddress"/> need not be an address of this host.</summary>
    public bool MaySpoof { get; init; }

    /// <summary>0 to 63; null: the one it came with.</summary>
    public byte? Dscp { get; init; }

    /// <summary>Bits of IP packets a second; 0 for no limit.</summary>
    public long RateLimit { get; init; }

    /// <summary>The most datagrams in one train, 1 to 64; 0: as many as the kernel takes.</summary>
    public byte MaxBurst { get; init; }

    /// <summary>Spread a train over the time it took to arrive, in place of sending it at once.</summary>
    public bool Pace { get; init; }

    /// <summary>SO_PRIORITY, 0 to <see cref="MaxPriority"/> (7 takes CAP_NET_ADMIN, socket(7)): the queue of the device, and the 802.1p priority where a VLAN device maps it.</summary>
    public byte Priority { get; init; }

    /// <summary>The time to live (hop limit) that datagrams leave with, unless it is decremented.</summary>
    public byte EffectiveTtl => Ttl ?? (IsMulticast ? (byte)1 : (byte)64);

    /// <summary>Options that are not given are not in it, so that it stays what it was before there were such options.</summary>
    public string CanonicalText =>
        (Rule is not null ? $"output/1 rule={Rule}" : $"output/1 interface={Interface} group={Range.GroupText} port={Range.PortText} ttl={(DecrementTtl ? "decrement" : EffectiveTtl)}")
        + (Source == SourceMode.Rewrite ? "" : Source == SourceMode.Keep ? " source=keep" : $" source={SourceAddress}{(MaySpoof ? "!" : "")}")
        + (Dscp is null ? "" : $" dscp={Dscp}")
        + (RateLimit == 0 ? "" : $" rate-limit={RateLimit}")
        + (MaxBurst == 0 ? "" : $" max-burst={MaxBurst}")
        + (Pace ? " pace=on" : "")
        + (Priority == 0 ? "" : $" priority={Priority}")
        + (Node is null ? "" : $" node={Node}")
        + (Pair.IsEmpty ? "" : $" pair={PairText}")
        + (Into is null ? "" : $" into={Into}");

    /// <summary><see cref="Pair"/> as it is written: <c>b+c</c>; null where it is none.</summary>
    public string? PairText => Pair.IsEmpty ? null : string.Join(NodeName.Between, Pair);

    public override string ToString() => Node is null ? PlaceText : $"{PlaceText} of node {Node}";

    /// <summary>On the node that it is of: <c>239.2.2.2:6000 on eth1</c>, or <c>rule clean</c>.</summary>
    public string PlaceText => Rule is null ? $"{Range} on {Interface}" : $"rule {Rule}";

    /// <summary>By value.</summary>
    public bool Equals(RuleOutput? other) => other is not null && CanonicalText == other.CanonicalText;

    public override int GetHashCode() => HashCode.Combine(Interface, Group, Port, Node, Rule);
}
