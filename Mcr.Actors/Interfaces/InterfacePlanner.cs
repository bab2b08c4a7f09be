using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// Rules and devices in; sockets, memberships, counters, a worker's rule set and each rule's outcome out. Pure: the instance only holds
/// what grows while one plan is made.
/// </summary>
internal sealed class InterfacePlanner
{
    private readonly PlanInput _input;
    private readonly Allocations _before;
    private readonly ImmutableDictionary<RuleId, int>.Builder _ruleCounters;
    private readonly ImmutableDictionary<OutputKey, int>.Builder _outputCounters;
    private readonly Dictionary<EgressKey, int> _sockets = [];
    private readonly HashSet<Membership> _memberships = [];
    private readonly List<(int Id, EgressKey Key)> _open = [];
    private readonly List<ResolvedRule> _rules = [];
    private readonly Lazy<HashSet<IPAddress>> _localAddresses;
    private IdPool _socketIds;
    private IdPool _ruleIndexes;
    private IdPool _outputIndexes;

    private InterfacePlanner(PlanInput input)
    {
        _input = input;
        _before = input.Allocations;
        _ruleCounters = _before.RuleCounters.ToBuilder();
        _outputCounters = _before.OutputCounters.ToBuilder();
        _socketIds = _before.SocketIds;
        _ruleIndexes = _before.RuleIndexes;
        _outputIndexes = _before.OutputIndexes;
        _localAddresses = new Lazy<HashSet<IPAddress>>(() => [.. input.Links.Links.SelectMany(l => l.Addresses)]);
    }

    public static InterfacePlan Plan(PlanInput input) => new InterfacePlanner(input).Plan();

    private InterfacePlan Plan()
    {
        ImmutableDictionary<RuleId, RuleOutcome> outcomes = _input.Desired.ToImmutableDictionary(r => r.Key, r => Consider(r.Value));
        Retired retired = Retire();
        Allocations after = _before with
        {
            SocketIds = _socketIds,
            RuleIndexes = _ruleIndexes,
            OutputIndexes = _outputIndexes,
            Sockets = _sockets.ToImmutableDictionary(),
            Memberships = [.. _memberships],
            RuleCounters = _ruleCounters.ToImmutable(),
            OutputCounters = _outputCounters.ToImmutable(),
            Retired = retired,
        };
        ImmutableArray<Membership> join = [.. _memberships.Where(m => !_before.Memberships.Contains(m) && !_before.Retired.Memberships.ContainsKey(m))];

        // In the order of their counters, so that the same rules always make the same set and the same hash.
        ImmutableArray<ResolvedRule> rules = [.. _rules.OrderBy(r => r.Counter)];
        return new InterfacePlan(after, [.. _open], join, new ResolvedRuleSet(_input.Generation, rules), outcomes);
    }

    private RuleOutcome Consider(ForwardingRule rule)
    {
        if (!rule.Input.IsMulticast && !_localAddresses.Value.Contains(rule.Input.Group))
            return new RuleOutcome(RuleStatus.Pending, $"{rule.Input.Group} is not an address of this host; add it to an interface, or correct the rule's input");

        var reasons = new List<string>();
        if (Fault(_input.Link) is { } inputFault)
            reasons.Add(inputFault);
        List<(RuleOutput Output, EgressKey Key, Link Link)> usable = UsableOutputs(rule, reasons, out bool refused);
        if (usable.Count == 0)
            return new RuleOutcome(refused ? RuleStatus.Failed : RuleStatus.Pending, Join(reasons));
        if (!HasCounters(rule, usable, out string? why))
            return new RuleOutcome(RuleStatus.Failed, why);

        Resolve(rule, usable);
        Membership membership = MembershipOf(rule.Input);
        if (_input.Failures.Memberships.TryGetValue(membership, out string? sentence))
            reasons.Add(rule.Input.IsMulticast ? $"{rule.Input.Group} cannot be joined: {sentence}" : $"{rule.Input.Group}:{rule.Input.Port} cannot be claimed: {sentence}");
        else
            _memberships.Add(membership);
        return reasons.Count == 0 ? RuleOutcome.Active : new RuleOutcome(RuleStatus.Degraded, Join(reasons));
    }

    private List<(RuleOutput Output, EgressKey Key, Link Link)> UsableOutputs(ForwardingRule rule, List<string> reasons, out bool refused)
    {
        refused = false;
        var usable = new List<(RuleOutput, EgressKey, Link)>(rule.Outputs.Length);
        foreach (RuleOutput output in rule.Outputs)
        {
            if (!_input.Links.TryGet(output.Interface, out Link? link))
            {
                reasons.Add($"output interface {output.Interface} does not exist");
                continue;
            }

            EgressKey key = OutputResolution.KeyOf(output, link);
            if (_input.Failures.Sockets.TryGetValue(key, out string? sentence))
            {
                refused = true;
                reasons.Add($"output {output} cannot be opened: {sentence}");
                continue;
            }

            if (Fault(link) is { } fault)
                reasons.Add($"output interface {fault}");
            usable.Add((output, key, link));
        }

        return usable;
    }

    private bool HasCounters(ForwardingRule rule, List<(RuleOutput Output, EgressKey Key, Link Link)> usable, out string? why)
    {
        why = null;
        if (!_ruleCounters.ContainsKey(rule.Id) && _ruleIndexes.Available == 0)
            why = Refusal("rules", _ruleIndexes.Capacity);
        else if (usable.Count(u => !_outputCounters.ContainsKey(OutputKey.Of(rule.Id, u.Output))) > _outputIndexes.Available)
            why = Refusal("outputs", _outputIndexes.Capacity);
        return why is null;
    }

    private string Refusal(string what, int capacity) =>
        string.Create(CultureInfo.InvariantCulture, $"{_input.Link.Name} has all of the {capacity:N0} {what} that one worker can count; remove some, or take them in on another interface");

    /// <summary>Gives the rule what it lacks of counters and sockets; there are enough.</summary>
    private void Resolve(ForwardingRule rule, List<(RuleOutput Output, EgressKey Key, Link Link)> usable)
    {
        if (!_ruleCounters.TryGetValue(rule.Id, out int counter))
        {
            _ruleIndexes = _ruleIndexes.Take(out counter);
            _ruleCounters.Add(rule.Id, counter);
        }

        var outputs = ImmutableArray.CreateBuilder<ResolvedOutput>(usable.Count);
        foreach ((RuleOutput output, EgressKey key, Link link) in usable)
        {
            var outputKey = OutputKey.Of(rule.Id, output);
            if (!_outputCounters.TryGetValue(outputKey, out int outputCounter))
            {
                _outputIndexes = _outputIndexes.Take(out outputCounter);
                _outputCounters.Add(outputKey, outputCounter);
            }

            outputs.Add(new ResolvedOutput(SocketFor(key), output.Group, output.Port, outputCounter, OutputResolution.OptionsOf(output, link)));
        }

        _rules.Add(new ResolvedRule(rule.Input.Group, rule.Input.Port, rule.Input.Source, Muted: false, counter, outputs.MoveToImmutable()));
    }

    private int SocketFor(EgressKey key)
    {
        if (_sockets.TryGetValue(key, out int id))
            return id;
        if (_before.Sockets.TryGetValue(key, out id))
        {
        }
        else if (_before.Retired.Sockets.TryGetValue(key, out RetiredSocket retired))
        {
            id = retired.Id; // still open: it is taken back
        }
        else
        {
            _socketIds = _socketIds.Take(out id);
            _open.Add((id, key));
        }

        _sockets.Add(key, id);
        return id;
    }

    /// <summary>What was retired before and is not taken back, and what this plan does without.</summary>
    private Retired Retire()
    {
        long generation = _input.Generation;
        var sockets = _before.Retired.Sockets.ToBuilder();
        sockets.RemoveRange(_sockets.Keys);
        foreach ((EgressKey key, int id) in _before.Sockets.Where(s => !_sockets.ContainsKey(s.Key)))
            sockets.Add(key, new RetiredSocket(id, generation));

        var memberships = _before.Retired.Memberships.ToBuilder();
        memberships.RemoveRange(_memberships);
        foreach (Membership membership in _before.Memberships.Where(m => !_memberships.Contains(m)))
            memberships.Add(membership, generation);

        var counters = _before.Retired.Counters.ToBuilder();
        foreach ((RuleId id, int index) in _before.RuleCounters.Where(c => !_input.Desired.ContainsKey(c.Key)))
        {
            _ruleCounters.Remove(id);
            counters.Add(new RetiredCounter(IsOutput: false, index, generation));
        }

        foreach ((OutputKey key, int index) in _before.OutputCounters.Where(c => !IsDesired(c.Key)))
        {
            _outputCounters.Remove(key);
            counters.Add(new RetiredCounter(IsOutput: true, index, generation));
        }

        return new Retired(sockets.ToImmutable(), memberships.ToImmutable(), counters.ToImmutable());
    }

    private bool IsDesired(OutputKey key) =>
        _input.Desired.TryGetValue(key.Rule, out ForwardingRule? rule) && rule.Outputs.Any(o => OutputKey.Of(rule.Id, o) == key);

    /// <summary>A device that exists but carries nothing now. Everything is set up all the same, so that it works once it is back.</summary>
    private static string? Fault(Link link) =>
        !link.IsUp ? $"{link.Name} is down (see: ip link set {link.Name} up)"
        : !link.IsRunning ? $"{link.Name} has no carrier"
        : null;

    private static Membership MembershipOf(RuleInput input) =>
        input.IsMulticast ? new Membership(input.Group, input.Source, 0) : new Membership(input.Group, null, input.Port); // one claim, whatever the sources

    private static string Join(List<string> reasons) => string.Join("; ", reasons.Distinct());
}
