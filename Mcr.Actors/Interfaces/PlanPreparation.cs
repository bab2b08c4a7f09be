using System.Collections.Immutable;
using Mcr.Actors.Platform;
using Mcr.Native.Egress;
using Mcr.Native.Netlink;

namespace Mcr.Actors.Interfaces;

/// <summary>Opens and joins what a plan needs, and plans again around what the port refuses.</summary>
internal static class PlanPreparation
{
    /// <returns>The plan, which names everything that was opened and joined for it.</returns>
    public static InterfacePlan Prepare(IInterfacePort port, PlanInput input)
    {
        var opened = ImmutableArray.CreateBuilder<(int, EgressKey)>();
        var added = ImmutableArray.CreateBuilder<int>();
        var joined = ImmutableArray.CreateBuilder<Membership>();
        while (true)
        {
            InterfacePlan plan = InterfacePlanner.Plan(input);
            added.AddRange(plan.Added);
            PlanInput around = input with { Allocations = plan.Allocations };
            foreach ((int id, EgressKey key) in plan.Open)
            {
                if (Open(port, input, id, key) is not { } sentence)
                {
                    opened.Add((id, key));
                    continue;
                }

                added.Remove(id);
                around = around with
                {
                    Allocations = around.Allocations.WithoutSocket(key),
                    Failures = around.Failures with { Sockets = around.Failures.Sockets.Add(key, sentence) },
                };
            }

            foreach (Membership membership in plan.Join)
            {
                if (port.Join(membership) is not { } sentence)
                {
                    joined.Add(membership);
                    continue;
                }

                around = around with
                {
                    Allocations = around.Allocations.WithoutMembership(membership),
                    Failures = around.Failures with { Memberships = around.Failures.Memberships.Add(membership, sentence) },
                };
            }

            // Each turn knows at least one refusal more, so the turns end.
            if (around.Failures == input.Failures)
                return plan with { Open = opened.ToImmutable(), Added = added.ToImmutable(), Join = joined.ToImmutable() };
            input = around;
        }
    }

    /// <summary>A feed's device is one of those that the plan was made for.</summary>
    private static string? Open(IInterfacePort port, PlanInput input, int id, EgressKey key) => key.Kind == EgressKind.Feed && input.Links.TryGet(key.Interface, out Link? device)
        ? port.OpenFeed(id, key, device)
        : port.OpenEgress(id, key);
}
