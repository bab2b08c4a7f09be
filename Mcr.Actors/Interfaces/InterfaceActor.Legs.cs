using System.Collections.Immutable;
using System.Security.Cryptography;
using Mcr.Actors.Legs;
using Mcr.Actors.Messages;
using Mcr.Native.Legs;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// Legs that begin or end in the workers of this interface. What was sent and taken is in their slots, and lives as long as these: so the beginning has a number of its own for as long, and the end its id and key.
/// </summary>
internal sealed partial class InterfaceActor
{
    /// <summary>What is counted is said so often.</summary>
    private static readonly TimeSpan LegInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<LegName, (ulong Instance, RuleId Rule, RuleInput Input)> _beginnings = [];
    private readonly Dictionary<RuleId, (ResolvedLeg Leg, bool IsFresh, RuleInput Input)> _ends = [];

    /// <summary>Where to, as was told last; what is for another instance does not count.</summary>
    private ImmutableDictionary<LegName, LegTarget> _targets = ImmutableDictionary<LegName, LegTarget>.Empty;

    private ImmutableDictionary<LegName, string> _legProblems = ImmutableDictionary<LegName, string>.Empty;
    private bool _hasSaidLegs;

    /// <summary>Ids of ends that the worker has confirmed: whatever else it is being told, it has these.</summary>
    private readonly HashSet<ulong> _confirmed = [];

    private void HandleLegs(object message)
    {
        switch (message)
        {
            case LegMessages.Targets targets:
                UseTargets(targets);
                break;
            case LegMessages.Renew renew:
                Renew(renew);
                break;
            case LegTick:
                LookAtPaths();
                SayLegs();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>A worker has confirmed something: maybe an end.</summary>
    private void ConfirmLegs()
    {
        if (_ends.Values.Any(e => !_confirmed.Contains(e.Leg.Id)))
            SayLegs();
    }

    /// <summary>Before each plan: rules that are new or changed get what they lack.</summary>
    private PlanLegs LegsToPlan()
    {
        foreach (RuleId id in (IEnumerable<RuleId>?)_state.Changed ?? _state.Desired.Keys)
        {
            if (!_state.Desired.TryGetValue(id, out ForwardingRule? rule) || !rule.HasLegs)
                continue;
            if (rule.Input.Leg is { } origin && (!_ends.TryGetValue(id, out var end) || end.Input != rule.Input))
                _ends[id] = (NewLeg(MarkOf(rule, origin)), IsFresh: true, rule.Input);
            foreach ((LegName name, _) in LegName.AllOf(_options.NodeName, rule))
            {
                if (!_beginnings.TryGetValue(name, out var beginning) || beginning.Input != rule.Input)
                    _beginnings[name] = (NewNumber(), id, rule.Input);
            }
        }

        return _beginnings.Count + _ends.Count == 0 ? PlanLegs.None : new PlanLegs(
            _beginnings.Where(b => _targets.TryGetValue(b.Key, out LegTarget? target) && target.Instance == b.Value.Instance).ToImmutableDictionary(b => b.Key, b => _targets[b.Key]),
            _legProblems,
            _ends.ToImmutableDictionary(e => e.Key, e => e.Value.Leg));
    }

    /// <summary>After each plan: what no rule has any more is forgotten, as its counters are.</summary>
    private void FollowLegs(InterfacePlan plan)
    {
        if (_beginnings.Count + _ends.Count == 0 && !_hasSaidLegs)
            return;
        foreach ((LegName name, (_, RuleId rule, _)) in _beginnings.ToArray())
        {
            if (!_state.Planned.TryGetValue(rule, out ForwardingRule? planned) || !LegName.AllOf(_options.NodeName, planned).Any(l => l.Name == name))
            {
                _beginnings.Remove(name);
                _targets = _targets.Remove(name);
                _legProblems = _legProblems.Remove(name);
            }
        }

        foreach (RuleId id in _ends.Keys.Where(id => !_state.Planned.ContainsKey(id)).ToArray())
            _ends.Remove(id);
        _confirmed.RemoveWhere(id => !_ends.Values.Any(e => e.Leg.Id == id));
        if (_beginnings.Count + _ends.Count == 0)
            Timers.Cancel(nameof(LegTick));
        else if (!Timers.IsTimerActive(nameof(LegTick)))
            Timers.StartPeriodicTimer(nameof(LegTick), new LegTick(), LegInterval, LegInterval);
        SayLegs();
    }

    /// <summary>The slots are gone, and with them what was sent and taken.</summary>
    private void DropLegs()
    {
        _beginnings.Clear();
        _ends.Clear();
        _confirmed.Clear();
        _targets = _targets.Clear();
        _legProblems = _legProblems.Clear();
        if (_hasSaidLegs)
            SayLegs();
    }

    /// <summary>Where an earlier mcrd's workers send, and by which keys they take.</summary>
    private void AdoptLegs(Allocations allocations)
    {
        foreach ((RuleId id, PlannedRule planned) in allocations.Rules)
        {
            if (!_state.Desired.TryGetValue(id, out ForwardingRule? rule) || planned.Resolved is not { } resolved)
                continue;
            if (resolved.Leg is { } end && rule.Input.Leg is { } origin && (uint)end.Id == MarkOf(rule, origin)) // else its key is another node's
                _ends[id] = (end, IsFresh: false, rule.Input);
            foreach (ResolvedOutput output in resolved.Outputs)
            {
                if (AdoptedAllocations.LegOf(output, rule, _options.NodeName) is not { } to)
                    continue;
                var name = LegName.Of(_options.NodeName, rule, to);
                ulong instance = NewNumber();
                _beginnings[name] = (instance, id, rule.Input);
                _targets = _targets.SetItem(name, new LegTarget(instance, output.Address, output.Port, output.Leg!) { Mtu = output.Options.Mtu });
            }
        }
    }

    private void UseTargets(LegMessages.Targets told)
    {
        bool isNews = false;
        foreach ((LegName name, (ulong instance, RuleId rule, _)) in _beginnings)
        {
            if (!told.Legs.TryGetValue(name, out LegTarget? target) || target.Instance != instance)
            {
                if (_targets.GetValueOrDefault(name)?.Instance != instance && told.Problems.GetValueOrDefault(name) is { } problem && problem != _legProblems.GetValueOrDefault(name))
                {
                    _legProblems = _legProblems.SetItem(name, problem);
                    _state = _state.LookAt(rule);
                    isNews = true;
                }

                continue;
            }

            string? gone = told.Problems.GetValueOrDefault(name);
            if (target.IsWhere(_targets.GetValueOrDefault(name)) && gone == _legProblems.GetValueOrDefault(name))
                continue;
            _targets = _targets.SetItem(name, target with { Mtu = _open?.Port.PathMtu(target.Address) ?? 0 });
            _legProblems = gone is null ? _legProblems.Remove(name) : _legProblems.SetItem(name, gone);
            _state = _state.LookAt(rule);
            isNews = true;
        }

        if (isNews)
            Reconcile();
    }

    private void Renew(LegMessages.Renew renew)
    {
        if (!_ends.TryGetValue(renew.Half, out var end) || end.Leg.Id != renew.Id || !_state.Desired.TryGetValue(renew.Half, out ForwardingRule? rule) || rule.Input.Leg is not { } origin)
            return;
        _ends[renew.Half] = (NewLeg(MarkOf(rule, origin)), IsFresh: true, end.Input);
        _state = _state.LookAt(renew.Half);
        Reconcile();
    }

    /// <summary>Routes change, and with them what fits in one piece.</summary>
    private void LookAtPaths()
    {
        bool isNews = false;
        foreach ((LegName name, (_, RuleId rule, _)) in _beginnings)
        {
            if (_open is not { IsClosing: false } open || !_targets.TryGetValue(name, out LegTarget? target) || open.Port.PathMtu(target.Address) is not (> 0 and var mtu) || mtu == target.Mtu)
                continue;
            _targets = _targets.SetItem(name, target with { Mtu = mtu });
            _state = _state.LookAt(rule);
            isNews = true;
        }

        if (isNews)
            Reconcile();
    }

    private void SayLegs()
    {
        _hasSaidLegs = _beginnings.Count + _ends.Count > 0;
        Context.System.EventStream.Publish(new LegMessages.Seen(
            _name,
            _beginnings.ToImmutableDictionary(b => b.Key, b => BeginningOf(b.Key, b.Value.Instance, b.Value.Rule)),
            _ends.ToImmutableDictionary(e => e.Key, e => EndOf(e.Key, e.Value.Leg, e.Value.IsFresh, e.Value.Input))));
    }

    private LegBeginning BeginningOf(LegName name, ulong instance, RuleId rule)
    {
        LegTarget? target = _targets.GetValueOrDefault(name) is { } told && told.Instance == instance ? told : null;
        if (_open is null || !_state.Allocations.Rules.TryGetValue(rule, out PlannedRule? planned))
            return new LegBeginning(instance, null, default);
        ResolvedOutput? output = target is null ? null : planned.Resolved?.Outputs.FirstOrDefault(o => o.Leg?.Id == target.Leg.Id);
        return new LegBeginning(instance, output is null ? null : target, output is null ? default : _open.Port.ReadLegSent(output.Counter));
    }

    private LegEnd EndOf(RuleId id, ResolvedLeg leg, bool isFresh, RuleInput input)
    {
        bool isThere = _open is not null && (!_state.InFlight || _confirmed.Contains(leg.Id)) && _state.Allocations.Rules.TryGetValue(id, out PlannedRule? planned) && planned is { Counter: not null } && leg.Equals(planned.Resolved?.Leg) && _state.Outcomes.TryGetValue(id, out RuleOutcome? outcome) && outcome.IsRelayed;
        if (isThere)
            _confirmed.Add(leg.Id);
        return new LegEnd(input.Group, input.Port, leg, isThere, isFresh, isThere ? _open!.Port.ReadLegEnd(_state.Allocations.Rules[id].Counter!.Value) : LegCounts.None);
    }

    /// <summary>See <see cref="LegName.Mark"/>: the output is the one of this rule, before it came here.</summary>
    private uint MarkOf(ForwardingRule half, LegOrigin origin) =>
        new LegName(origin.Node, origin.Rule.Value, half.Outputs[0].PlaceText, _options.NodeName).Mark;

    /// <summary>With a key that nothing was ever sent with.</summary>
    private static ResolvedLeg NewLeg(uint mark)
    {
        _ = LegKey.TryRead(RandomNumberGenerator.GetBytes(LegKey.Size), out LegKey key);
        return new ResolvedLeg((NewNumber() & 0xFFFF_FFFF_0000_0000) | mark, [new ResolvedLegKey(1, key)]);
    }

    private static ulong NewNumber() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private sealed record LegTick;
}
