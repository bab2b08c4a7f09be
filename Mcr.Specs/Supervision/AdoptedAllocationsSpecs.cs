using System.Collections.Immutable;
using System.Net;
using CsCheck;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Platform;
using Mcr.Native.Egress;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Specs.Supervision;

/// <summary>Allocations made again from what workers run: the next plan has nothing to do but what the rules' changes ask for.</summary>
public sealed class AdoptedAllocationsSpecs
{
    private const long Generation = 7;

    private static readonly Gen<ForwardingRule[]> GenRules = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 3], Gen.Bool, Gen.Bool).Array[0, 12]
        .Select(rules => rules.Select(r => Rule(r.Item1, r.Item2, r.Item3, r.Item4)).DistinctBy(r => r.Id).ToArray());

    [Fact]
    public void Same_rules_should_need_nothing_and_keep_every_number() => Gen.Select(GenRules, GenRules).Sample((earlier, rules) =>
    {
        Allocations before = Run(earlier, rules);
        Allocations rebuilt = Rebuild(AdoptedPorts.Of(before, Generation), rules);
        InterfacePlan plan = AdoptedPorts.Plan(rules, rebuilt, Generation + 1);
        Assert.True(plan.Change.IsEmpty);
        Assert.Empty(plan.Open);
        Assert.True(plan.Allocations.Retired.IsEmpty);
        Assert.Equal(before.Hash, plan.Allocations.Hash);
        Assert.Equal(before.Sockets.ToHashSet(), [.. plan.Allocations.Sockets]);
        Assert.Equal(before.Memberships.Keys.ToHashSet(), [.. plan.Join]); // anew
        foreach ((RuleId id, PlannedRule rule) in before.Rules)
        {
            Assert.Equal(rule.Counter, plan.Allocations.Rules[id].Counter);
            Assert.Equal(rule.Outputs.ToHashSet(), [.. plan.Allocations.Rules[id].Outputs]);
        }
    });

    [Fact]
    public void Other_rules_should_change_only_what_differs() => Gen.Select(GenRules, GenRules).Sample((earlier, rules) =>
    {
        Allocations before = Run([], earlier);
        AdoptedPort adopted = AdoptedPorts.Of(before, Generation);
        InterfacePlan plan = AdoptedPorts.Plan(rules, Rebuild(adopted, rules), Generation + 1);

        // What the worker runs after the change is what it is to run, and rules that stayed are not in it.
        ResolvedRule[] runs = [.. adopted.Rules.Rules.ExceptBy(plan.Change.Dropped.Concat(plan.Change.Put.Select(r => r.Counter)), r => r.Counter), .. plan.Change.Put];
        Assert.Equal(plan.Allocations.Resolved(1).Rules.AsEnumerable(), runs.OrderBy(r => r.Counter));
        Assert.Equal(plan.Allocations.Hash, ResolvedRuleHash.Of(runs));
        HashSet<RuleId> same = [.. rules.Where(r => earlier.Any(e => e.Equals(r))).Select(r => r.Id)];
        Assert.DoesNotContain(plan.Change.Put, put => same.Any(id => before.Rules[id].Counter == put.Counter));
        Assert.All(same, id => Assert.Equal(before.Rules[id].Counter, plan.Allocations.Rules[id].Counter));

        // Nothing is lost or given out twice, and in the end nothing is left over.
        Allocations kept = plan.Allocations.Release(Generation + 1).Kept;
        Assert.True(kept.Retired.IsEmpty);
        Assert.Equal(kept.Sockets.Count, kept.SocketIds.InUse);
        Assert.Equal(kept.Rules.Count, kept.RuleIndexes.InUse);
        Assert.Equal(kept.Rules.Values.Sum(r => r.Outputs.Length), kept.OutputIndexes.InUse);
        Assert.Equal(kept.Sockets.Count, kept.Sockets.Values.Select(s => s.Id).Distinct().Count());
    });

    [Fact]
    public void Sockets_that_no_rule_uses_should_be_given_up_and_ones_that_nobody_knows_replaced()
    {
        ForwardingRule video = Rule(1, 0, false, false);
        Allocations before = Run([], [video]);
        EgressKey key = before.Sockets.Keys.Single();
        AdoptedPort adopted = AdoptedPorts.Of(before, Generation) with
        {
            // 0 is the rule's, 1 a second one of its key, 2 one for an output that was about to come.
            Sockets = ImmutableDictionary<int, EgressKey?>.Empty.Add(0, key).Add(1, key).Add(2, key with { Ttl = 9 }).Add(3, null),
        };
        InterfacePlan plan = AdoptedPorts.Plan([video], Rebuild(adopted, [video]), Generation + 1);
        Assert.True(plan.Change.IsEmpty);
        Assert.Equal([1, 2, 3], plan.Allocations.Release(Generation + 1).Released.Sockets);

        adopted = adopted with { Sockets = ImmutableDictionary<int, EgressKey?>.Empty.Add(0, null) };
        plan = AdoptedPorts.Plan([video], Rebuild(adopted, [video]), Generation + 1);
        Assert.Equal((1, key), Assert.Single(plan.Open));
        Assert.Equal(before.Rules[video.Id].Counter, Assert.Single(plan.Change.Put).Counter);
        Assert.Equal([0], plan.Allocations.Release(Generation + 1).Released.Sockets);
    }

    [Fact]
    public void Numbers_that_are_not_given_out_should_be_given_out_first()
    {
        IdPool pool = IdPool.Of(10, [1, 4]);
        Assert.Equal((2, 8), (pool.InUse, pool.Available));
        foreach (int expected in new[] { 0, 2, 3, 5 })
        {
            pool = pool.Take(out int id);
            Assert.Equal(expected, id);
        }

        Assert.Equal((0, 10), (IdPool.Of(10, []).InUse, IdPool.Of(10, []).Available));
    }

    [Fact]
    public void Socket_keys_should_survive_as_text() => Gen.Select(Gen.Int[1, 1000], Gen.Byte, Gen.Int[0, 4], Gen.Bool, Gen.Int[0, 3], Gen.ULong).Sample((index, small, kind, flag, which, link) =>
    {
        var key = new EgressKey(index, "eth0.5", small, which % 2 == 0 ? null : new IPEndPoint(IPAddress.Parse(which == 1 ? "10.0.0.7" : "fe80::1%3"), 6000), which switch { 0 => null, 1 => "", _ => "10.0.0.1 fe80::2" })
        {
            Kind = (EgressKind)kind,
            IsIpv6 = flag,
            Source = which == 2 ? IPAddress.Parse("2001:db8::1") : null,
            MaySpoof = !flag,
            Priority = (byte)(small % 8),
            Dscp = flag ? (byte)(small % 64) : null,
            LinkAddress = link,
        };
        Assert.Equal(key, EgressKeyText.Read(EgressKeyText.Write(key)));
    });

    [Fact]
    public void What_is_no_key_should_be_nothing()
    {
        string text = EgressKeyText.Write(new EgressKey(2, "out0", 1, new IPEndPoint(IPAddress.Loopback, 6000), "10.0.0.1"));
        for (int length = 0; length < text.Length - 1; length++)
            Assert.Null(EgressKeyText.Read(text[..length]));
        var random = new Random(1);
        for (int i = 0; i < 100_000; i++)
            _ = EgressKeyText.Read(System.Text.Encoding.Latin1.GetString(Mutations.Mutate(random, System.Text.Encoding.Latin1.GetBytes(text)))); // whatever it is, it is no exception
    }

    private static Allocations Rebuild(AdoptedPort adopted, ForwardingRule[] rules) => AdoptedAllocations.Rebuild(adopted, rules.ToImmutableDictionary(r => r.Id));

    /// <summary>As after these rules, and then those, had been applied.</summary>
    private static Allocations Run(ForwardingRule[] first, ForwardingRule[] then) =>
        AdoptedPorts.Plan(then, AdoptedPorts.Plan(first, Allocations.Empty, 1).Allocations, 2).Allocations.Release(2).Kept;

    private static ForwardingRule Rule(int which, int outputs, bool isUnicast, bool isOther) => TestRules.Rule(
        "in0", isUnicast ? "10.1.0.2" : $"239.1.1.{which}", 5000 + which, null,
        [.. Enumerable.Range(0, outputs + 1).Select(i => i % 2 == 0 ? $"239.2.{which}.{i + 1}:600{(isOther ? 1 : 0)}:out0" : $"10.9.9.{i}:6000:out1")]);
}
