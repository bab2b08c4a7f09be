using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Cluster;
using Mcr.Actors.Control;
using Mcr.Actors.Redundancy;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>
/// Between the interfaces' actors, whose workers decide, and <c>/user/cluster/redundancy</c>, which knows the other nodes. By the EventStream, since either side may be made anew; each says all that it
/// knows, again and again, so that nothing depends on one message.
/// </summary>
internal static class RedundancyMessages
{
    /// <summary>From an interface's actor: its redundant rules, all of them, when something has changed and each half second.</summary>
    public sealed record Seen(string Interface, ImmutableDictionary<RuleId, TakeoverView> Rules);

    /// <summary>To the interfaces' actors: what their workers are to do with redundant rules, all of them.</summary>
    public sealed record Wish(ImmutableDictionary<RuleId, TakeoverWish> Rules);

    /// <summary>To the interfaces' actors: whether the segments of the rule's outputs carry anything between this node and one with these addresses; answered by <see cref="Probed"/>.</summary>
    public sealed record Probe(RuleId Rule, string Node, ImmutableArray<IPAddress> Addresses, ImmutableArray<ulong> Links);

    /// <param name="Meets">It has answered.</param>
    public sealed record Probed(RuleId Rule, string Node, bool Meets);

    /// <summary>For lists: who forwards, by rule.</summary>
    public sealed record Known(ImmutableDictionary<RuleId, RedundancyEntry> Rules);

    /// <summary>To the actor of redundancy: what other nodes have said last, and which of them can be reached.</summary>
    /// <param name="IsIn">This node's part of the cluster runs: else nobody can be reached, which says nothing of them.</param>
    public sealed record Others(ImmutableSortedDictionary<string, NodeReport> Reports, ImmutableHashSet<string> Reachable, bool IsIn);

    /// <summary>From it: what this node says of its redundant rules to all others.</summary>
    public sealed record Say(ImmutableSortedDictionary<string, RedundancyReport> Rules);

    /// <summary>To it; answered by a <see cref="ControlResponse"/>.</summary>
    public sealed record Handle(ControlRequest Request, ControlPeer Peer);

    /// <summary>To it: mcrd is about to stop, so whoever can take a rule over takes it over. Answered by <see cref="HandedOver"/>.</summary>
    public sealed record HandOver;

    public sealed record HandedOver;
}
