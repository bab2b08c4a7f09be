using System.Collections.Immutable;
using System.Net;
using Akka.Actor;
using Akka.TestKit;
using Mcr.Actors.Configuration;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Legs;
using Mcr.Actors.Messages;
using Mcr.Actors.State;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using Mcr.Specs.Supervision;
using static Mcr.Specs.Supervision.FakePlatform;
using End = Mcr.Actors.Legs.LegEnd;

namespace Mcr.Specs.Legs;

/// <summary>What an interface does for legs that begin or end in its workers.</summary>
public sealed class LegInterfaceSpecs : RelaySpec
{
    private const string Other = "relay-b";
    private const long Generation = 40;

    private static readonly Link In = Device("in0", 1);
    private static readonly Link Out = Device("out0", 2);
    private static readonly ForwardingRule Studio = TestRules.Rule("in0", "239.1.1.1", 5000, "studio", "239.2.2.2:6000:out0") with { Outputs = [LegRules.Output(Other)] };
    private static readonly LegName Name = LegRules.Name(GeneratedRules.Node, Studio, Other);
    private static readonly LegHalf Half = LegHalves.Of(GeneratedRules.Node, [(Other, LegRules.Rule("news", null, LegRules.Output(GeneratedRules.Node, 3)))], new LegPlace("in0", IPAddress.Parse("10.1.0.2")), LegSettings.Default, []).Halves.Single();

    private RuleLedger _ledger = new(Overlay.On([], GeneratedRules.Node));

    public LegInterfaceSpecs(ITestOutputHelper output)
        : base(output) => Options = Options with
        {
            Configuration = new RunningConfiguration(new SettingsSources(), SettingsReader.Read(new SettingsSources { ConfigFile = "spec", Text = GeneratedRules.Cluster, WithoutDropIns = true }).Settings!),
        };

    internal override RuleLedger Ledger => _ledger;

    [Fact]
    public void Output_of_another_node_should_have_a_sentence_until_it_is_told_where_it_goes_and_while_its_end_is_gone()
    {
        TestProbe probe = Listener();
        Add(Studio);
        const string Why = "output 239.2.2.2:6000 on out0 of node relay-b has no leg yet: ";
        AwaitAssert(() => Assert.Equal((RuleStatus.Pending, $"{Why}node relay-b has not said where it goes"), StateOf(Studio)));
        ulong instance = Begun(probe).Instance;
        Sys.EventStream.Publish(new LegMessages.Targets(ImmutableDictionary<LegName, LegTarget>.Empty, ImmutableDictionary<LegName, string>.Empty.Add(Name, "it has no device")));
        AwaitAssert(() => Assert.Equal((RuleStatus.Pending, $"{Why}it has no device"), StateOf(Studio)));
        Tell(Target(instance + 1, 0x10)); // for one that is gone
        Tell(Target(instance, 0x11));
        AwaitAssert(() => Assert.Equal(RuleStatus.Active, StateOf(Studio).Status));
        ResolvedOutput output = NextWorker().Rules!.Rules.Single().Outputs.Single();
        Assert.Equal((IPAddress.Parse("10.7.0.2"), 4107, LegRules.Leg(0x11)), (output.Address, output.Port, output.Leg!));
        AwaitAssert(() => Assert.Equal(LegRules.Leg(0x11), Begun(probe).Target?.Leg));

        _ = TakeJournal();
        Tell(Target(instance, 0x11), "it has gone");
        AwaitAssert(() => Assert.Equal((RuleStatus.Degraded, "output 239.2.2.2:6000 on out0 of node relay-b has no leg any more: it has gone"), StateOf(Studio)));
        Tell(Target(instance, 0x11));
        AwaitAssert(() => Assert.Equal((RuleStatus.Active, null), StateOf(Studio)));
        Assert.DoesNotContain(TakeJournal(), l => l.StartsWith("rules", StringComparison.Ordinal) || l.StartsWith("egress", StringComparison.Ordinal)); // the worker need not hear of it
    }

    [Fact]
    public void Leg_that_moves_should_be_one_change_of_one_rule_that_goes_on_counting()
    {
        (_, FakeWorker worker, ulong instance) = Sending();
        ResolvedRule before = worker.Rules!.Rules.Single();
        TakeJournal();
        LegTarget moved = Target(instance, 0x12) with { Address = IPAddress.Parse("10.7.0.9"), Port = 4110 };
        Tell(moved);
        Tell(moved); // as it is said again and again
        AwaitAssert(() => Assert.Equal(4110, worker.Rules!.Rules.Single().Outputs.Single().Port));
        ResolvedRule after = worker.Rules!.Rules.Single();
        Assert.Equal((before.Counter, before.Outputs[0].Counter, before.Outputs[0].Socket), (after.Counter, after.Outputs[0].Counter, after.Outputs[0].Socket));
        Assert.Equal((moved.Address, moved.Leg), (after.Outputs[0].Address, after.Outputs[0].Leg!));
        Assert.Equal(RuleStatus.Active, StateOf(Studio).Status);
        Assert.Single(TakeJournal(), l => l.StartsWith("rules", StringComparison.Ordinal));
    }

    /// <summary>What was sent with the key is forgotten with the slots.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Interface_that_is_gone_or_another_one_should_begin_its_legs_anew_and_end_them_with_another_key(bool isOther)
    {
        (TestProbe probe, _, ulong instance) = Sending();
        UseHalf();
        ulong id = Ended(probe, e => e.IsReady).Leg.Id;
        if (!isOther)
        {
            Platform.SetLinks(Out);
            AwaitAssert(() => Assert.True(Platform.Ports.First().IsDisposed));
        }

        Platform.SetLinks(isOther ? In with { Index = 7 } : In, Out);
        LegMessages.Seen anew = Fish(probe, s => s.Beginnings.TryGetValue(Name, out LegBeginning? b) && b.Instance != instance && s.Ends.TryGetValue(Half.Rule.Id, out End? e) && e.IsReady);
        Assert.NotEqual(id, anew.Ends[Half.Rule.Id].Leg.Id);
        Assert.True(anew.Ends[Half.Rule.Id].IsFresh);
        Assert.Null(anew.Beginnings[Name].Target); // until it is agreed again
        AwaitAssert(() => Assert.Equal(RuleStatus.Pending, StateOf(Studio).Status));
    }

    [Fact]
    public void End_should_be_ready_with_a_key_of_its_own_and_have_another_one_when_it_is_to()
    {
        TestProbe probe = Listener();
        UseHalf();
        End end = Ended(probe, e => e.IsReady);
        Assert.Equal((Half.Rule.Input.Group, Half.Rule.Input.Port, true, Half.Name.Mark), (end.Address, end.Port, end.IsFresh, (uint)end.Leg.Id));
        FakeWorker worker = NextWorker();
        Assert.Equal(end.Leg, worker.Rules!.Rules.Single().Leg);
        Sys.EventStream.Publish(new LegMessages.Renew(Half.Rule.Id, end.Leg.Id + 1)); // one that it had before
        Sys.EventStream.Publish(new LegMessages.Renew(new RuleId("other"), end.Leg.Id));
        Sys.EventStream.Publish(new LegMessages.Renew(Half.Rule.Id, end.Leg.Id));
        Sys.EventStream.Publish(new LegMessages.Renew(Half.Rule.Id, end.Leg.Id)); // asked for twice, and done once
        End renewed = Ended(probe, e => e.IsReady && e.Leg.Id != end.Leg.Id);
        Assert.Equal((Half.Name.Mark, true), ((uint)renewed.Leg.Id, renewed.IsFresh));
        Assert.NotEqual(end.Leg.Keys[0].Key, renewed.Leg.Keys[0].Key);
        Assert.Equal(renewed.Leg, worker.Rules!.Rules.Single().Leg);
        Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(renewed.Leg, Ended(probe, e => e.IsReady).Leg);
    }

    [Fact]
    public void Leg_that_is_gone_should_be_said_to_be_and_have_another_instance_when_it_comes_back()
    {
        (TestProbe probe, _, ulong instance) = Sending();
        Relay.Tell(RelayCommands.RemoveRule.ByName("studio"), TestActor);
        ExpectMsg<CommandResult.Ok>();
        Fish(probe, s => s.Beginnings.IsEmpty);
        Add(Studio);
        Assert.NotEqual(instance, Begun(probe).Instance);
    }

    [Fact]
    public void Workers_that_are_adopted_should_go_on_with_their_ids_keys_and_counters()
    {
        ForwardingRule half = Half.Rule;
        var legs = new PlanLegs(ImmutableDictionary<LegName, LegTarget>.Empty.Add(Name, Target(1, Name.Mark)), ImmutableDictionary<LegName, string>.Empty, ImmutableDictionary<RuleId, ResolvedLeg>.Empty.Add(half.Id, LegRules.Leg(Half.Name.Mark)));
        Allocations before = Plan(legs, Allocations.Empty, 1, Studio, half).Allocations;
        Platform.Adopted = AdoptedPorts.Of(before, Generation);
        _ledger = new RuleLedger(Overlay.On([new RuleWithOrigin(Studio, "mcrd.hocon:1:1")], GeneratedRules.Node).WithHalves([Half.WithOrigin]));
        TestProbe probe = Listener();
        _ = Relay;
        LegMessages.Seen seen = Fish(probe, s => s.Beginnings.TryGetValue(Name, out LegBeginning? b) && b.Target is not null && s.Ends.TryGetValue(half.Id, out End? e) && e.IsReady);
        LegBeginning beginning = seen.Beginnings[Name];
        Assert.Equal((LegRules.Leg(Name.Mark), IPAddress.Parse("10.7.0.2"), 4107), (beginning.Target!.Leg, beginning.Target.Address, beginning.Target.Port));
        Assert.Equal(beginning.Instance, beginning.Target.Instance);
        Assert.NotEqual(1UL, beginning.Instance); // another mcrd's
        Assert.Equal((LegRules.Leg(Half.Name.Mark), false), (seen.Ends[half.Id].Leg, seen.Ends[half.Id].IsFresh));
        Assert.Equal(RuleStatus.Active, StateOf(Studio).Status);
        Assert.DoesNotContain(TakeJournal(), l => l.StartsWith("rules", StringComparison.Ordinal) || l.StartsWith("egress", StringComparison.Ordinal)); // nothing is told to anybody
    }

    /// <summary>A second one would number its own datagrams with the same key.</summary>
    [Fact]
    public void Interface_with_legs_should_not_get_a_second_worker()
    {
        Sending();
        Relay.Tell(new RelayCommands.SetWorkers("in0", 2), TestActor);
        RuleProblem refusal = Assert.Single(ExpectMsg<CommandResult.Rejected>().Problems);
        Assert.Equal(("count", "in0 has rules with legs, which take one worker: each would number its own datagrams"), (refusal.Field, refusal.Sentence));
    }

    [Fact]
    public void Plan_should_say_what_legs_lack()
    {
        ForwardingRule both = Studio with { Outputs = [.. Studio.Outputs, LegRules.Output(null, 9), LegRules.Output("relay-c", 2)] };
        PlannedRule partly = Plan(PlanLegs.None, Allocations.Empty, 1, both).Allocations.Rules[both.Id];
        Assert.Equal(RuleStatus.Degraded, partly.Outcome.Status);
        Assert.Contains("of node relay-b has no leg yet: node relay-b has not said where it goes; output 239.2.2.2:6000 on out0 of node relay-c has no leg yet", partly.Outcome.Why, StringComparison.Ordinal);
        Assert.Single(partly.Resolved!.Outputs); // that of this node
        PlannedRule keyless = Plan(PlanLegs.None, Allocations.Empty, 1, Half.Rule).Allocations.Rules[Half.Rule.Id];
        Assert.Equal((RuleStatus.Pending, "its leg has no key yet", null), (keyless.Outcome.Status, keyless.Outcome.Why, keyless.Resolved));
        foreach (ForwardingRule rule in new[] { Studio, Half.Rule })
        {
            PlannedRule shared = Plan(PlanLegs.None, Allocations.Empty, 2, rule).Allocations.Rules[rule.Id];
            Assert.Equal((RuleStatus.Failed, "a rule with a leg takes one worker on its input, and in0 has 2: each would decide for its own flows; mcrctl workers --interface in0 --count 1, or take other rules in on another interface"), (shared.Outcome.Status, shared.Outcome.Why));
        }
    }

    /// <summary>One output of two nodes, and of this one: what is sent to each is counted, and numbered, for itself.</summary>
    [Fact]
    public void Outputs_that_differ_in_their_node_alone_should_have_counters_of_their_own_and_keep_them()
    {
        ForwardingRule rule = Studio with { Outputs = [LegRules.Output(Other), LegRules.Output("relay-c"), LegRules.Output(null)] };
        LegName second = LegRules.Name(GeneratedRules.Node, rule, "relay-c");
        ImmutableDictionary<LegName, LegTarget> targets = ImmutableDictionary<LegName, LegTarget>.Empty.Add(Name, Target(1, 0x10)).Add(second, Target(2, 0x20));
        Allocations first = Plan(PlanLegs.None with { Targets = targets }, Allocations.Empty, 1, rule).Allocations;
        ResolvedOutput[] outputs = [.. first.Rules[rule.Id].Resolved!.Outputs];
        Assert.Equal(3, outputs.Select(o => o.Counter).Distinct().Count());
        Assert.Equal(2, outputs.Select(o => o.Socket).Distinct().Count()); // legs share one
        ForwardingRule without = rule with { Outputs = rule.Outputs.RemoveAt(0) };
        ResolvedRule next = Plan(PlanLegs.None with { Targets = targets }, first, 1, without).Allocations.Rules[rule.Id].Resolved!;
        Assert.Equal(outputs[1..].Select(o => (o.Counter, o.Leg)), next.Outputs.Select(o => (o.Counter, o.Leg)));
    }

    private static InterfacePlan Plan(PlanLegs legs, Allocations before, int workers, params ForwardingRule[] rules) => InterfacePlanner.Plan(
        new PlanInput(AdoptedPorts.Links.Links.First(l => l.Name == "in0"), AdoptedPorts.Links, rules.ToImmutableDictionary(r => r.Id), before, PlanFailures.None, 1) { Node = GeneratedRules.Node, Legs = legs, Workers = workers });

    private static LegTarget Target(ulong instance, ulong id) => new(instance, IPAddress.Parse("10.7.0.2"), 4107, LegRules.Leg(id));

    private void Tell(LegTarget target, string? gone = null) =>
        Sys.EventStream.Publish(new LegMessages.Targets(ImmutableDictionary<LegName, LegTarget>.Empty.Add(Name, target), gone is null ? ImmutableDictionary<LegName, string>.Empty : ImmutableDictionary<LegName, string>.Empty.Add(Name, gone)));

    private (RuleStatus Status, string? Why) StateOf(ForwardingRule rule) => List().Where(r => r.Rule.Id == rule.Id).Select(r => (r.Status, r.Why)).Single();

    private void UseHalf()
    {
        Relay.Tell(new RelayCommands.UseHalves([Half.WithOrigin]), TestActor);
        ExpectMsg<CommandResult.Ok>();
    }

    /// <summary>A leg that was agreed.</summary>
    private (TestProbe Probe, FakeWorker Worker, ulong Instance) Sending()
    {
        TestProbe probe = Listener();
        Add(Studio);
        ulong instance = Begun(probe).Instance;
        Tell(Target(instance, 0x10));
        AwaitAssert(() => Assert.Equal(RuleStatus.Active, StateOf(Studio).Status));
        FakeWorker worker = NextWorker();
        AwaitAssert(() => Assert.Single(worker.Rules!.Rules));
        return (probe, worker, instance);
    }

    private TestProbe Listener()
    {
        TestProbe probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(LegMessages.Seen));
        return probe;
    }

    private LegBeginning Begun(TestProbe probe) => Fish(probe, s => s.Beginnings.ContainsKey(Name)).Beginnings[Name];

    private End Ended(TestProbe probe, Func<End, bool> isIt) => Fish(probe, s => s.Ends.TryGetValue(Half.Rule.Id, out End? end) && isIt(end)).Ends[Half.Rule.Id];

    /// <summary>It is said each second.</summary>
    private LegMessages.Seen Fish(TestProbe probe, Func<LegMessages.Seen, bool> isIt)
    {
        for (int i = 0; i < 200; i++)
        {
            if (probe.ReceiveOne(TimeSpan.FromMilliseconds(50)) is LegMessages.Seen seen && isIt(seen))
                return seen;
            Advance(TimeSpan.FromSeconds(1));
        }

        throw new TimeoutException("nothing of the kind was said of legs");
    }
}
