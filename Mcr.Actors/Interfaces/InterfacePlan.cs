using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
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
    long Generation);

/// <summary>What the port has refused while this plan was made, with its sentences: a plan is made again around them.</summary>
internal sealed record PlanFailures(ImmutableDictionary<EgressKey, string> Sockets, ImmutableDictionary<Membership, string> Memberships)
{
    public static readonly PlanFailures None = new(ImmutableDictionary<EgressKey, string>.Empty, ImmutableDictionary<Membership, string>.Empty);
}

/// <summary>
/// What is to be done: open and join; then the worker gets <see cref="Rules"/>; then what <see cref="Allocations"/> has retired is released.
/// </summary>
/// <param name="Allocations">As they are once everything is open and joined.</param>
/// <param name="Outcomes">One for each desired rule, true once the worker has applied the rules.</param>
internal sealed record InterfacePlan(
    Allocations Allocations,
    ImmutableArray<(int Id, EgressKey Key)> Open,
    ImmutableArray<Membership> Join,
    ResolvedRuleSet Rules,
    ImmutableDictionary<RuleId, RuleOutcome> Outcomes);
