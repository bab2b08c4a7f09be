using System.Collections.Immutable;
using Mcr.Actors.Legs;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Redundancy;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Trace;
using Mcr.Native.Worker;

namespace Mcr.Actors.Interfaces;

/// <summary>What is planned from.</summary>
/// <param name="Link">The input device.</param>
/// <param name="Links">All devices now.</param>
/// <param name="Desired">All rules of the interface.</param>
/// <param name="Generation">The number of the rule set to be made.</param>
internal sealed record PlanInput(
    Link Link,
    LinkTable Links,
    ImmutableDictionary<RuleId, ForwardingRule> Desired,
    Allocations Allocations,
    PlanFailures Failures,
    long Generation)
{
    /// <summary>The rules that are not as they were at the last plan; null for all, which is right whatever has happened.</summary>
    public ImmutableHashSet<RuleId>? Changed { get; init; }

    /// <summary>What no worker is to have, whatever the devices are like.</summary>
    public ImmutableDictionary<RuleId, RuleOutcome> LeftOut { get; init; } = ImmutableDictionary<RuleId, RuleOutcome>.Empty;

    /// <summary>How many the interface has.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>This node's name, which redundant rules have a rank for.</summary>
    public string Node { get; init; } = "";

    /// <summary>Of redundant rules: the MAC addresses that other nodes send from, with the node's rank.</summary>
    public ImmutableDictionary<RuleId, EchoPeers> Peers { get; init; } = ImmutableDictionary<RuleId, EchoPeers>.Empty;

    public PlanLegs Legs { get; init; } = PlanLegs.None;

    /// <summary>The rules that are traced.</summary>
    public ImmutableDictionary<RuleId, TraceSettings> Traces { get; init; } = ImmutableDictionary<RuleId, TraceSettings>.Empty;

    /// <summary>What was planned for the generation before: what <see cref="InterfacePlan.Change"/> starts from.</summary>
    public ImmutableDictionary<RuleId, PlannedRule> Base { get; init; } = Allocations.Rules;
}

/// <summary>What the port has refused while this plan was made, with its sentences: a plan is made again around them.</summary>
internal sealed record PlanFailures(ImmutableDictionary<EgressKey, string> Sockets, ImmutableDictionary<Membership, string> Memberships)
{
    public static readonly PlanFailures None = new(ImmutableDictionary<EgressKey, string>.Empty, ImmutableDictionary<Membership, string>.Empty);
}

/// <summary>
/// What is to be done: open and join; then the workers get <see cref="Change"/>; then what <see cref="Allocations"/> has retired is released.
/// </summary>
/// <param name="Allocations">As they are once everything is open and joined, with the outcome of each rule.</param>
/// <param name="Added">Sockets that no rule used before: opened for this plan, or about to be closed and taken back.</param>
/// <param name="Change">From the generation before to this one.</param>
/// <param name="Considered">The rules that the plan is about, there and gone ones; null for all.</param>
internal sealed record InterfacePlan(
    Allocations Allocations,
    ImmutableArray<(int Id, EgressKey Key)> Open,
    ImmutableArray<int> Added,
    ImmutableArray<Membership> Join,
    ResolvedRuleChange Change,
    ImmutableHashSet<RuleId>? Considered);
