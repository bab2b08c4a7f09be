using System.Collections.Immutable;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Platform;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Specs.Supervision;

/// <summary>What workers have to give that an earlier mcrd had given these rules.</summary>
internal static class AdoptedPorts
{
    public static readonly LinkTable Links = new([FakePlatform.Device("in0", 1), FakePlatform.Device("out0", 2), FakePlatform.Device("out1", 3)]);

    public static InterfacePlan Plan(IEnumerable<ForwardingRule> rules, Allocations before, long generation) => InterfacePlanner.Plan(
        new PlanInput(Links.Links.First(l => l.Name == "in0"), Links, rules.ToImmutableDictionary(r => r.Id), before, PlanFailures.None, generation));

    public static AdoptedPort Of(Allocations allocations, long generation, int workers = 1) => new(
        allocations.Resolved(generation),
        allocations.Sockets.ToImmutableDictionary(s => s.Value.Id, s => EgressKeyText.Read(EgressKeyText.Write(s.Key))),
        [.. Enumerable.Range(0, workers).Select(n => new AdoptedRun(n, 700 + n, generation, allocations.Hash, allocations.Rules.Count, [.. allocations.Sockets.Values.Select(s => s.Id)]))]);
}
