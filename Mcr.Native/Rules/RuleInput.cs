using System.Net;

namespace Mcr.Native.Rules;

/// <summary>
/// Where a rule takes datagrams from: UDP to <see cref="Group"/> (a multicast group, or a unicast address of this host) and
/// <see cref="Port"/> arriving on <see cref="Interface"/>, from <see cref="Source"/> only when it is given.
/// Validated: build one with <see cref="RuleParser"/>.
/// </summary>
public sealed record RuleInput(string Interface, IPAddress Group, ushort Port, IPAddress? Source = null)
{
    /// <summary>Bits of <see cref="Group"/> that count, the others being 0; null: that group alone.</summary>
    public byte? PrefixLength { get; init; }

    /// <summary>The last of several ports; null: <see cref="Port"/> alone.</summary>
    public ushort? LastPort { get; init; }

    /// <summary>What comes by a leg from another node, whose rule this is a half of; null: no leg.</summary>
    public LegOrigin? Leg { get; init; }

    /// <summary>One of several inputs that is no place of this host: what a rule of another node sends into this one by a leg, wherever that ends. The members about a place mean nothing then.</summary>
    public RuleOrigin? From { get; init; }

    /// <inheritdoc cref="From"/>
    public static RuleInput Of(RuleOrigin from) => new("", IPAddress.Any, 0) { From = from };

    /// <summary>What is sent there.</summary>
    public GroupRange Range => new(Group, PrefixLength ?? GroupRange.Bits(Group), Port, LastPort ?? Port);

    public bool IsMulticast => Addresses.IsMulticast(Group);

    /// <summary>
    /// The text that rule ids are made from; it never changes within format 1.
    /// <c>input/1 interface=eth0 source=* group=239.1.1.1 port=5000</c>, addresses as in RFC 5952.
    /// </summary>
    public string CanonicalText => From is not null
        ? $"input/1 node={From.Node} rule={From.Rule}"
        : $"input/1 interface={Interface} source={Source?.ToString() ?? "*"} group={Range.GroupText} port={Range.PortText}";

    public override string ToString() => From is not null ? $"{From}" : Source is null ? $"{Range} on {Interface}" : $"{Range} from {Source} on {Interface}";
}
