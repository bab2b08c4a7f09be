using System.Collections.Immutable;
using Akka.Actor;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;
using Mcr.Actors.State;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>What is only asked of the relay.</summary>
public sealed partial class RelaySupervisor
{
    /// <summary>What changes nothing.</summary>
    private void Answer(object query)
    {
        switch (query)
        {
            case RelayQueries.ListRules:
                ImmutableArray<RuleView> views = [.. _state.Rules.Rules.Select(r => _state.Entries[r.Id].View with { Alarms = AlarmsOf(r) })];
                Sender.Tell(new RelayQueries.RuleList(views, RuleSetHash.Of(_state.Rules.Rules)));
                break;
            case RelayQueries.GetLinks when _links.Links.Any():
                Sender.Tell(new LinkEvents.Changed(_links));
                break;
            case RelayQueries.GetLinks:
                break;
            case OwnRules.Get:
                Sender.Tell(_state.Own());
                break;
            case OwnRules.WhenSaved when _ledger.Store is null:
                Sender.Tell(new StateEvents.Flushed());
                break;
            case OwnRules.WhenSaved:
                _saver.Forward(new StateCommands.Flush());
                break;
            case RelayQueries.GetStats:
                ImmutableArray<RuleView> rules = [.. _state.Rules.Rules.Select(r => _state.Entries[r.Id].View)];
                ImmutableDictionary<RuleId, ActiveAlarm> duplicates = _duplicates;
                AskInterfaces(reports => new RelayQueries.StatsReport([.. rules.Select(rule => StatsOf(rule, reports, duplicates))]));
                break;
            case RelayQueries.ListWorkers:
                AskInterfaces(reports => new RelayQueries.WorkerList([.. reports.Interfaces.SelectMany(r => r.Workers).OrderBy(w => w.Interface, StringComparer.Ordinal).ThenBy(w => w.Number)]));
                break;
            case RelayQueries.ListInterfaces:
                ListInterfaces();
                break;
            case RelayQueries.GetEvents or RelayQueries.GetWebhook:
                _events.Forward(query);
                break;
            case RelayQueries.GetSaving:
                Sender.Tell(new RelayQueries.SavingReport(_ledger.Store?.Directory, _unsaved?.Why, _unsaved?.Since));
                break;
            default:
                Unhandled(query);
                break;
        }
    }

    private void AskInterfaces(Func<InterfaceEvents.Reports, object> answer) =>
        _interfaces.Ask<InterfaceEvents.Reports>(new InterfaceCommands.GetReport(), _options.ApplyTimeout).PipeTo(Sender, Self, answer);

    private void ListInterfaces()
    {
        LinkTable links = _links;
        string[] names =
        [
            .. links.Links.Select(l => l.Name).Concat(_options.Interfaces.Keys)
                .Concat(_state.Rules.Rules.SelectMany(r => r.Devices.Append(r.Home)))
                .Distinct().Order(StringComparer.Ordinal),
        ];
        var rules = _state.Rules.Rules.SelectMany(r => r.Inputs.Where(i => i.From is null).Select(i => i.Interface).Append(r.Home).Distinct()).CountBy(name => name).ToDictionary();
        AskInterfaces(reports => new RelayQueries.InterfaceList([.. names.Select(name => new InterfaceView(
            name,
            FeedsHome.Find(name, links),
            rules.GetValueOrDefault(name),
            reports.Interfaces.Sum(r => r.Workers.Count(w => w.Interface == name)))
        {
            Repairs = reports.Interfaces.Where(r => r.Interface == name).Sum(r => r.Repairs),
            Counters = reports.Interfaces.FirstOrDefault(r => r.Interface == name)?.Counters,
            Traffic = reports.Interfaces.FirstOrDefault(r => r.Interface == name)?.Traffic ?? TrafficView.None,
            Queriers = [.. reports.Interfaces.Where(r => r.Interface == name).SelectMany(r => r.Queriers)],
        })]));
    }

    private static RuleStatsView StatsOf(RuleView rule, InterfaceEvents.Reports reports, ImmutableDictionary<RuleId, ActiveAlarm> duplicates)
    {
        RuleStatsView stats = reports.Interfaces.Select(r => r.Rules.GetValueOrDefault(rule.Rule.Id)).FirstOrDefault(s => s is not null) ?? new RuleStatsView(rule.Rule, 0, 0, 0, 0, 0, 0);
        return stats with { Rule = rule.Rule, IsUnanswered = reports.Unanswered.Contains(rule.Rule.Home), Status = rule.Status, Why = rule.Why, Alarms = WithDuplicate(stats.Alarms, duplicates, rule.Rule.Id) };
    }

    private ImmutableArray<ActiveAlarm> AlarmsOf(ForwardingRule rule)
    {
        ImmutableArray<ActiveAlarm> alarms = _alarms.TryGetValue(rule.Home, out var raised) && raised.TryGetValue(rule.Id, out ImmutableArray<ActiveAlarm> own) ? own : [];
        return WithDuplicate(alarms, _duplicates, rule.Id);
    }

    private static ImmutableArray<ActiveAlarm> WithDuplicate(ImmutableArray<ActiveAlarm> alarms, ImmutableDictionary<RuleId, ActiveAlarm> duplicates, RuleId id) =>
        duplicates.TryGetValue(id, out ActiveAlarm? duplicate) ? alarms.Add(duplicate) : alarms;
}
