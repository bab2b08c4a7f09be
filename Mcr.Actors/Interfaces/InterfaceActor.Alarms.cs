using Akka.Event;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>Alarms of its rules: looked at with each sample, told as events and in the log.</summary>
internal sealed partial class InterfaceActor
{
    /// <summary>Of a facility of their own.</summary>
    private readonly ILoggingAdapter _alarmLog = Logging.GetLogger(Context.System, typeof(AlarmState));

    private void LookForAlarms()
    {
        if (_open is null)
            return;
        foreach ((ForwardingRule rule, AlarmNews news) in _open.Alarms.Sample(Relayed()))
            Tell(news, news.Of(rule));
    }

    private IEnumerable<(ForwardingRule Rule, int Index, TrafficView Traffic)> Relayed()
    {
        foreach ((RuleId id, ForwardingRule rule) in _state.Planned)
        {
            if (_state.Outcomes.TryGetValue(id, out RuleOutcome? outcome) && outcome.IsRelayed && _open!.Meters.Find(id) is var (index, traffic))
                yield return (rule, index, traffic);
        }
    }

    private void DropAlarms()
    {
        foreach ((ForwardingRule rule, AlarmNews news) in _open!.Alarms.DropAll())
            Tell(news, news.Of(rule));
    }

    /// <summary>After a crash there is nobody else who knows of its alarms.</summary>
    private void EndAbruptly()
    {
        if (_open is null)
            return;
        _open.Port.Dispose();
        DropAlarms();
    }

    private void Tell(AlarmNews news, RelayEvent event_)
    {
        if (news.IsRaised)
            _alarmLog.Warning("alarm: {Sentence}", event_.Sentence);
        else
            _alarmLog.Info("{Sentence}", event_.Sentence);
        Context.System.EventStream.Publish(event_);
    }
}
