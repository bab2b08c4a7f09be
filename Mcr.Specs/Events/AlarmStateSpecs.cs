using Mcr.Actors.Events;
using Mcr.Actors.Feeds;
using Mcr.Actors.Messages;
using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Specs.Events;

/// <summary>What is an alarm, from one second to the next.</summary>
public sealed class AlarmStateSpecs
{
    private static readonly AlarmSettings Settings = new(TimeSpan.FromSeconds(5), 1_000_000, 20_000_000, Loss: true, SecondSource: true, Protection: true);

    private AlarmSample _sample = new(TimeSpan.Zero, DateTimeOffset.UnixEpoch, 0, At(5_000_000), default, 0);
    private AlarmState _state;

    public AlarmStateSpecs() => _state = new AlarmState(_sample);

    [Fact]
    public void Traffic_as_it_should_be_should_be_no_news() => Assert.Empty(Run(120, s => s with { Matched = s.Matched + 100 }));

    [Fact]
    public void Silence_should_be_raised_once_after_the_limit_and_cleared_when_datagrams_have_come_for_a_while()
    {
        Run(3, Flowing);
        Assert.Empty(Run(5, s => s));
        AlarmNews raised = Assert.Single(Run(30, s => s));
        Assert.Equal((EventKind.AlarmRaised, AlarmKind.Silence, "no datagram has come for 6 s"), (raised.Kind, raised.Alarm, raised.Sentence));
        Assert.Equal(AlarmKind.Silence, Assert.Single(_state.Active).Kind);
        Assert.Empty(Run(4, Flowing));
        AlarmNews cleared = Assert.Single(Run(1, Flowing));
        Assert.Equal((EventKind.AlarmCleared, AlarmKind.Silence), (cleared.Kind, cleared.Alarm));
        Assert.Empty(_state.Active);
    }

    [Fact]
    public void Rule_that_never_had_traffic_should_say_so()
    {
        Assert.Equal("no datagram has come in the 6 s since it is relayed", Assert.Single(Run(10, s => s)).Sentence);
    }

    [Fact]
    public void Rate_should_be_out_of_bounds_when_the_last_second_and_the_last_ten_are()
    {
        Run(20, Flowing);
        Assert.Empty(Run(5, s => Flowing(s) with { Traffic = At(30_000_000, 19_000_000) }));
        Assert.Equal(AlarmKind.RateMax, Assert.Single(Run(5, s => Flowing(s) with { Traffic = At(30_000_000) })).Alarm);
        Assert.Equal(EventKind.AlarmCleared, Assert.Single(Run(5, s => Flowing(s) with { Traffic = At(500_000, 1_100_000) })).Kind); // too slow in the last second only
        Assert.Equal(AlarmKind.RateMax, Assert.Single(Run(1, s => Flowing(s) with { Traffic = At(30_000_000) })).Alarm);
        AlarmNews[] news = [.. Run(12, s => Flowing(s) with { Traffic = At(500_000) })];
        Assert.Equal([(EventKind.AlarmRaised, AlarmKind.RateMin), (EventKind.AlarmCleared, AlarmKind.RateMax)], news.Select(n => (n.Kind, n.Alarm!.Value)));
        Assert.Equal("0.5 Mbit/s in the last second and 0.5 Mbit/s in the last ten are less than 1Mbit/s", news[0].Sentence);
    }

    [Fact]
    public void New_rule_should_have_ten_seconds_to_come_to_its_rate() =>
        Assert.Empty(Run(9, s => Flowing(s) with { Traffic = At(10_000) }));

    [Fact]
    public void Loss_should_be_one_alarm_while_it_goes_on()
    {
        Run(3, Flowing);
        AlarmNews raised = Assert.Single(Run(20, s => Flowing(s) with { Losses = s.Losses + new StreamLosses(2, 7) }));
        Assert.Equal("datagrams were missing when they should have come here: 2 by sequence number, 7 MPEG-TS continuity errors", raised.Sentence);
        Assert.Equal(EventKind.AlarmCleared, Assert.Single(Run(5, Flowing)).Kind);
    }

    [Fact]
    public void Loss_of_what_is_merged_should_be_said_to_be_on_all_inputs()
    {
        Run(3, Flowing);
        Assert.Equal("datagrams were missing when they should have come here: 2 on all inputs", Assert.Single(Run(3, s => Flowing(s) with { Losses = s.Losses + new StreamLosses(2, 0), IsLostOnAll = true })).Sentence);
    }

    [Fact]
    public void Lost_protection_should_be_told_again_when_it_is_worse_and_once_when_it_is_over()
    {
        Run(3, Flowing);
        AlarmNews raised = Assert.Single(Run(5, s => Flowing(s) with { Protection = new ProtectionTrouble("two of three", IsWorse: s.Protection is null) }));
        Assert.Equal((EventKind.AlarmRaised, AlarmKind.Protection, "two of three"), (raised.Kind, raised.Alarm, raised.Sentence));
        DateTimeOffset since = Assert.Single(_state.Active).Since;
        raised = Assert.Single(Run(5, s => Flowing(s) with { Protection = new ProtectionTrouble("one of three", IsWorse: s.Protection!.Sentence == "two of three") }));
        Assert.Equal((EventKind.AlarmRaised, "one of three"), (raised.Kind, raised.Sentence));
        Assert.Equal(new ActiveAlarm(AlarmKind.Protection, since, "one of three"), Assert.Single(_state.Active));
        Assert.Empty(Run(4, s => Flowing(s) with { Protection = null }));
        AlarmNews cleared = Assert.Single(Run(10, Flowing));
        Assert.Equal((EventKind.AlarmCleared, "no alarm any more, for 5 s (one of three)"), (cleared.Kind, cleared.Sentence));
    }

    /// <summary>A rule that has no traffic just now is looked at all the same.</summary>
    [Fact]
    public void Protection_should_be_looked_at_without_traffic()
    {
        _state = new AlarmState(_sample);
        (AlarmState _, var news) = _state.Take(new AlarmSettings { Protection = true }, _sample with { At = TimeSpan.FromSeconds(1), Protection = new ProtectionTrouble("no device", IsWorse: true) });
        Assert.Equal("no device", Assert.Single(news).Sentence);
    }

    [Fact]
    public void What_was_lost_before_it_was_looked_at_should_be_no_alarm()
    {
        _state = new AlarmState(_sample with { Losses = new StreamLosses(100, 100), SourceChanges = 50 });
        _sample = _sample with { Losses = new StreamLosses(100, 100), SourceChanges = 50 };
        Assert.Empty(Run(20, Flowing));
    }

    [Fact]
    public void One_sender_after_another_should_be_news_and_no_alarm()
    {
        Run(3, Flowing);
        Assert.Equal(EventKind.SenderChanged, Assert.Single(Run(1, s => Flowing(s) with { SourceChanges = s.SourceChanges + 1 })).Kind);
        Assert.Empty(Run(30, Flowing));
        Assert.Equal(EventKind.SenderChanged, Assert.Single(Run(1, s => Flowing(s) with { SourceChanges = s.SourceChanges + 1 })).Kind);
    }

    [Fact]
    public void Senders_in_turn_should_be_an_alarm()
    {
        Run(3, Flowing);
        Assert.Equal((EventKind.AlarmRaised, AlarmKind.SecondSource), Kind(Assert.Single(Run(20, s => Flowing(s) with { SourceChanges = s.SourceChanges + 100 }))));
        Assert.Equal((EventKind.AlarmCleared, AlarmKind.SecondSource), Kind(Assert.Single(Run(20, Flowing))));
    }

    [Fact]
    public void What_flaps_should_be_held_back_more_and_more()
    {
        // A second of loss in each seven, for an hour: without the doubling that is a thousand events.
        int events = 0;
        for (int i = 0; i < 3600 / 7; i++)
        {
            events += Run(1, s => Flowing(s) with { Losses = s.Losses + new StreamLosses(1, 0) }).Count;
            events += Run(6, Flowing).Count;
        }

        Assert.InRange(events, 1, 8);
        Run(300, Flowing);
        Assert.Single(Run(1, s => Flowing(s) with { Losses = s.Losses + new StreamLosses(1, 0) }));
        Assert.Single(Run(6, Flowing)); // forgiven
    }

    [Fact]
    public void What_is_off_should_be_no_alarm()
    {
        var off = new AlarmSettings(TimeSpan.Zero, 0, 0, false, false);
        for (int i = 0; i < 30; i++)
        {
            _sample = _sample with { At = _sample.At + TimeSpan.FromSeconds(1), Losses = _sample.Losses + new StreamLosses(1, 1), SourceChanges = _sample.SourceChanges + 9, Traffic = At(0) };
            (_state, var news) = _state.Take(off, _sample);
            Assert.DoesNotContain(news, n => n.Kind != EventKind.SenderChanged);
        }
    }

    [Fact]
    public void Counters_that_begin_anew_should_end_its_alarms()
    {
        Run(3, Flowing);
        Run(10, s => s);
        Assert.Equal((EventKind.AlarmCleared, AlarmKind.Silence), Kind(Assert.Single(Run(1, s => s with { Matched = 0 }))));
    }

    private static AlarmSample Flowing(AlarmSample sample) => sample with { Matched = sample.Matched + 100, Traffic = At(5_000_000) };

    private static (EventKind, AlarmKind?) Kind(AlarmNews news) => (news.Kind, news.Alarm);

    private static TrafficView At(double bits, double? ten = null) => new(new TrafficRate(100, bits, 100, 0), new TrafficRate(100, ten ?? bits, 100, 0), null);

    private List<AlarmNews> Run(int seconds, Func<AlarmSample, AlarmSample> next)
    {
        var all = new List<AlarmNews>();
        for (int i = 0; i < seconds; i++)
        {
            _sample = next(_sample) with { At = _sample.At + TimeSpan.FromSeconds(1), Now = _sample.Now.AddSeconds(1) };
            (_state, var news) = _state.Take(Settings, _sample);
            all.AddRange(news);
        }

        return all;
    }
}
