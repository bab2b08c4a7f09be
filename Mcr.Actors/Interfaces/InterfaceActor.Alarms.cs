using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Native.Netlink;
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
        Tell(_open.Alarms.Sample(Relayed()));
        LookForQueriers(_open);
    }

    private void LookForQueriers(OpenPort open)
    {
        string? before = open.Queriers.Refusal;
        Link? link = _links is { } links ? FeedsHome.Find(_name, links) : null;
        foreach (RelayEvent news in open.Queriers.Sample(_state.Planned, link))
            Tell(news);
        if (open.Queriers.Refusal is { } refusal && refusal != before)
            _alarmLog.Warning("{Interface}: whether a querier asks for memberships cannot be told: {Why}", _name, refusal);
    }

    private IEnumerable<RelayedRule> Relayed()
    {
        foreach ((RuleId id, ForwardingRule rule) in _state.Planned)
        {
            if (_state.Outcomes.TryGetValue(id, out RuleOutcome? outcome) && outcome.IsRelayed && _open!.Meters.Find(id) is var (index, traffic))
                yield return new RelayedRule(rule, index, traffic) { AbsentInputs = _state.AbsentInputs(id) };
        }
    }

    private void DropAlarms()
    {
        Tell(_open!.Alarms.DropAll());
        foreach (RelayEvent news in _open.Queriers.DropAll())
            Tell(news);
    }

    /// <summary>After a crash there is nobody else who knows of its alarms.</summary>
    private void EndAbruptly()
    {
        if (_open is null)
            return;
        _open.Port.Dispose();
        DropTakeovers();
        DropAlarms();
        DropLegs();
    }

    private void Tell(IReadOnlyList<(ForwardingRule Rule, AlarmNews News)> all)
    {
        foreach ((ForwardingRule rule, AlarmNews news) in all)
            Tell(news.Of(rule));
        if (all.Count > 0)
            _supervisor.Tell(new InterfaceEvents.AlarmsChanged(_name, _open!.Alarms.All));
    }

    private void Tell(RelayEvent news) => Context.System.EventStream.Announce(_alarmLog, news);
}
