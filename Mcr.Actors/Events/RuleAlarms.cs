using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Rules;

namespace Mcr.Actors.Events;

/// <summary>The alarms of one interface's rules: who has which, from what is read once a second. Owned by the interface's actor.</summary>
/// <param name="defaults">Complete.</param>
internal sealed class RuleAlarms(IInterfacePort port, AlarmSettings defaults, TimeProvider time)
{
    private readonly Dictionary<RuleId, (int Index, ForwardingRule Rule, AlarmState State)> _rules = [];

    /// <param name="relayed">Rules that workers have, with their counter entries and rates; of the others the alarms are over.</param>
    /// <returns>In the order in which it is to be told.</returns>
    public IReadOnlyList<(ForwardingRule Rule, AlarmNews News)> Sample(IEnumerable<(ForwardingRule Rule, int Index, TrafficView Traffic)> relayed)
    {
        var news = new List<(ForwardingRule, AlarmNews)>();
        HashSet<RuleId> gone = [.. _rules.Keys];
        foreach ((ForwardingRule rule, int index, TrafficView traffic) in relayed)
        {
            AlarmSettings settings = Of(rule);
            AlarmSample now = Read(rule, index, traffic, settings);
            bool isKnown = _rules.TryGetValue(rule.Id, out (int Index, ForwardingRule Rule, AlarmState State) known);
            gone.Remove(rule.Id);
            if (isKnown && known.Index == index)
            {
                (AlarmState next, ImmutableArray<AlarmNews> told) = known.State.Take(settings, now);
                if (!ReferenceEquals(next, known.State) || !ReferenceEquals(rule, known.Rule))
                    _rules[rule.Id] = (index, rule, next);
                foreach (AlarmNews each in told)
                    news.Add((rule, each));
            }
            else
            {
                if (isKnown)
                    Drop(known.Rule, known.State, "it is counted anew", news);
                _rules[rule.Id] = (index, rule, new AlarmState(now));
            }
        }

        foreach (RuleId id in gone)
        {
            Drop(_rules[id].Rule, _rules[id].State, "the rule is not relayed any more", news);
            _rules.Remove(id);
        }

        return news;
    }

    /// <summary>Nothing is relayed any more.</summary>
    public IReadOnlyList<(ForwardingRule Rule, AlarmNews News)> DropAll()
    {
        var news = new List<(ForwardingRule, AlarmNews)>();
        foreach ((_, ForwardingRule rule, AlarmState state) in _rules.Values)
            Drop(rule, state, "its interface is closed", news);
        _rules.Clear();
        return news;
    }

    public ImmutableArray<ActiveAlarm> Active(RuleId id) => _rules.TryGetValue(id, out var rule) ? rule.State.Active : [];

    /// <summary>Those of all rules that have any.</summary>
    public ImmutableDictionary<RuleId, ImmutableArray<ActiveAlarm>> All => _rules.Where(r => !r.Value.State.Active.IsEmpty).ToImmutableDictionary(r => r.Key, r => r.Value.State.Active);

    private AlarmSettings Of(ForwardingRule rule) => rule.Alarms.Over(defaults);

    private static void Drop(ForwardingRule rule, AlarmState state, string why, List<(ForwardingRule, AlarmNews)> news)
    {
        foreach (AlarmNews each in state.Drop(why))
            news.Add((rule, each));
    }

    private AlarmSample Read(ForwardingRule rule, int index, TrafficView traffic, AlarmSettings settings)
    {
        RuleCounters counters = port.ReadRule(index);
        bool isOneStream = rule.Input.Range.IsExact && rule.Select is null; // several groups have several senders, and so may several inputs have
        return new AlarmSample(
            time.GetElapsedTime(0),
            time.GetUtcNow(),
            counters.Matched,
            traffic,
            settings.Loss == true ? port.ReadLosses(index) : default,
            isOneStream ? counters.SourceChanges : 0);
    }
}
