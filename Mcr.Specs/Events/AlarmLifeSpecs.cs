using System.Net;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Analysis;
using Mcr.Native.Feeds;
using Mcr.Native.Ingress;
using Mcr.Native.Kernel;
using Mcr.Native.Rules;
using Mcr.Specs.Supervision;

namespace Mcr.Specs.Events;

/// <summary>Alarms from the counters of an interface to what an operator is told.</summary>
public sealed class AlarmLifeSpecs : RelaySpec
{
    private readonly ManualClock _clock = new();

    public AlarmLifeSpecs(ITestOutputHelper output)
        : base(output) => Clock = _clock;

    [Fact]
    public void Alarm_should_be_an_event_and_a_part_of_the_statistics_until_it_is_over()
    {
        Ok(Video() with { Alarms = new AlarmSettings { Silence = TimeSpan.FromSeconds(2) } });
        Ok(Audio());
        Assert.Equal([], Seconds(2));
        ActiveAlarm alarm = Assert.Single(Seconds(4));
        AwaitAssert(() => Assert.Equal([alarm], List().SelectMany(r => r.Alarms)));
        Assert.Equal((AlarmKind.Silence, "no datagram has come in the 3 s since it is relayed"), (alarm.Kind, alarm.Sentence));
        RelayEvent raised = Assert.Single(Alarms());
        Assert.Equal((EventKind.AlarmRaised, EventSeverity.Warning, "video", "silence"), (raised.Kind, raised.Severity, raised.RuleName, raised.Values["alarm"]));
        Assert.EndsWith("(video): no datagram has come in the 3 s since it is relayed", raised.Sentence, StringComparison.Ordinal);

        Seconds(6, port => Interlocked.Increment(ref port.Arrived));
        Assert.Equal([EventKind.AlarmRaised, EventKind.AlarmCleared], Alarms().Select(e => e.Kind));
    }

    [Fact]
    public void Alarms_of_a_rule_that_is_removed_should_be_over()
    {
        Ok(Audio());
        Ok(Video());
        Seconds(2);
        Seconds(2, port =>
        {
            Interlocked.Increment(ref port.Arrived);
            Interlocked.Add(ref port.SourceChanges, 7);
            port.Losses += new StreamLosses(3, 0);
        });
        Assert.Equal(4, Alarms().Count(e => e.Kind == EventKind.AlarmRaised)); // of both rules
        Relay.Tell(RelayCommands.RemoveRule.ByName("video"), TestActor);
        ExpectMsg<CommandResult.Ok>();
        Seconds(1);
        Assert.Equal(["video", "video"], Alarms().Where(e => e.Kind == EventKind.AlarmCleared).Select(e => e.RuleName));
        Relay.Tell(RelayCommands.RemoveRule.ByName("audio"), TestActor);
        ExpectMsg<CommandResult.Ok>();
        AwaitAssert(() => Assert.Equal(4, Alarms().Count(e => e.Kind == EventKind.AlarmCleared))); // its interface is closed with it
    }

    [Fact]
    public void Alarms_of_an_interface_that_crashes_should_be_over()
    {
        Ok(Video() with { Alarms = new AlarmSettings { Silence = TimeSpan.FromSeconds(2) } });
        Assert.Single(Seconds(8));
        Sys.ActorSelection("/user/relay/interfaces/in0").Tell(new InterfaceCommands.GetTrace(null!, null!)); // it falls over that
        AwaitAssert(() => Assert.Equal([EventKind.AlarmRaised, EventKind.AlarmCleared], Alarms().Select(e => e.Kind)));
    }

    [Fact]
    public void Rule_for_several_ports_should_have_several_sources_and_no_alarm_for_it()
    {
        ForwardingRule video = Video();
        Ok(video with { Input = video.Input with { LastPort = 5001 }, Outputs = [video.Outputs[0] with { LastPort = 6001 }] });
        Seconds(2);
        Seconds(4, port =>
        {
            Interlocked.Increment(ref port.Arrived);
            Interlocked.Add(ref port.SourceChanges, 7);
        });
        Assert.Empty(Alarms());
    }

    [Fact]
    public void Segment_without_a_querier_should_be_one_event_of_its_interface_whatever_its_rules()
    {
        Ok(Video() with { Alarms = new AlarmSettings { Querier = false } });
        Seconds(300);
        Assert.Empty(Alarms()); // the only rule does not want it
        Assert.Equal((false, null), (Querier().IsIPv6, Querier().Alarm));
        Ok(Audio());
        Ok(TestRules.Rule("in0", "239.1.1.8", 5008, "more", "10.9.9.8:6000:out1"));
        Seconds(100);
        RelayEvent raised = Assert.Single(Alarms());
        Assert.Equal((EventKind.AlarmRaised, "in0", null, "querier"), (raised.Kind, raised.Interface, raised.RuleName, raised.Values["alarm"]));
        Assert.Equal(AlarmKind.Querier, Querier().Alarm?.Kind);

        Platform.Ports.Last().Queries.Enqueue(new MembershipQuery(IPAddress.Parse("10.1.0.254"), 2, MembershipQuery.DefaultPatience));
        Seconds(1);
        Assert.Equal([EventKind.AlarmRaised, EventKind.AlarmCleared], Alarms().Select(e => e.Kind));
        Assert.Equal((IPAddress.Parse("10.1.0.254"), "IGMPv2"), (Querier().Heard!.Address, Querier().Heard!.Protocol));

        // Another device of that name is another segment: what was heard before is nothing there.
        Platform.SetLinks(FakePlatform.Device("in0", 9), FakePlatform.Device("out0", 2), FakePlatform.Device("out1", 3));
        AwaitAssert(() => Assert.Equal(2, Platform.Ports.Count));
        AwaitAssert(() =>
        {
            Seconds(1);
            Assert.Null(Querier().Heard);
        });
    }

    [Fact]
    public void Interface_that_joins_nothing_or_cannot_listen_should_have_no_querier_alarm()
    {
        Ok(TestRules.Rule("in0", "10.1.0.2", 5000, "unicast", "239.2.2.2:6000:out0"));
        Ok(Video() with { Id = new RuleId("local"), Name = "local", Input = Video().Input with { Group = IPAddress.Parse("224.0.0.251") } }); // which switches send everywhere
        Seconds(300);
        Assert.Empty(Queriers());
        Ok(Video());
        Platform.Ports.Last().RefuseQueries = "no descriptors";
        Seconds(300);
        Assert.Empty(Alarms()); // what cannot be heard may be there
        Platform.Ports.Last().RefuseQueries = null;
        Seconds(262);
        Assert.Single(Alarms());
        Platform.SetLinks(FakePlatform.Device("out0", 2), FakePlatform.Device("out1", 3));
        AwaitAssert(() => Assert.EndsWith("it is closed", Alarms().Last().Sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void Route_of_the_kernel_should_be_an_alarm_of_its_rule_and_be_looked_for_every_ten_seconds()
    {
        Ok(TestRules.Rule("in0", "239.1.1.1", 5000, "video", "239.1.1.1:5000:out0"));
        Ok(Audio());
        Platform.Tables = new HostTables([new MulticastRoute(IPAddress.Parse("239.1.1.1"), IPAddress.Any, "in0", ["out0"])], [new BoundSocket(IPAddress.Any, 5009, 0, 7)]);
        Platform.Holders[7] = new SocketHolder(false, new SocketOwner(77, "ffplay"));
        Advance(TimeSpan.FromSeconds(10));
        AwaitAssert(() => Assert.Equal(["video"], Alarms().Select(e => e.RuleName)));
        AwaitAssert(() => Assert.Equal([AlarmKind.Duplicate], Raised().Select(a => a.Kind)));
        Assert.Equal("audio", Assert.Single(Events(EventKind.LocalListener)).RuleName);
        int looks = Volatile.Read(ref Platform.Looks);
        Platform.Tables = HostTables.Empty;
        for (int i = 0; i < 10; i++)
            Advance(TimeSpan.FromSeconds(1));
        AwaitAssert(() => Assert.Equal(looks + 1, Volatile.Read(ref Platform.Looks)));
        for (int i = 0; i < 10; i++)
            Advance(TimeSpan.FromSeconds(1));
        AwaitAssert(() => Assert.Equal([EventKind.AlarmRaised, EventKind.AlarmCleared], Alarms().Select(e => e.Kind)));
        Assert.Equal(looks + 2, Volatile.Read(ref Platform.Looks));
        AwaitAssert(() => Assert.Empty(Raised()));
        Assert.Equal(["listens", "gone"], Events(EventKind.LocalListener).Select(e => e.Values["state"]));
    }

    [Fact]
    public void Rules_for_which_duplicates_are_no_alarm_should_cost_no_look()
    {
        Ok(Video() with { Alarms = new AlarmSettings { Duplicate = false } });
        Ok(TestRules.Rule("in0", "10.1.0.2", 5000, "unicast", "239.2.2.2:6000:out0"));
        for (int i = 0; i < 3; i++)
            Advance(TimeSpan.FromSeconds(10));
        List(); // after what the ticks have asked the relay
        Assert.Equal(0, Volatile.Read(ref Platform.Looks));
    }

    [Fact]
    public void Input_that_is_lost_should_be_an_alarm_and_a_part_of_the_statistics_until_it_is_back()
    {
        Ok(Merged);
        Assert.Equal([], Seconds(3, port => Bring(port, SelectMode.Merge, first: 0, second: 0)));
        Assert.Equal(["alive", "alive"], Inputs().Inputs.Select(i => i.Words));
        ActiveAlarm alarm = Assert.Single(Seconds(2, port => Bring(port, SelectMode.Merge, first: 0, second: 3.2)));
        Assert.Equal(AlarmKind.Protection, alarm.Kind);
        Assert.StartsWith("protection lost: only input 1 of 2 is alive (239.1.1.1:5000 on in0); input 2 (239.1.1.2:5000 on out1) is silent since ", alarm.Sentence, StringComparison.Ordinal);
        SelectView view = Inputs();
        Assert.Equal(["alive", "silent for 3.2 s"], view.Inputs.Select(i => i.Words));
        Assert.Equal(_brought * 2, view.Report.Merged);
        RelayEvent raised = Assert.Single(Alarms());
        Assert.Equal((EventKind.AlarmRaised, "merged", "protection"), (raised.Kind, raised.RuleName, raised.Values["alarm"]));
        Seconds(6, port => Bring(port, SelectMode.Merge, first: 0, second: 0));
        Assert.Equal([EventKind.AlarmRaised, EventKind.AlarmCleared], Alarms().Select(e => e.Kind));
    }

    [Fact]
    public void Device_of_an_input_that_goes_should_be_lost_protection()
    {
        Ok(Merged);
        Seconds(2, port => Bring(port, SelectMode.Merge, first: 0, second: 0));
        Platform.SetLinks(FakePlatform.Device("in0", 1), FakePlatform.Device("out0", 2));
        AwaitAssert(() => Assert.Equal(["alive", "no device"], Inputs().Inputs.Select(i => i.Words)));
        Assert.EndsWith("input 2 (239.1.1.2:5000 on out1) has no device", Assert.Single(Seconds(2, port => Bring(port, SelectMode.Merge, first: 0, second: 0))).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Rule_that_does_without_should_have_no_alarm_of_its_inputs()
    {
        Ok(Merged with { Alarms = new AlarmSettings { Protection = false } });
        Assert.Equal([], Seconds(8, port => Bring(port, SelectMode.Merge, first: 0, second: 9)));
    }

    [Fact]
    public void What_is_lost_on_all_inputs_should_be_the_loss()
    {
        Ok(Merged);
        Seconds(2, port => Bring(port, SelectMode.Merge, first: 0, second: 0));
        ActiveAlarm alarm = Assert.Single(Seconds(2, port => Bring(port, SelectMode.Merge, first: 0, second: 0, lost: 7)));
        Assert.Equal((AlarmKind.Loss, "datagrams were missing when they should have come here: 7 on all inputs"), (alarm.Kind, alarm.Sentence));
    }

    [Fact]
    public void Switch_of_a_failover_should_be_an_event()
    {
        Ok(Merged with { Select = new SelectSettings(SelectMode.Failover, null) });
        Seconds(2, port => Bring(port, SelectMode.Failover, first: 0, second: 0));
        Seconds(1, port => Bring(port, SelectMode.Failover, first: 0.3, second: 0, current: 1));
        RelayEvent news = Assert.Single(Events(EventKind.Input));
        Assert.Equal((EventSeverity.Warning, "merged", "2", "1"), (news.Severity, news.RuleName, news.Values["input"], news.Values["switches"]));
        Assert.EndsWith("(merged): input 2 of 2 (239.1.1.2:5000 on out1) is relayed now, in place of input 1 (239.1.1.1:5000 on in0: silent for 0.3 s)", news.Sentence, StringComparison.Ordinal);
    }

    private static readonly ForwardingRule Merged = FeedRules.Rule("merged", "239.2.2.2:6000:out0", "in0 239.1.1.1:5000", "out1 239.1.1.2:5000");

    private long _brought;

    private SelectView Inputs()
    {
        Relay.Tell(new RelayQueries.GetStats(), TestActor);
        return Assert.Single(ExpectMsg<RelayQueries.StatsReport>().Rules).Select!;
    }

    /// <summary>A second of a stream by two inputs, which have been heard so many seconds ago.</summary>
    private void Bring(FakePort port, SelectMode mode, double first, double second, long lost = 0, int current = 0)
    {
        long all = ++_brought;
        Interlocked.Increment(ref port.Arrived);
        port.Select = (asked, inputs) => asked != mode || inputs != 2 ? SelectReport.Nothing(inputs) : new SelectReport(all * 2, lost, 0, 0, 0, current, [Heard(all, first), Heard(all, second)])
        {
            Current = mode == SelectMode.Failover ? current : null,
        };
    }

    private static SelectInputReport Heard(long all, double seconds) => SelectInputReport.Nothing with { Received = all, Heard = TimeSpan.FromSeconds(seconds), Good = TimeSpan.FromSeconds(seconds) };

    private ActiveAlarm[] Raised()
    {
        Relay.Tell(new RelayQueries.GetStats(), TestActor);
        return [.. ExpectMsg<RelayQueries.StatsReport>().Rules.SelectMany(r => r.Alarms)];
    }

    private QuerierView Querier() => Assert.Single(Queriers());

    private QuerierView[] Queriers()
    {
        Relay.Tell(new RelayQueries.ListInterfaces(), TestActor);
        return [.. ExpectMsg<RelayQueries.InterfaceList>().Interfaces.Single(i => i.Name == "in0").Queriers];
    }

    /// <returns>The alarms that are raised then.</returns>
    private ActiveAlarm[] Seconds(int count, Action<FakePort>? traffic = null)
    {
        ActiveAlarm[] raised = [];
        for (int i = 0; i < count; i++)
        {
            traffic?.Invoke(Platform.Ports.Last());
            _clock.Advance(TimeSpan.FromSeconds(1));
            Advance(TimeSpan.FromSeconds(1));
            raised = Raised();
        }

        return raised;
    }

    private RelayEvent[] Alarms() => Events(EventKind.AlarmRaised, EventKind.AlarmCleared);

    private RelayEvent[] Events(params EventKind[] kinds)
    {
        Relay.Tell(new RelayQueries.GetEvents(1, 0), TestActor);
        return [.. ExpectMsg<EventReport>().Events.Select(e => e.Event).Where(e => kinds.Contains(e.Kind))];
    }
}
