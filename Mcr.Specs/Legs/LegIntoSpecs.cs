using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Configuration;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Legs;
using Mcr.Actors.Messages;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using static Mcr.Specs.Supervision.FakePlatform;

namespace Mcr.Specs.Legs;

/// <summary>The end of a leg into a rule of this node: which rule it is, and what is planned for the two. Node c has rule clean, whose inputs are rules of a and b.</summary>
public sealed class LegIntoSpecs
{
    private static readonly LegPlace Place = new("lan0", IPAddress.Parse("10.7.0.2"));
    private static readonly Link Lan = Device("lan0", 1) with { Addresses = [Place.Address] };
    private static readonly Link Out = Device("out0", 2);
    private static readonly ForwardingRule Studio = LegRules.Rule("studio", null, RuleOutput.To("clean") with { Node = "c", RateLimit = 5_000_000 });
    private static readonly ForwardingRule Second = LegRules.Rule("0123", "second", RuleOutput.To("cleanid") with { Node = "c" });

    private static readonly ForwardingRule Clean = LegRules.Rule("cleanid", "clean", LegRules.Output(null)) with
    {
        Input = RuleInput.Of(new RuleOrigin("a", "studio")),
        MoreInputs = [RuleInput.Of(new RuleOrigin("b", "second"))],
        Select = FeedRules.Merge,
    };

    [Fact]
    public void Half_should_go_into_the_input_that_names_its_rule_by_id_or_name()
    {
        LegHalf[] halves = Halves(("a", Studio), ("b", Second), ("c", Clean));
        Assert.Equal(
            ["rule studio of a to rule clean of c: into cleanid<a/studio, at home in feeds/0", "rule 0123 of b to rule cleanid of c: into cleanid<b/second, at home in feeds/0"],
            halves.OrderBy(h => h.Name.From, StringComparer.Ordinal).Select(h => $"{h.Name}: into {h.Rule.Into}, at home in {h.Rule.Home}"));
        Assert.All(halves, h => Assert.Equal((Place.Interface, Place.Address), (h.Rule.Input.Interface, h.Rule.Input.Group)));
        Assert.All(halves, h => Assert.Empty(h.Rule.LocalOutputs));
        Assert.Equal(2, halves.Select(h => h.Rule.Input.Port).Distinct().Count());
    }

    [Fact]
    public void Leg_whose_rule_or_input_is_not_there_should_be_none_with_a_sentence()
    {
        Assert.Equal("node c has no rule clean with an input from another node; add one there, with an input { node = a, rule = studio }", Problem(("a", Studio)));
        Assert.Equal("rule clean of node c has no input { node = a, rule = studio }; give it one, or leave the output out", Problem(("a", Studio), ("c", Clean with { Input = RuleInput.Of(new RuleOrigin("d", "studio")) })));
        ForwardingRule other = LegRules.Rule("9", "studio", RuleOutput.To("clean") with { Node = "c" });
        Assert.Equal("input rule studio of node a of rule clean of node c has the leg of another rule of that name already; name rules by their ids there", Problem(("a", Studio), ("a", other), ("c", Clean)));
    }

    [Fact]
    public void Halves_should_come_back_from_their_file_as_they_were()
    {
        LegHalf[] halves = Halves(("a", Studio), ("b", Second), ("c", Clean));
        Assert.Equal(halves, LegsFile.Decode(LegsFile.Encode(halves)));
    }

    [Fact]
    public void Rule_and_ends_should_have_the_same_tokens_and_each_end_a_socket_and_a_counter_of_its_own()
    {
        LegHalf[] halves = Halves(("a", Studio), ("b", Second), ("c", Clean));
        InterfacePlan plan = Plan(Allocations.Empty, null, [Clean, .. halves.Select(h => h.Rule)]);
        Assert.All(plan.Allocations.Rules.Values, r => Assert.Equal(RuleOutcome.Active, r.Outcome));
        ResolvedRule clean = plan.Allocations.Rules[Clean.Id].Resolved!;
        ResolvedRule[] ends = [.. halves.Select(h => plan.Allocations.Rules[h.Rule.Id].Resolved!)];
        Assert.Equal(clean.Inputs.Select(i => i.Token).ToHashSet(), ends.Select(e => e.Into).ToHashSet());
        Assert.All(ends, e => Assert.Equal((true, 0, 1), (e.Leg is not null, e.Outputs.Length, e.Inputs.Length)));
        Assert.Equal(3, ends.Select(e => e.Counter).Append(clean.Counter).Distinct().Count());
        Assert.Equal(2, plan.Allocations.Sockets[FeedResolution.KeyOf(Lan)].Users);
        Assert.Equal([clean, .. ends], ResolvedRuleCodec.Decode(1, ResolvedRuleCodec.Encode(new ResolvedRuleSet(1, [clean, .. ends]))).Rules);
    }

    [Fact]
    public void Rule_should_say_which_leg_it_lacks_and_hear_when_it_comes_and_goes()
    {
        LegHalf[] halves = Halves(("a", Studio), ("b", Second), ("c", Clean));
        InterfacePlan none = Plan(Allocations.Empty, null, Clean);
        Assert.Equal(RuleStatus.Pending, none.Allocations.Rules[Clean.Id].Outcome.Status);
        LegHalf first = halves.Single(h => h.Name.From == "a");
        InterfacePlan one = Plan(none.Allocations, [first.Rule.Id], Clean, first.Rule);
        const string Lacks = "input 2 of 2: rule second of node b sends no leg here: that rule needs an output { node = c, rule = cleanid }, by the id or the name of this one";
        Assert.Equal(new RuleOutcome(RuleStatus.Degraded, Lacks), one.Allocations.Rules[Clean.Id].Outcome);
        InterfacePlan both = Plan(one.Allocations, [.. halves.Where(h => h != first).Select(h => h.Rule.Id)], [Clean, .. halves.Select(h => h.Rule)]);
        Assert.Equal(RuleOutcome.Active, both.Allocations.Rules[Clean.Id].Outcome);
        Assert.Contains(Clean.Id, both.Considered!);
        Assert.Equal(one.Allocations.Rules[Clean.Id].Resolved, both.Allocations.Rules[Clean.Id].Resolved); // the worker need not hear of it
        InterfacePlan gone = Plan(both.Allocations, [.. halves.Where(h => h != first).Select(h => h.Rule.Id)], Clean, first.Rule);
        Assert.Equal(new RuleOutcome(RuleStatus.Degraded, Lacks), gone.Allocations.Rules[Clean.Id].Outcome);
    }

    private static InterfacePlan Plan(Allocations allocations, ImmutableHashSet<RuleId>? changed, params ForwardingRule[] rules) => InterfacePlanner.Plan(new PlanInput(
        FeedsHome.Link, new LinkTable([Lan, Out]), rules.ToImmutableDictionary(r => r.Id), allocations, PlanFailures.None, 1)
    {
        Node = "c",
        Changed = changed,
        Legs = PlanLegs.None with { Ends = rules.Where(r => r.Into is not null).ToImmutableDictionary(r => r.Id, r => LegRules.Leg((ulong)r.Input.Port)) },
    });

    private static LegHalf[] Halves(params (string Node, ForwardingRule Rule)[] rules) => [.. LegHalves.Of("c", rules, Place, LegSettings.Default, []).Halves];

    private static string Problem(params (string Node, ForwardingRule Rule)[] rules) => Assert.Single(LegHalves.Of("c", rules, Place, LegSettings.Default, []).Problems).Value;
}
