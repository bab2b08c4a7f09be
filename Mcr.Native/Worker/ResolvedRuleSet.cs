using System.Collections.Immutable;
using System.Net;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Legs;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Native.Worker;

/// <summary>An output as a worker executes it: which of its sockets, where to, and which counter entry of its slot.</summary>
public sealed record ResolvedOutput(int Socket, IPAddress Address, ushort Port, int Counter, EgressOptions Options = default)
{
    /// <summary>It is the beginning of a leg, whose header goes in front of each payload; null: it is none.</summary>
    public ResolvedLeg? Leg { get; init; }
}

/// <summary>One end of a leg, as a worker executes it.</summary>
/// <param name="Id">Known to both ends, and no other leg's.</param>
/// <param name="Keys">The current one, and behind it perhaps the one before.</param>
public sealed record ResolvedLeg(ulong Id, ImmutableArray<ResolvedLegKey> Keys)
{
    public const int MaxKeys = 2;

    /// <summary>As an end of the leg uses them.</summary>
    internal LegKeys ForUse() => Keys.Length < MaxKeys ? new LegKeys(Keys[0].Number, Keys[0].Key) : new LegKeys(Keys[0].Number, Keys[0].Key, Keys[1].Number, Keys[1].Key);

    /// <summary>By value, keys in order.</summary>
    public bool Equals(ResolvedLeg? other) => other is not null && Id == other.Id && Keys.SequenceEqual(other.Keys);

    public override int GetHashCode() => HashCode.Combine(Id, Keys.Length);
}

/// <param name="Number">As in <see cref="LegHeader.Key"/>.</param>
public readonly record struct ResolvedLegKey(ushort Number, LegKey Key);

/// <summary>A rule as a worker executes it. Names are resolved to numbers; the worker never looks anything up.</summary>
/// <param name="Group">Multicast group or local unicast address.</param>
/// <param name="Source">Only datagrams from this address; null for any.</param>
/// <param name="Counter">Index of the rule's counter entry in the slot.</param>
public sealed record ResolvedRule(IPAddress Group, ushort Port, IPAddress? Source, int Counter, ImmutableArray<ResolvedOutput> Outputs)
{
    /// <summary>Bits of <paramref name="Group"/> that count; null: that one alone.</summary>
    public byte? PrefixLength { get; init; }

    /// <summary>The last of several ports; null: <paramref name="Port"/> alone.</summary>
    public ushort? LastPort { get; init; }

    public GroupRange Range => new(Group, PrefixLength ?? GroupRange.Bits(Group), Port, LastPort ?? Port);

    /// <summary>What of its payloads is looked at.</summary>
    public AnalysisSettings Analysis { get; init; }

    /// <summary>Other nodes have it as well, and one of them forwards; null: this one alone does.</summary>
    public ResolvedRedundancy? Redundancy { get; init; }

    /// <summary>Its input is the end of a leg: only what is good leaves, without its header; null: it is none.</summary>
    public ResolvedLeg? Leg { get; init; }

    /// <summary>Where it takes datagrams from that several inputs bring; empty: <paramref name="Group"/>, <paramref name="Port"/> and <paramref name="Source"/> at the worker's own ingress sockets. Those are the first one's otherwise.</summary>
    public ImmutableArray<ResolvedInput> Inputs { get; init; } = [];

    /// <summary>Of the end of a leg (<see cref="Leg"/>, one of <see cref="Inputs"/>, no outputs): the input of another rule that what is good goes into, which has it as <see cref="ResolvedInput.Token"/>; 0: it is none.</summary>
    public ulong Into { get; init; }

    /// <summary>How they become one stream; null exactly where there are no <see cref="Inputs"/>, or one for <see cref="Into"/>.</summary>
    public SelectSettings? Select { get; init; }

    /// <summary>Which of its datagrams are recorded; null for none.</summary>
    public TraceSettings? Trace { get; init; }

    /// <summary>By value, outputs in order.</summary>
    public bool Equals(ResolvedRule? other) =>
        other is not null && Counter == other.Counter && Port == other.Port && PrefixLength == other.PrefixLength && LastPort == other.LastPort && Group.Equals(other.Group) && Equals(Source, other.Source) && Analysis == other.Analysis && Equals(Trace, other.Trace) && Equals(Redundancy, other.Redundancy) && Equals(Leg, other.Leg) && Inputs.SequenceEqual(other.Inputs) && Into == other.Into && Equals(Select, other.Select) && Outputs.SequenceEqual(other.Outputs);

    public override int GetHashCode() => HashCode.Combine(Group, Port, Counter);
}

/// <summary>One of several inputs of a rule: what comes to this group and port (from this source, unless null) at a feed socket.</summary>
/// <param name="Socket">As sockets are passed, of <see cref="EgressKind.Feed"/>; or <see cref="NoSocket"/>.</param>
public sealed record ResolvedInput(int Socket, IPAddress Group, ushort Port, IPAddress? Source)
{
    /// <summary>Nothing can come at present, as its device is not there: it keeps its number among the inputs, and so do the others.</summary>
    public const int NoSocket = -1;

    /// <summary>What it is that the end of a leg brings, see <see cref="ResolvedRule.Into"/>, whichever of the two is there first; the rest means nothing then. 0: it is none of these.</summary>
    public ulong Token { get; init; }

    public static ResolvedInput OfLeg(ulong token) => new(NoSocket, IPAddress.IPv6Any, 0, null) { Token = token };
}

/// <summary>How a worker decides whether it forwards a redundant rule.</summary>
/// <param name="AfterMilliseconds">Of silence.</param>
/// <param name="Rank">Of this node: 0 goes first.</param>
/// <param name="Nodes">How many have the rule, this one included: where fewer peers are known, whoever else sends may be one of them.</param>
/// <param name="Echoes">What is listened to; none: nothing can be heard of the others.</param>
public sealed record ResolvedRedundancy(int AfterMilliseconds, int Rank, int Nodes, ImmutableArray<ResolvedEcho> Echoes)
{
    public const int MaxRank = 254;

    /// <summary>By value, echoes in order.</summary>
    public bool Equals(ResolvedRedundancy? other) => other is not null && AfterMilliseconds == other.AfterMilliseconds && Rank == other.Rank && Nodes == other.Nodes && Echoes.SequenceEqual(other.Echoes);

    public override int GetHashCode() => HashCode.Combine(AfterMilliseconds, Rank, Echoes.Length);
}

/// <summary>An output of the rule on which other nodes can be heard.</summary>
/// <param name="Socket">The echo socket on its segment, as sockets are passed.</param>
/// <param name="Peers">Who is known to send there: MAC addresses with the node's rank.</param>
public sealed record ResolvedEcho(int Socket, IPAddress Group, ushort Port, ImmutableArray<(ulong Link, int Rank)> Peers)
{
    /// <summary>By value, peers in order.</summary>
    public bool Equals(ResolvedEcho? other) => other is not null && Socket == other.Socket && Port == other.Port && Group.Equals(other.Group) && Peers.SequenceEqual(other.Peers);

    public override int GetHashCode() => HashCode.Combine(Socket, Group, Port);
}

/// <summary>All rules of one worker. <paramref name="Generation"/> grows with every change; answers name it.</summary>
public sealed record ResolvedRuleSet(long Generation, ImmutableArray<ResolvedRule> Rules);

/// <summary>
/// What turns the rules of generation <paramref name="Base"/> into those of <paramref name="Generation"/>. A rule is known by its counter,
/// which no other has: one in <paramref name="Put"/> replaces the rule with the same.
/// </summary>
/// <param name="Dropped">Counters.</param>
public sealed record ResolvedRuleChange(long Base, long Generation, ImmutableArray<int> Dropped, ImmutableArray<ResolvedRule> Put)
{
    public bool IsEmpty => Dropped.IsEmpty && Put.IsEmpty;
}
