using System.Collections.Immutable;
using Mcr.Actors.Cluster;
using Mcr.Actors.Control;
using Mcr.Actors.Legs;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>
/// Between the interfaces' actors, whose workers have the ends of legs, and <c>/user/cluster/legs</c>, which knows the other nodes. By the EventStream where either side may be made anew; each says all that it
/// knows, again and again.
/// </summary>
internal static class LegMessages
{
    /// <summary>To the actor of the cluster's rules, for one that has begun after it: say <see cref="Rules"/> again.</summary>
    public sealed record GetRules;

    /// <summary>From the actor of the cluster's rules: those of all nodes that have outputs on another one, and those of this one that have a unicast input.</summary>
    public sealed record Rules(ImmutableArray<(string Node, ForwardingRule Rule)> All);

    /// <summary>To the interfaces' actors: where the legs go that begin here.</summary>
    /// <param name="Problems">Why another one goes nowhere yet, or the end of one of these is not there any more, as sentences.</param>
    public sealed record Targets(ImmutableDictionary<LegName, LegTarget> Legs, ImmutableDictionary<LegName, string> Problems);

    /// <summary>To the interfaces' actors: whoever sends by that leg has lost its place in it, and begins anew with another id and another key.</summary>
    /// <param name="Half">The rule at its end.</param>
    /// <param name="Id">As it is now; what has another one has been renewed already.</param>
    public sealed record Renew(RuleId Half, ulong Id);

    /// <summary>From an interface's actor: its legs, when something has changed and each second.</summary>
    /// <param name="Ends">By the rule that is there because of the leg.</param>
    public sealed record Seen(string Interface, ImmutableDictionary<LegName, LegBeginning> Beginnings, ImmutableDictionary<RuleId, LegEnd> Ends);

    /// <summary>To the actor of legs: what other nodes have said last, and which of them can be reached.</summary>
    public sealed record Others(ImmutableSortedDictionary<string, NodeReport> Reports, ImmutableHashSet<string> Reachable);

    /// <summary>From it: what this node says of its legs to all others.</summary>
    /// <param name="Clock">null where there are none.</param>
    public sealed record Say(ImmutableArray<LegReport> Legs, ClockReport? Clock);

    /// <summary>From it, for lists.</summary>
    public sealed record Known(ImmutableArray<LegEntry> Legs);

    /// <summary>To it, from the node at the beginning of a leg; answered by a <see cref="ControlResponse"/>.</summary>
    public sealed record Handle(ControlRequest.ClusterLeg Request, string From);
}
