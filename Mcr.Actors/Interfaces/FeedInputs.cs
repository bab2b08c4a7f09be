using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Platform;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Interfaces;

/// <summary>The inputs of a rule with several, as they can be had now: each keeps its place, whether or not its device is there. Pure.</summary>
/// <param name="Inputs">In the order of the rule, each with the socket that it is heard by; null: with none. What comes by a leg has none of its own: the end of that leg has one.</param>
/// <param name="Memberships">That they need.</param>
/// <param name="IsFed">One of them has a device that carries something.</param>
/// <param name="IsRefused">One of them cannot be had although its device is there.</param>
internal sealed record FeedInputs(ImmutableArray<(RuleInput Input, EgressKey? Feed)> Inputs, ImmutableArray<Membership> Memberships, bool IsFed, bool IsRefused)
{
    /// <summary>Of a rule with one input, which its interface takes in.</summary>
    public static readonly FeedInputs None = new([], [], true, false);

    /// <summary>The ends of legs that are there.</summary>
    public bool HasLegs { get; init; }

    public bool HasAny => HasLegs || Inputs.Any(i => i.Feed is not null);

    public IEnumerable<EgressKey> Sockets => Inputs.Select(i => i.Feed).OfType<EgressKey>();

    /// <param name="ends">Of legs, which are rules of their own, by the input that each goes into.</param>
    /// <param name="reasons">Takes a sentence about each that is not as it should be.</param>
    public static FeedInputs Of(ForwardingRule rule, PlanInput plan, IReadOnlySet<IPAddress> localAddresses, IReadOnlyDictionary<LegInput, ForwardingRule> ends, List<string> reasons)
    {
        RuleInput[] all = [.. rule.Inputs];
        var inputs = ImmutableArray.CreateBuilder<(RuleInput, EgressKey?)>(all.Length);
        var memberships = ImmutableArray.CreateBuilder<Membership>();
        (bool isFed, bool isRefused, bool hasLegs) = (false, false, false);
        for (int i = 0; i < all.Length; i++)
        {
            RuleInput input = all[i];
            string place = $"input {i + 1} of {all.Length}";
            EgressKey? feed = null;
            if (input.From is { } from)
            {
                if (WhyNoLeg(new LegInput(rule.Id, from), plan, ends) is { } without)
                    reasons.Add($"{place}: {without}");
                else
                    (hasLegs, isFed) = (true, true);
            }
            else if (!plan.Links.TryGet(input.Interface, out Link? link))
            {
                reasons.Add($"{place}: {input.Interface} does not exist");
            }
            else if (WhyNot(input, link, plan, localAddresses, ref isRefused) is { } why)
            {
                reasons.Add($"{place}: {why}");
            }
            else
            {
                feed = FeedResolution.KeyOf(link);
                foreach (Membership membership in FeedResolution.MembershipsOf(rule, input, feed))
                {
                    if (plan.Failures.Memberships.TryGetValue(membership, out string? sentence))
                        reasons.Add($"{place}: {RuleMemberships.Sentence(membership, sentence)}");
                    else if (!memberships.Contains(membership))
                        memberships.Add(membership);
                }

                if (InterfacePlanner.Fault(link) is { } fault)
                    reasons.Add($"{place}: {fault}");
                else
                    isFed = true;
            }

            inputs.Add((input, feed));
        }

        return new FeedInputs(inputs.MoveToImmutable(), memberships.ToImmutable(), isFed, isRefused) { HasLegs = hasLegs };
    }

    public ImmutableArray<ResolvedInput> Resolve(RuleId rule, Func<EgressKey, int> idOf) =>
        [.. Inputs.Select(i => i.Input.From is { } from ? ResolvedInput.OfLeg(new LegInput(rule, from).Token) : new ResolvedInput(i.Feed is null ? ResolvedInput.NoSocket : idOf(i.Feed), i.Input.Group, i.Input.Port, i.Input.Source))];

    private static string? WhyNoLeg(LegInput input, PlanInput plan, IReadOnlyDictionary<LegInput, ForwardingRule> ends) =>
        !ends.TryGetValue(input, out ForwardingRule? end) ? $"{input.From} sends no leg here: that rule needs an output {{ node = {plan.Node}, rule = {input.Rule} }}, by the id or the name of this one"
        : !plan.Legs.Ends.ContainsKey(end.Id) ? $"the leg of {input.From} has no key yet"
        : !plan.Links.TryGet(end.Input.Interface, out Link? link) ? $"the leg of {input.From} comes in on {end.Input.Interface}, which does not exist"
        : InterfacePlanner.Fault(link) is { } fault ? $"the leg of {input.From} comes in on {fault}"
        : null;

    private static string? WhyNot(RuleInput input, Link link, PlanInput plan, IReadOnlySet<IPAddress> localAddresses, ref bool isRefused)
    {
        if (!input.IsMulticast && !localAddresses.Contains(input.Group))
            return InterfacePlanner.NotLocal(input);
        string? why = link.Kind == LinkKind.Other ? InterfacePlanner.Unreadable(link.Name) : plan.Failures.Sockets.GetValueOrDefault(FeedResolution.KeyOf(link));
        isRefused |= why is not null;
        return why;
    }
}
