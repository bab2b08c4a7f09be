using System.Collections.Immutable;
using Mcr.Actors.Feeds;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Analysis;
using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Actors.Events;

/// <summary>The alarms of one interface's rules: who has which, from what is read once a second. Owned by the interface's actor.</summary>
/// <param name="defaults">Complete.</param>
internal sealed class RuleAlarms(IInterfacePort port, AlarmSettings defaults, TimeProvider time)
{
    private readonly Dictionary<RuleId, (int Index, ForwardingRule Rule, AlarmState State)> _rules = [];
    private readonly Dictionary<RuleId, InputWatch> _inputs = []; // of those with several

    /// <param name="relayed">Rules that workers have, with their counter entries and rates; of the others the alarms are over.</param>
    /// <returns>In the order in which it is to be told.</returns>
    public IReadOnlyList<(ForwardingRule Rule, AlarmNews News)> Sample(IEnumerable<RelayedRule> relayed)
    {
        var news = new List<(ForwardingRule, AlarmNews)>();
        HashSet<RuleId> gone = [.. _rules.Keys];
        foreach (RelayedRule each in relayed)
        {
            (ForwardingRule rule, int index, TrafficView traffic) = each;
            AlarmSettings settings = Of(rule);
            bool isKnown = _rules.TryGetValue(rule.Id, out (int Index, ForwardingRule Rule, AlarmState State) known);
            gone.Remove(rule.Id);
            SelectReport? report = rule.Select is { } select ? port.ReadSelect(index, select.Mode, rule.MoreInputs.Length + 1) : null;
            ProtectionTrouble? protection = report is null ? ForgetInputs(rule.Id) : LookAtInputs(each, report, isKnown && known.Index == index, news);
            AlarmSample now = Read(rule, index, traffic, settings, report) with { Protection = protection };
            if (isKnown && known.Index == index)
            {
                (AlarmState next, ImmutableArray<AlarmNews> told) = known.State.Take(settings, now);
                if (!ReferenceEquals(next, known.State) || !ReferenceEquals(rule, known.Rule))
                    _rules[rule.Id] = (index, rule, next);
                foreach (AlarmNews one in told)
                    news.Add((rule, one));
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
            ForgetInputs(id);
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
        _inputs.Clear();
        return news;
    }

    public ImmutableArray<ActiveAlarm> Active(RuleId id) => _rules.TryGetValue(id, out var rule) ? rule.State.Active : [];

    /// <summary>Those of all rules that have any.</summary>
    public ImmutableDictionary<RuleId, ImmutableArray<ActiveAlarm>> All => _rules.Where(r => !r.Value.State.Active.IsEmpty).ToImmutableDictionary(r => r.Key, r => r.Value.State.Active);

    /// <summary>Of a rule with several inputs: a bit for each that is too late, as far as is known.</summary>
    public int LateInputs(RuleId id) => _inputs.TryGetValue(id, out InputWatch? watch) ? watch.Late : 0;

    private ProtectionTrouble? LookAtInputs(RelayedRule rule, SelectReport now, bool isSameEntry, List<(ForwardingRule, AlarmNews)> news)
    {
        RuleId id = rule.Rule.Id;
        if (!isSameEntry || !_inputs.TryGetValue(id, out InputWatch? watch) || !watch.Fits(now))
        {
            _inputs[id] = new InputWatch(now);
            return null;
        }

        (_inputs[id], ImmutableArray<AlarmNews> told) = watch.Take(rule.Rule, now, rule.AbsentInputs, time.GetUtcNow());
        foreach (AlarmNews each in told)
            news.Add((rule.Rule, each));
        return _inputs[id].Trouble;
    }

    private ProtectionTrouble? ForgetInputs(RuleId id)
    {
        _inputs.Remove(id);
        return null;
    }

    private AlarmSettings Of(ForwardingRule rule) => rule.Alarms.Over(defaults);

    private static void Drop(ForwardingRule rule, AlarmState state, string why, List<(ForwardingRule, AlarmNews)> news)
    {
        foreach (AlarmNews each in state.Drop(why))
            news.Add((rule, each));
    }

    private AlarmSample Read(ForwardingRule rule, int index, TrafficView traffic, AlarmSettings settings, SelectReport? inputs)
    {
        RuleCounters counters = port.ReadRule(index);
        bool isOneStream = rule.Input.Range.IsExact && rule.Select is null; // several groups have several senders, and so may several inputs have
        StreamLosses losses = settings.Loss == true ? port.ReadLosses(index) : default;
        bool isMerged = inputs is not null && rule.Select is { Mode: SelectMode.Merge, By: not { Kind: SelectKeyKind.Content } };
        if (isMerged && settings.Loss == true)
            losses = losses with { Missing = inputs!.Lost }; // the merge knows it by whatever numbers the rule says
        return new AlarmSample(
            time.GetElapsedTime(0),
            time.GetUtcNow(),
            counters.Matched,
            traffic,
            losses,
            isOneStream ? counters.SourceChanges : 0)
        {
            IsLostOnAll = isMerged,
        };
    }
}

/// <summary>A rule that workers have.</summary>
/// <param name="Index">Its counter entry.</param>
internal readonly record struct RelayedRule(ForwardingRule Rule, int Index, TrafficView Traffic)
{
    /// <summary>Of several inputs, a bit for each that has no device.</summary>
    public int AbsentInputs { get; init; }
}
