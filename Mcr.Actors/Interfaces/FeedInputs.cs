using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Platform;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Interfaces;

/// <summary>The inputs of a rule with several, as they can be had now: each keeps its place, whether or not its device is there. Pure.</summary>
/// <param name="Inputs">In the order of the rule, each with the socket that it is heard by; null: with none.</param>
/// <param name="Memberships">That they need.</param>
/// <param name="IsFed">One of them has a device that carries something.</param>
/// <param name="IsRefused">One of them cannot be had although its device is there.</param>
internal sealed record FeedInputs(ImmutableArray<(RuleInput Input, EgressKey? Feed)> Inputs, ImmutableArray<Membership> Memberships, bool IsFed, bool IsRefused)
{
    /// <summary>Of a rule with one input, which its interface takes in.</summary>
    public static readonly FeedInputs None = new([], [], true, false);

    public bool HasAny => Inputs.Any(i => i.Feed is not null);

    public IEnumerable<EgressKey> Sockets => Inputs.Select(i => i.Feed).OfType<EgressKey>();

    /// <param name="reasons">Takes a sentence about each that is not as it should be.</param>
    public static FeedInputs Of(ForwardingRule rule, PlanInput plan, IReadOnlySet<IPAddress> localAddresses, List<string> reasons)
    {
        RuleInput[] all = [.. rule.Inputs];
        var inputs = ImmutableArray.CreateBuilder<(RuleInput, EgressKey?)>(all.Length);
        var memberships = ImmutableArray.CreateBuilder<Membership>();
        (bool isFed, bool isRefused) = (false, false);
        for (int i = 0; i < all.Length; i++)
        {
            RuleInput input = all[i];
            string place = $"input {i + 1} of {all.Length}";
            EgressKey? feed = null;
            if (!plan.Links.TryGet(input.Interface, out Link? link))
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

        return new FeedInputs(inputs.MoveToImmutable(), memberships.ToImmutable(), isFed, isRefused);
    }

    public ImmutableArray<ResolvedInput> Resolve(Func<EgressKey, int> idOf) =>
        [.. Inputs.Select(i => new ResolvedInput(i.Feed is null ? ResolvedInput.NoSocket : idOf(i.Feed), i.Input.Group, i.Input.Port, i.Input.Source))];

    private static string? WhyNot(RuleInput input, Link link, PlanInput plan, IReadOnlySet<IPAddress> localAddresses, ref bool isRefused)
    {
        if (!input.IsMulticast && !localAddresses.Contains(input.Group))
            return InterfacePlanner.NotLocal(input);
        string? why = link.Kind == LinkKind.Other ? InterfacePlanner.Unreadable(link.Name) : plan.Failures.Sockets.GetValueOrDefault(FeedResolution.KeyOf(link));
        isRefused |= why is not null;
        return why;
    }
}
