using Mcr.Actors.Messages;
using Mcr.Native.Analysis;
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
        Assert.Single(Seconds(4));
        Sys.ActorSelection("/user/relay/interfaces/in0").Tell(new InterfaceCommands.GetTrace(null!, null!)); // it falls over that
        AwaitAssert(() => Assert.Equal([EventKind.AlarmRaised, EventKind.AlarmCleared], Alarms().Select(e => e.Kind)));
    }

    /// <returns>The alarms that are raised then.</returns>
    private ActiveAlarm[] Seconds(int count, Action<FakePort>? traffic = null)
    {
        RelayQueries.StatsReport? report = null;
        for (int i = 0; i < count; i++)
        {
            traffic?.Invoke(Platform.Ports.Last());
            _clock.Advance(TimeSpan.FromSeconds(1));
            Advance(TimeSpan.FromSeconds(1));
            Relay.Tell(new RelayQueries.GetStats(), TestActor);
            report = ExpectMsg<RelayQueries.StatsReport>();
        }

        return [.. report!.Rules.SelectMany(r => r.Alarms)];
    }

    private RelayEvent[] Alarms()
    {
        Relay.Tell(new RelayQueries.GetEvents(1, 0), TestActor);
        return [.. ExpectMsg<EventReport>().Events.Select(e => e.Event).Where(e => e.Kind is EventKind.AlarmRaised or EventKind.AlarmCleared)];
    }
}
