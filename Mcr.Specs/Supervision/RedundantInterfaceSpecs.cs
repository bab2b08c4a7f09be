using System.Collections.Immutable;
using System.Net;
using Akka.Actor;
using Akka.TestKit;
using Mcr.Actors.Configuration;
using Mcr.Actors.Messages;
using Mcr.Actors.Redundancy;
using Mcr.Actors.State;
using Mcr.Native.Netlink;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using static Mcr.Specs.Supervision.FakePlatform;

namespace Mcr.Specs.Supervision;

/// <summary>What an interface does for its redundant rules, and does not for others.</summary>
public sealed class RedundantInterfaceSpecs : RelaySpec
{
    private static readonly Link In = Device("in0", 1);
    private static readonly Link Out = Device("out0", 2);
    private static readonly Link Other = Device("out1", 3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public RedundantInterfaceSpecs(ITestOutputHelper output)
        : base(output) => Options = Options with
        {
            Configuration = new RunningConfiguration(new SettingsSources(), SettingsReader.Read(new SettingsSources { ConfigFile = "spec", Text = GeneratedRules.Cluster, WithoutDropIns = true }).Settings!),
        };

    internal override RuleLedger Ledger { get; } = new(Overlay.On([], GeneratedRules.Node));

    [Fact]
    public void Redundant_rule_should_be_listened_for_on_its_outputs_until_it_is_gone()
    {
        Ok(Audio());
        Ok(Redundant());
        FakeWorker worker = NextWorker();
        ResolvedRule rule = AwaitRule(worker);
        Assert.Equal((100, 1), (rule.Redundancy!.AfterMilliseconds, rule.Redundancy.Rank));
        ResolvedEcho echo = Assert.Single(rule.Redundancy.Echoes);
        Assert.Equal((IPAddress.Parse("239.2.2.2"), 6000, 0), (echo.Group, echo.Port, echo.Peers.Length));
        Assert.True(rule.Outputs.Single().Options.IsRedundant);
        Assert.Contains($"echo {echo.Socket} out0", Platform.Journal);
        Assert.Contains("join 239.2.2.2 on out0", Platform.Journal);

        TakeJournal();
        Relay.Tell(RelayCommands.RemoveRule.ByName("video"), TestActor);
        ExpectMsg<CommandResult.Ok>();
        AwaitAssert(() => Assert.Superset(new HashSet<string> { "leave 239.2.2.2 on out0", $"close {echo.Socket}", "leave 239.1.1.1" }, new HashSet<string>(Platform.Journal)));
    }

    /// <summary>Rules on one group, and rules without ha, need no other socket.</summary>
    [Fact]
    public void Echoes_of_one_device_should_share_a_socket_and_rules_without_ha_have_none()
    {
        Ok(Redundant());
        Ok(Redundant("239.1.1.2", "239.2.2.3:6000:out0", "more"));
        Ok(Audio());
        Assert.Single(Platform.Journal, l => l.StartsWith("echo ", StringComparison.Ordinal));
        Assert.Equal(["join 239.2.2.2 on out0", "join 239.2.2.3 on out0"], Platform.Journal.Where(l => l.Contains(" on ", StringComparison.Ordinal)).Order());
    }

    /// <summary>It takes its peers for dead more slowly; it does not fail.</summary>
    [Fact]
    public void Rule_whose_outputs_cannot_be_heard_should_run_all_the_same()
    {
        Platform.RefuseEgress = key => key.Kind == Mcr.Native.Egress.EgressKind.Echo ? "too many open files" : null;
        Ok(Redundant());
        Assert.Empty(AwaitRule(NextWorker()).Redundancy!.Echoes);
        AwaitAssert(() => Assert.Equal(RuleStatus.Active, List().Single().Status));
    }

    [Fact]
    public void Peers_should_lead_to_one_changed_rule_and_be_kept()
    {
        Ok(Audio());
        ForwardingRule video = Redundant();
        Ok(video);
        FakeWorker worker = NextWorker();
        AwaitRule(worker);
        TakeJournal();
        var peers = new EchoPeers([(0x020000000001, 0)]);
        Wish(video, new TakeoverWish { Peers = peers });
        AwaitAssert(() => Assert.Equal(peers.All, AwaitRule(worker).Redundancy!.Echoes.Single().Peers));
        Wish(video, new TakeoverWish { Peers = new EchoPeers([(0x020000000001, 0)]), Number = 2 });
        Wish(video, new TakeoverWish { Number = 3 }); // nobody is known any more
        AwaitAssert(() => Assert.Equal(3, Orders().Number));
        Assert.Equal(peers.All, AwaitRule(worker).Redundancy!.Echoes.Single().Peers);
        Assert.Single(TakeJournal(), l => l.StartsWith("rules", StringComparison.Ordinal));
    }

    [Fact]
    public void Wishes_should_be_given_to_the_workers()
    {
        ForwardingRule video = Redundant();
        Ok(video);
        Wish(video, new TakeoverWish { IsFree = true, IsSuspect = true, Number = 7, Kind = TakeoverOrder.YieldTo, Rank = 3 });
        long until = 1_000_000_000_000 + 1_000_000_000; // the port's clock and a lease
        AwaitAssert(() => Assert.Equal(new TakeoverOrders { FreeUntil = until, SuspectUntil = until, Order = TakeoverOrders.Make(7, TakeoverOrder.YieldTo, 3) }, Orders()));
        Wish(video, new TakeoverWish { IsWithheld = true });
        AwaitAssert(() => Assert.Equal(new TakeoverOrders { Withheld = 1 }, Orders()));
    }

    /// <summary>Also while the workers have not answered to something else.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Link_that_goes_down_should_withhold_the_rule_at_once(bool isOutput)
    {
        Ok(Redundant());
        FakeWorker worker = NextWorker();
        AwaitAssert(() => Assert.Equal(0, Orders().Withheld));
        worker.Obedience &= ~Obedience.ApplyRules;
        Relay.Tell(new RelayCommands.AddRule(Audio(), "spec"), TestActor);
        AwaitAssert(() => Assert.Equal(2, worker.Rules!.Rules.Length));
        Platform.SetLinks(isOutput ? In : In with { IsRunning = false }, isOutput ? Out with { IsUp = false, IsRunning = false } : Out, Other);
        AwaitAssert(() => Assert.Equal(1, Orders().Withheld));
        Platform.SetLinks(In, Out, Other);
        AwaitAssert(() => Assert.Equal(0, Orders().Withheld));
    }

    [Fact]
    public void What_workers_decide_should_be_said_on_change_and_each_half_second()
    {
        TestProbe probe = Listener();
        ForwardingRule video = Redundant();
        Ok(video);
        Worker(forwards: false);
        Advance(Look);
        TakeoverView first = Next(probe, video);
        Assert.Equal((false, TakeoverCause.Began, null), (first.IsForwarding, first.Cause, first.Unfit));
        for (int i = 0; i < 9; i++)
            Advance(Look); // nothing new
        Worker(forwards: true);
        Advance(Look);
        TakeoverView second = Next(probe, video);
        Assert.Equal((true, TakeoverCause.Ordered, 1), (second.IsForwarding, second.Cause, second.Takeovers));
        for (int i = 0; i < 10; i++)
            Advance(Look);
        Assert.True(Next(probe, video).IsForwarding); // once more
        Platform.SetLinks(In, Out with { IsRunning = false }, Other);
        AwaitAssert(() => Assert.Equal(1, Orders().Withheld));
        Advance(Look);
        Assert.Equal("its output out0 has no carrier", Next(probe, video).Unfit);
    }

    [Fact]
    public void Rule_that_is_gone_should_be_said_to_be_and_cost_nothing_more()
    {
        (TestProbe probe, ForwardingRule video) = Forwarded(Audio());
        Relay.Tell(RelayCommands.RemoveRule.ByName("video"), TestActor);
        ExpectMsg<CommandResult.Ok>();
        Assert.Empty(probe.ExpectMsg<RedundancyMessages.Seen>().Rules);
        int looks = Port.TakeoverLooks;
        Advance(TimeSpan.FromSeconds(5));
        Workers();
        Assert.Equal(looks, Port.TakeoverLooks);
    }

    /// <summary>The interface is closed with its last rule, and nobody is left who looks.</summary>
    [Fact]
    public void Last_rule_that_is_gone_should_be_said_to_be()
    {
        (TestProbe probe, ForwardingRule video) = Forwarded();
        Relay.Tell(RelayCommands.RemoveRule.ByName("video"), TestActor);
        ExpectMsg<CommandResult.Ok>();
        Assert.Empty(probe.ExpectMsg<RedundancyMessages.Seen>().Rules);
    }

    /// <summary>Or this node would be said to forward, by a worker that has ended.</summary>
    [Fact]
    public void Rule_whose_devices_are_gone_should_be_said_not_to_be_forwarded()
    {
        (TestProbe probe, ForwardingRule video) = Forwarded(Audio());
        Platform.SetLinks(In, Other);
        AwaitAssert(() => Assert.Equal(RuleStatus.Pending, List().Single(r => r.Rule.Id == video.Id).Status));
        Advance(Look);
        TakeoverView idle = Next(probe, video);
        Assert.Equal((false, TakeoverCause.Withheld, "its output out0 does not exist"), (idle.IsForwarding, idle.Cause, idle.Unfit));
        Platform.SetLinks(Out, Other);
        TakeoverView closed = Next(probe, video);
        Assert.Equal((false, "its input in0 does not exist"), (closed.IsForwarding, closed.Unfit));
    }

    [Fact]
    public void Rules_without_ha_should_cost_nothing()
    {
        TestProbe probe = Listener();
        Ok(Video());
        Ok(Audio());
        Wish(Video(), new TakeoverWish { IsFree = true, Peers = new EchoPeers([(1, 0)]) });
        Advance(TimeSpan.FromSeconds(5));
        Workers();
        Assert.Equal((0, 0), (Port.TakeoverLooks, Port.Orders.Count));
        Assert.DoesNotContain(Platform.Journal, l => l.StartsWith("echo", StringComparison.Ordinal) || l.Contains(" on ", StringComparison.Ordinal));
        Assert.False(probe.HasMessages);
    }

    private FakePort Port => Platform.Ports.Single();

    private static ForwardingRule Redundant(string group = "239.1.1.1", string output = "239.2.2.2:6000:out0", string name = "video") =>
        TestRules.Rule("in0", group, 5000, name, output) with { Redundancy = new RedundancySettings([GeneratedRules.Node, "relay-b"], "relay-b", true, 100) };

    private ResolvedRule AwaitRule(FakeWorker worker)
    {
        AwaitCondition(() => worker.Rules?.Rules.Any(r => r.Redundancy is not null) == true, TimeSpan.FromSeconds(10));
        return worker.Rules!.Rules.Single(r => r.Redundancy is not null);
    }

    private TakeoverOrders Orders() => Port.Orders.Single().Value;

    private void Wish(ForwardingRule rule, TakeoverWish wish) =>
        Sys.EventStream.Publish(new RedundancyMessages.Wish(ImmutableDictionary<RuleId, TakeoverWish>.Empty.Add(rule.Id, wish)));

    /// <summary>The loop's word for the one redundant rule.</summary>
    private void Worker(bool forwards)
    {
        Takeover takeover = default;
        takeover.Use(1, new TakeoverSettings(100_000_000, 1));
        if (forwards)
            takeover.Obey(2, new TakeoverOrders { Order = TakeoverOrders.Make(1, TakeoverOrder.Take) });
        AwaitAssert(() => Assert.Single(Port.Orders));
        Port.Takeovers[Port.Orders.Single().Key] = takeover;
    }

    /// <summary>The redundant rule, which is said to be forwarded here, beside these.</summary>
    private (TestProbe Probe, ForwardingRule Rule) Forwarded(params ForwardingRule[] beside)
    {
        TestProbe probe = Listener();
        ForwardingRule video = Redundant();
        foreach (ForwardingRule rule in beside)
            Ok(rule);
        Ok(video);
        Worker(forwards: true);
        Advance(Look);
        Assert.True(Next(probe, video).IsForwarding);
        return (probe, video);
    }

    private TestProbe Listener()
    {
        TestProbe probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(RedundancyMessages.Seen));
        return probe;
    }

    private static TakeoverView Next(TestProbe probe, ForwardingRule rule) => probe.ExpectMsg<RedundancyMessages.Seen>(TimeSpan.FromSeconds(10)).Rules[rule.Id];
}
