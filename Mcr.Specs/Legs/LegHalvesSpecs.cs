using System.Collections.Immutable;
using System.Net;
using CsCheck;
using Mcr.Actors.Configuration;
using Mcr.Actors.Legs;
using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Specs.Legs;

/// <summary>Which rules a node has because of outputs of others, and how they are called.</summary>
public sealed class LegHalvesSpecs
{
    private static readonly LegSettings Few = new(null, 4100, 4105);

    [Fact]
    public void Half_should_take_a_leg_in_and_send_what_its_output_says()
    {
        RuleOutput output = LegRules.Output("b") with { Dscp = 46, RateLimit = 5_000_000, Ttl = 8 };
        ForwardingRule rule = LegRules.Rule("studio", "news", output, LegRules.Output(null, 9)) with { Analysis = AnalysisSettings.Rtp() };
        LegHalf half = Assert.Single(LegRules.Halves(("a", rule)));
        Assert.Equal(new LegName("a", "studio", "239.2.2.2:6000 on out0", "b"), half.Name);
        Assert.Equal(("lan0", LegRules.Place.Address, new LegOrigin("a", rule.Id)), (half.Rule.Input.Interface, half.Rule.Input.Group, half.Rule.Input.Leg!));
        Assert.InRange(half.Rule.Input.Port, LegSettings.Default.FirstPort, LegSettings.Default.LastPort);
        Assert.Equal(output with { Node = null, RateLimit = 0 }, Assert.Single(half.Rule.Outputs)); // the limit is kept to before the leg
        Assert.Equal((half.Name.HalfId, "news@a", AnalysisSettings.Rtp(), null), (half.Rule.Id, half.Rule.Name, half.Rule.Analysis, half.Rule.Redundancy));
        Assert.Equal("leg from node a", half.WithOrigin.Origin);
    }

    [Fact]
    public void Pair_should_have_one_redundant_rule_with_the_same_id_on_both_nodes()
    {
        ForwardingRule rule = LegRules.Rule("studio", null, LegRules.Output("b", pair: ["c", "b"]), LegRules.Output("c", pair: ["c", "b"]));
        LegHalf onB = Assert.Single(LegHalves.Of("b", [("a", rule)], LegRules.Place, Few, []).Halves);
        LegHalf onC = Assert.Single(LegHalves.Of("c", [("a", rule)], LegRules.Place, Few, []).Halves);
        Assert.Equal(onB.Rule.Id, onC.Rule.Id);
        Assert.NotEqual(onB.Name.Mark, onC.Name.Mark); // two legs of one worker
        Assert.Equal("studio@a", onB.Rule.Name);
        Assert.Equal(new RedundancySettings(["c", "b"], "c", true, RedundancySettings.DefaultTakeoverAfterMilliseconds), onB.Rule.Redundancy);
        Assert.Equal(onC.Rule.Redundancy, onB.Rule.Redundancy);
        Assert.Empty(onB.Rule.Outputs.Single().Pair);
    }

    [Fact]
    public void Outputs_of_one_rule_and_rules_of_two_nodes_with_one_id_should_each_have_a_half()
    {
        ForwardingRule two = LegRules.Rule("studio", "news", LegRules.Output("b", 2), LegRules.Output("b", 3), LegRules.Output("c", 4));
        LegHalf[] halves = LegRules.Halves(("a", two), ("c", LegRules.Rule("studio", "news", LegRules.Output("b", 2))), ("b", LegRules.Rule("own", null, LegRules.Output("b", 8))));
        Assert.Equal(["news@a", "news@a/2", "news@c"], halves.Select(h => h.Rule.Name).Order(StringComparer.Ordinal));
        Assert.Equal(3, halves.Select(h => h.Rule.Id).Distinct().Count());
        Assert.Equal(3, halves.Select(h => h.Rule.Input.Port).Distinct().Count());
    }

    /// <summary>Whoever starts without memory mostly finds the ports that were agreed.</summary>
    [Fact]
    public void Port_should_be_decided_by_the_name_and_be_another_one_where_that_is_taken()
    {
        ForwardingRule[] rules = [.. Enumerable.Range(0, 5).Select(i => LegRules.Rule($"r{i}", null, LegRules.Output("b")))];
        ushort[] alone = [.. rules.Select(r => Assert.Single(LegRules.Halves(("a", r))).Rule.Input.Port)];
        Assert.Equal(alone, rules.Select(r => Assert.Single(LegRules.Halves(("a", r))).Rule.Input.Port));
        LegHalf first = Assert.Single(LegRules.Halves(("a", rules[0])));
        LegHalf inItsPlace = first with { Rule = first.Rule with { Input = first.Rule.Input with { Port = (ushort)(first.Rule.Input.Port == 4100 ? 4101 : 4100) } } };
        Assert.Equal(inItsPlace, Assert.Single(LegHalves.Of("b", [("a", rules[0])], LegRules.Place, LegSettings.Default, [inItsPlace]).Halves));
    }

    [Fact]
    public void Ports_of_every_unicast_input_of_this_node_should_be_left_to_it()
    {
        ushort port = Assert.Single(LegRules.Halves(("a", LegRules.Rule("r0", null, LegRules.Output("b"))))).Rule.Input.Port;
        ForwardingRule own = LegRules.Rule("own", null, LegRules.Output(null)) with { MoreInputs = [new RuleInput("in1", IPAddress.Parse("10.7.0.2"), port)], Select = new SelectSettings(SelectMode.Failover, null) };
        LegHalf half = LegRules.Halves(("a", LegRules.Rule("r0", null, LegRules.Output("b"))), ("b", own)).Single();
        Assert.NotEqual(port, half.Rule.Input.Port);
    }

    [Fact]
    public void Half_should_have_one_input_however_many_the_rule_has()
    {
        ForwardingRule several = LegRules.Rule("r0", null, LegRules.Output("b"));
        several = several with { MoreInputs = [several.Input with { Interface = "in1" }], Select = new SelectSettings(SelectMode.Failover, null) };
        ForwardingRule half = Assert.Single(LegRules.Halves(("a", several))).Rule;
        Assert.Null(half.Select);
        Assert.Equal([half.Input], half.Inputs);
    }

    [Fact]
    public void Legs_beyond_the_ports_should_say_so_and_take_none_from_the_others()
    {
        ForwardingRule[] rules = [.. Enumerable.Range(0, 9).Select(i => LegRules.Rule($"r{i}", null, LegRules.Output("b")))];
        ImmutableArray<LegHalf> before = LegHalves.Of("b", rules[3..].Select(r => ("a", r)), LegRules.Place, Few, []).Halves;
        Assert.Equal(6, before.Length);
        (ImmutableArray<LegHalf> halves, ImmutableDictionary<LegName, string> problems) = LegHalves.Of("b", rules.Select(r => ("a", r)), LegRules.Place, Few, before);
        Assert.Equal(before, halves);
        Assert.Equal(rules[..3].Select(r => LegRules.Name("a", r, "b")).ToHashSet(), problems.Keys.ToHashSet());
        Assert.All(problems.Values, p => Assert.Equal("all ports of mcr.cluster.legs.ports (4100-4105) of node b are taken by other legs and by rules; give it more", p));
    }

    [Fact]
    public void Address_that_comes_and_goes_should_not_cost_a_half_its_port()
    {
        ForwardingRule rule = LegRules.Rule("studio", null, LegRules.Output("b"));
        ImmutableArray<LegHalf> before = [.. LegRules.Halves(("a", rule))];
        LegHalf moved = Assert.Single(LegHalves.Of("b", [("a", rule)], LegRules.Place with { Address = System.Net.IPAddress.Parse("10.7.0.3") }, LegSettings.Default, before).Halves);
        Assert.Equal(before[0] with { Rule = moved.Rule }, moved);
        Assert.Equal(before[0].Rule.Input.Port, moved.Rule.Input.Port);
        (ImmutableArray<LegHalf> none, ImmutableDictionary<LegName, string> problems) = LegHalves.Of("b", [("a", rule)], LegRules.Place with { Problem = "no device" }, LegSettings.Default, before);
        Assert.Empty(none);
        Assert.Equal(("no device", before[0].Name), (problems.Single().Value, problems.Single().Key));
    }

    /// <summary>All begin alike and are as long as can be, and there are more of them than outputs of one rule.</summary>
    [Fact]
    public void Names_should_be_whole_different_and_short_enough_whatever_rules_and_nodes_are_called()
    {
        string node = new('n', NodeName.MaxLength);
        foreach (string from in new[] { "a", node })
        {
            (string, ForwardingRule)[] rules = [.. Enumerable.Range(0, 90).Select(i => (from, LegRules.Rule($"r{i}", $"{string.Concat(Enumerable.Repeat("\U0001F4FA", 31))}{i:00}", LegRules.Output("b"))))];
            LegHalf[] halves = LegRules.Halves(rules);
            Assert.Equal(90, halves.Select(h => h.Rule.Name).Distinct().Count());
            Assert.All(halves, h => Assert.True(h.Rule.Name!.Length is > 0 and <= ForwardingRule.MaxNameLength && h.Rule.Name.IsNormalized())); // which throws for half a character
        }
    }

    /// <summary>Whatever comes and goes, in whatever order.</summary>
    [Fact]
    public void No_two_halves_should_have_anything_in_common_and_one_that_stays_should_keep_its_port()
    {
        string?[] names = [null, "r1", "studio", new string('x', 64)];
        (string Node, ForwardingRule Rule)[] pool =
        [
            .. from node in new[] { "a", "b", "c" }
               from id in Enumerable.Range(0, 4)
               from outputs in new[] { 1, 3 }
               select (node, LegRules.Rule($"r{id}", names[id], [.. Enumerable.Range(0, outputs).Select(o => LegRules.Output("b", 2 + o)), LegRules.Output("c", 9)])),
        ];
        Gen.Select(Gen.Int[0, pool.Length - 1].Array[0, 10], Gen.Int[0, 3]).Array[1, 12].Sample(
            rounds =>
            {
                ImmutableArray<LegHalf> before = [];
                foreach ((int[] which, int last) in rounds)
                {
                    (string Node, ForwardingRule Rule)[] rules = [.. which.Select(w => pool[w]).DistinctBy(r => (r.Node, r.Rule.Id))];
                    LegPlace place = LegRules.Place with { Address = System.Net.IPAddress.Parse($"10.7.0.{last + 1}") };
                    (ImmutableArray<LegHalf> halves, ImmutableDictionary<LegName, string> problems) = LegHalves.Of("b", rules, place, Few, before);
                    HashSet<LegName> wanted = [.. rules.Where(r => r.Node != "b").SelectMany(r => LegName.AllOf(r.Node, r.Rule)).Select(l => l.Name).Where(n => n.To == "b")];
                    Assert.Equal(wanted, [.. halves.Select(h => h.Name), .. problems.Keys]);
                    Assert.Equal(Math.Min(wanted.Count, 6), halves.Length);
                    Assert.Equal(halves.Length, halves.Select(h => h.Rule.Input).Distinct().Count());
                    Assert.Equal(halves.Length, halves.Select(h => h.Rule.Input.Port).Distinct().Count());
                    Assert.Equal(halves.Length, halves.Select(h => h.Rule.Name).Distinct().Count());
                    Assert.Equal(halves.Length, halves.Select(h => h.Rule.Id).Distinct().Count());
                    Assert.All(halves, h => Assert.True(h.Rule.Input.Port is >= 4100 and <= 4105 && h.Rule.Input.Group.Equals(place.Address)));
                    foreach (LegHalf stayed in before.Where(b => wanted.Contains(b.Name)))
                        Assert.Equal(stayed.Rule.Input.Port, halves.Single(h => h.Name == stayed.Name).Rule.Input.Port);
                    before = halves;
                }
            },
            iter: 2_000);
    }
}
