using Mcr.Actors.Platform;

namespace Mcr.Actors.Interfaces;

/// <summary>Opens and joins what a plan needs, and plans again around what the port refuses.</summary>
internal static class PlanPreparation
{
    public static InterfacePlan Prepare(IInterfacePort port, PlanInput input)
    {
        while (true)
        {
            InterfacePlan plan = InterfacePlanner.Plan(input);
            PlanInput around = input with { Allocations = plan.Allocations };
            foreach ((int id, EgressKey key) in plan.Open)
            {
                if (port.OpenEgress(id, key) is { } sentence)
                {
                    around = around with
                    {
                        Allocations = around.Allocations.WithoutSocket(key),
                        Failures = around.Failures with { Sockets = around.Failures.Sockets.Add(key, sentence) },
                    };
                }
            }

            foreach (Membership membership in plan.Join)
            {
                if (port.Join(membership) is { } sentence)
                {
                    around = around with
                    {
                        Allocations = around.Allocations.WithoutMembership(membership),
                        Failures = around.Failures with { Memberships = around.Failures.Memberships.Add(membership, sentence) },
                    };
                }
            }

            // Each turn knows at least one refusal more, so the turns end.
            if (around.Failures == input.Failures)
                return plan;
            input = around;
        }
    }
}
