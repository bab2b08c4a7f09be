using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;
using Mcr.Specs.Supervision;

namespace Mcr.Specs.Events;

public sealed class RuleAlarmsSpecs : IDisposable
{
    private static readonly ForwardingRule Video = TestRules.Rule("in0", "239.1.1.1", 5000, "video", "239.2.2.2:6000:out0");

    private readonly ManualClock _clock = new();
    private readonly FakePort _port = new(new FakePlatform("in0", "out0"), FakePlatform.Device("in0", 1), 1);

    public void Dispose() => _port.Dispose();

    /// <summary>The same id for another stream: nobody else would ever say that the alarm of the first is over.</summary>
    [Fact]
    public void Rule_that_is_counted_anew_should_have_no_alarm_of_before()
    {
        var alarms = new RuleAlarms(_port, new AlarmSettings(TimeSpan.FromSeconds(5), 0, 0, Loss: true, SecondSource: true, Querier: false, Duplicate: false), _clock);
        Assert.Equal([EventKind.AlarmRaised], Seconds(alarms, Video, entry: 1, count: 8));
        Assert.NotEmpty(alarms.All);
        ForwardingRule other = Video with { Input = Video.Input with { Port = 5002 } };
        Assert.Equal([EventKind.AlarmCleared], Seconds(alarms, other, entry: 2, count: 1));
        Assert.Empty(alarms.All);
        Assert.Equal([EventKind.AlarmRaised], Seconds(alarms, other, entry: 2, count: 8));
    }

    private EventKind[] Seconds(RuleAlarms alarms, ForwardingRule rule, int entry, int count) =>
        [.. Enumerable.Range(0, count).SelectMany(_ =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return alarms.Sample([new RelayedRule(rule, entry, TrafficView.None)]);
        }).Select(n => n.News.Kind)];
}
