using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Mcr.Actors.Legs;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Redundancy;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// Rules and devices in; sockets, memberships, counters, what workers are to run and each rule's outcome out. Looks at the changed rules
/// only, or at all. Pure: the instance only holds what grows while one plan is made.
/// </summary>
internal sealed class InterfacePlanner
{
    private readonly PlanInput _input;
    private readonly PortPlanner _port;
    private readonly ImmutableDictionary<RuleId, PlannedRule>.Builder _rules;
    private readonly Lazy<HashSet<IPAddress>> _localAddresses;
    private readonly Lazy<Dictionary<LegInput, ForwardingRule>> _ends; // of legs, by the input that each goes into
    private readonly List<string> _reasons = []; // of the rule that is being considered
    private ulong _hash;

    private InterfacePlanner(PlanInput input)
    {
        _input = input;
        _port = new PortPlanner(input.Allocations, input.Generation);
        _rules = input.Allocations.Rules.ToBuilder();
        _hash = input.Allocations.Hash;
        _ends = new Lazy<Dictionary<LegInput, ForwardingRule>>(() => input.Desired.Values.Where(r => r.Into is not null).ToDictionary(r => r.Into!));
        _localAddresses = new Lazy<HashSet<IPAddress>>(() => [.. input.Links.Links.SelectMany(l => l.Addresses)]);
    }

    public static InterfacePlan Plan(PlanInput input) => new InterfacePlanner(input).Plan();

    private InterfacePlan Plan()
    {
        ImmutableHashSet<RuleId>? some = _input.Changed is { } changed ? WithWhatLegsGoInto(changed) : null;
        IReadOnlyCollection<RuleId> considered = some is null ? AllRules() : some;
        foreach (RuleId id in considered)
        {
            PlannedRule? before = _rules.GetValueOrDefault(id);
            PlannedRule? after = _input.Desired.TryGetValue(id, out ForwardingRule? rule) ? Consider(rule, before) : null;
            if (after is null)
                _port.Move(before?.Sockets ?? [], []);
            _port.Move(before, after);
            _hash += (after?.Hash ?? 0) - (before?.Hash ?? 0);
            if (after is null)
                _rules.Remove(id);
            else
                _rules[id] = after;
        }

        return new InterfacePlan(_port.Finish(_rules.ToImmutable(), _hash), _port.Open, _port.Added, _port.Join, ChangeOf(considered), some);
    }

    /// <summary>The end of a leg that comes or goes is news for the rule that has it as an input.</summary>
    private ImmutableHashSet<RuleId> WithWhatLegsGoInto(ImmutableHashSet<RuleId> changed) => FeedsHome.Is(_input.Link) && !changed.IsEmpty
        ? changed.Union(_input.Desired.Values.Where(r => r.Inputs.Any(i => i.From is not null)).Select(r => r.Id))
        : changed;

    private List<RuleId> AllRules()
    {
        List<RuleId> all = [.. _input.Desired.Keys];
        all.AddRange(_input.Allocations.Rules.Keys.Where(id => !_input.Desired.ContainsKey(id)));
        return all;
    }

    private ResolvedRuleChange ChangeOf(IReadOnlyCollection<RuleId> considered)
    {
        var dropped = ImmutableArray.CreateBuilder<int>();
        var put = ImmutableArray.CreateBuilder<ResolvedRule>();
        foreach (RuleId id in considered)
        {
            ResolvedRule? before = _input.Base.GetValueOrDefault(id)?.Resolved;
            ResolvedRule? after = _rules.GetValueOrDefault(id)?.Resolved;
            if (Equals(before, after))
                continue;
            if (after is not null)
                put.Add(after);
            if (before is not null && before.Counter != after?.Counter)
                dropped.Add(before.Counter);
        }

        return new ResolvedRuleChange(_input.Generation - 1, _input.Generation, dropped.ToImmutable(), put.ToImmutable());
    }

    private PlannedRule Consider(ForwardingRule rule, PlannedRule? before)
    {
        if (before?.Resolved is { } ran && (ran.Range != rule.Input.Range || !Equals(ran.Source, rule.Input.Source)))
            before = before with { Counter = null, Outputs = [] }; // the same id for another stream: it counts anew

        if (_input.LeftOut.TryGetValue(rule.Id, out RuleOutcome? leftOut))
            return Idle(rule, before, leftOut.Status, leftOut.Why ?? "");
        if (rule.Select is null && !rule.Input.IsMulticast && !_localAddresses.Value.Contains(rule.Input.Group))
            return Idle(rule, before, RuleStatus.Pending, NotLocal(rule.Input));

        if (WhyNotShared(rule) is { } alone)
            return Idle(rule, before, RuleStatus.Failed, $"a rule with {alone} takes one worker on its input, and {_input.Link.Name} has {_input.Workers}: each would decide for its own flows; mcrctl workers --interface {_input.Link.Name} --count 1, or take other rules in on another interface");
        if (rule.Input.Leg is not null && !_input.Legs.Ends.ContainsKey(rule.Id))
            return Idle(rule, before, RuleStatus.Pending, "its leg has no key yet");

        _reasons.Clear();
        string? inputFault = Fault(_input.Link);
        if (inputFault is not null)
            _reasons.Add($"interface {inputFault}");
        bool isFed = rule.Home == ForwardingRule.FeedsHome;
        FeedInputs feeds = isFed ? FeedInputs.Of(rule, _input, _localAddresses.Value, _ends.Value, _reasons) : FeedInputs.None;
        if (isFed && !feeds.HasAny)
            return Idle(rule, before, feeds.IsRefused ? RuleStatus.Failed : RuleStatus.Pending, Join(_reasons));
        List<UsableOutput> usable = UsableOutputs(rule, out bool refused);
        if (usable.Count == 0 && rule.Into is null)
            return Idle(rule, before, refused ? RuleStatus.Failed : RuleStatus.Pending, Join(_reasons));
        ImmutableArray<OutputCounter> kept = KeptCounters(rule, before);
        if (!_port.HasCounters(before?.Counter is null, usable.Count(u => !kept.Any(c => c.IsOf(u.Output))), out (string What, int Capacity)? why))
            return Idle(rule, before, RuleStatus.Failed, string.Create(CultureInfo.InvariantCulture, $"{_input.Link.Name} has all of the {why.Value.Capacity:N0} {why.Value.What} that one worker can count; remove some, or take them in on another interface"));

        ImmutableArray<Membership>.Builder memberships = feeds.Memberships.ToBuilder();
        foreach (Membership membership in isFed ? [] : RuleMemberships.Of(rule))
        {
            if (_input.Failures.Memberships.TryGetValue(membership, out string? sentence))
                _reasons.Add(RuleMemberships.Sentence(membership, sentence));
            else
                memberships.Add(membership);
        }

        Listening listening = ListeningOf(rule, usable);
        memberships.AddRange(listening.Memberships);
        RuleOutcome outcome = _reasons.Count == 0 ? RuleOutcome.Active : new RuleOutcome(inputFault is null && feeds.IsFed ? RuleStatus.Degraded : RuleStatus.Pending, Join(_reasons)); // the worker has it and waits with us
        return Resolve(rule, before, outcome, usable, memberships.ToImmutable(), kept, listening, feeds);
    }

    /// <summary>Where other nodes are heard; what is not, is a rule without takeover by the data, and no fault of the rule: its state says so.</summary>
    private Listening ListeningOf(ForwardingRule rule, List<UsableOutput> usable)
    {
        if (rule.Redundancy is not { } redundancy)
            return Listening.None;
        (RuleOutput Output, EgressKey Echo, Membership Group)[] heard =
        [
            .. usable.Where(u => u.Link is not null && EchoResolution.WhyNot(u.Output, u.Link) is null)
                .Select(u => (u.Output, Echo: EchoResolution.KeyOf(u.Link!)))
                .Select(h => (h.Output, h.Echo, Group: new Membership(h.Output.Group, null, 0) { Echo = h.Echo }))
                .Where(h => !_input.Failures.Sockets.ContainsKey(h.Echo) && !_input.Failures.Memberships.ContainsKey(h.Group)),
        ];
        return new Listening([.. heard.Select(h => (h.Output, h.Echo))], [.. heard.Select(h => h.Group).Distinct()], redundancy, _input.Peers.GetValueOrDefault(rule.Id, EchoPeers.None));
    }

    /// <summary>No worker is to have it; it keeps its counters.</summary>
    private PlannedRule Idle(ForwardingRule rule, PlannedRule? before, RuleStatus status, string why)
    {
        _port.Move(before?.Sockets ?? [], []);
        return new PlannedRule(new RuleOutcome(status, why), null, [], [], before?.Counter, KeptCounters(rule, before));
    }

    private static ImmutableArray<OutputCounter> KeptCounters(ForwardingRule rule, PlannedRule? before) =>
        before is null ? [] : before.Outputs.RemoveAll(counter => !rule.Outputs.Any(counter.IsOf));

    private List<UsableOutput> UsableOutputs(ForwardingRule rule, out bool refused)
    {
        refused = false;
        var usable = new List<UsableOutput>(rule.Outputs.Length);
        foreach (RuleOutput output in rule.Outputs)
        {
            if (output.Into is not null)
                continue; // by no socket
            if (output.Node is not null)
            {
                if (LegOf(rule, output, ref refused) is { } leg)
                    usable.Add(leg);
                continue;
            }

            if (!_input.Links.TryGet(output.Interface, out Link? link))
            {
                _reasons.Add($"output interface {output.Interface} does not exist");
                continue;
            }

            EgressKey key = OutputResolution.KeyOf(output, link);
            if (key.Kind == EgressKind.RawIp && !output.Range.IsExact)
            {
                refused = true;
                _reasons.Add($"output {output} cannot keep its sources: on {link.Name} that takes a socket for each destination, and it is a range; leave source = keep out");
                continue;
            }

            if (IsRefused(output, key, ref refused))
                continue;
            if (Fault(link) is { } fault)
                _reasons.Add($"output interface {fault}");
            usable.Add(UsableOutput.Of(output, key, link));
        }

        return usable;
    }

    private UsableOutput? LegOf(ForwardingRule rule, RuleOutput output, ref bool refused)
    {
        var name = LegName.Of(_input.Node, rule, output);
        if (!_input.Legs.Targets.TryGetValue(name, out LegTarget? target))
        {
            _reasons.Add($"output {output} has no leg yet: {_input.Legs.Problems.GetValueOrDefault(name) ?? $"node {name.To} has not said where it goes"}");
            return null;
        }

        if (_input.Legs.Problems.TryGetValue(name, out string? gone))
            _reasons.Add($"output {output} has no leg any more: {gone}"); // the worker may go on sending, and keeps its numbers
        EgressKey key = OutputResolution.KeyOf(output, target);
        return IsRefused(output, key, ref refused) ? null : UsableOutput.Of(output, key, target);
    }

    private bool IsRefused(RuleOutput output, EgressKey key, ref bool refused)
    {
        if (!_input.Failures.Sockets.TryGetValue(key, out string? sentence))
            return false;
        refused = true;
        _reasons.Add($"output {output} cannot be opened: {sentence}");
        return true;
    }

    /// <returns>Why one worker has to take all of it in; null: several may, or there is one.</returns>
    private string? WhyNotShared(ForwardingRule rule) => _input.Workers <= 1 ? null : rule.Redundancy is not null ? "ha" : rule.HasLegs ? "a leg" : null;

    /// <summary>Gives the rule what it lacks of counters and sockets; there are enough.</summary>
    private PlannedRule Resolve(
        ForwardingRule rule, PlannedRule? before, RuleOutcome outcome, List<UsableOutput> usable, ImmutableArray<Membership> memberships, ImmutableArray<OutputCounter> kept, Listening listening, FeedInputs feeds)
    {
        ImmutableArray<EgressKey> sockets = [.. usable.Select(u => u.Key), .. listening.Echoes.Select(e => e.Echo), .. feeds.Sockets];
        _port.Move(before?.Sockets ?? [], sockets);
        int counter = before?.Counter ?? _port.TakeRuleCounter();
        ImmutableArray<OutputCounter>.Builder counters = kept.ToBuilder();
        var outputs = ImmutableArray.CreateBuilder<ResolvedOutput>(usable.Count);
        foreach (UsableOutput to in usable)
        {
            OutputCounter? entry = kept.FirstOrDefault(c => c.IsOf(to.Output));
            if (entry is null)
            {
                entry = _port.TakeCounter(to.Output);
                counters.Add(entry);
            }

            outputs.Add(new ResolvedOutput(_port.IdOf(to.Key), to.Address, to.Port, entry.Index, to.Options with { IsRedundant = rule.Redundancy is not null }) { Leg = to.Leg });
        }

        var resolved = new ResolvedRule(rule.Input.Group, rule.Input.Port, rule.Input.Source, counter, outputs.MoveToImmutable())
        {
            PrefixLength = rule.Input.PrefixLength,
            LastPort = rule.Input.LastPort,
            Analysis = rule.Analysis == AnalysisSettings.Auto && !rule.Input.Range.IsExact ? AnalysisSettings.Off : rule.Analysis, // many streams, of which no one would know which is meant
            Trace = _input.Traces.GetValueOrDefault(rule.Id),
            Redundancy = listening.Resolve(_input.Node, _port.IdOf),
            Leg = rule.Input.Leg is null ? null : _input.Legs.Ends[rule.Id],
            Inputs = feeds.Resolve(rule.Id, _port.IdOf),
            Into = rule.Into?.Token ?? 0,
            Select = rule.Select,
        };
        bool isSame = resolved.Equals(before?.Resolved);
        return new PlannedRule(outcome, isSame ? before!.Resolved : resolved, sockets, memberships, counter, counters.ToImmutable())
        {
            Hash = isSame ? before!.Hash : ResolvedRuleHash.Of(resolved),
        };
    }

    /// <summary>A device that exists but carries nothing now. Everything is set up all the same, so that it works once it is back.</summary>
    internal static string? Fault(Link link) =>
        !link.IsUp ? $"{link.Name} is down (see: ip link set {link.Name} up)"
        : !link.IsRunning ? $"{link.Name} has no carrier"
        : null;

    internal static string NotLocal(RuleInput input) => $"{input.Group} is not an address of this host; add it to an interface, or correct the rule's input";

    internal static string Unreadable(string device) => $"{device} carries neither Ethernet frames nor bare IP packets; relay from a device that does, such as a bridge, a tunnel or lo";

    /// <param name="Echoes">One for each output that can be heard.</param>
    private sealed record Listening((RuleOutput Output, EgressKey Echo)[] Echoes, Membership[] Memberships, RedundancySettings? Settings, EchoPeers Peers)
    {
        public static readonly Listening None = new([], [], null, EchoPeers.None);

        public ResolvedRedundancy? Resolve(string node, Func<EgressKey, int> idOf) => Settings is null
            ? null
            : new ResolvedRedundancy(Settings.TakeoverAfterMilliseconds, Settings.RankOf(node), Settings.Nodes.Length, [.. Echoes.Select(e => new ResolvedEcho(idOf(e.Echo), e.Output.Group, e.Output.Port, Peers.All))]);
    }

    private static string Join(List<string> reasons) => string.Join("; ", reasons.Distinct());
}
