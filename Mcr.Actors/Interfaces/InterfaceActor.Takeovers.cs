using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Redundancy;
using Mcr.Native.Netlink;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>Redundant rules: what the workers decide goes to whoever knows the other nodes, and what that one wishes goes to the workers. No datagram waits for any of it.</summary>
internal sealed partial class InterfaceActor
{
    /// <summary>Between two looks at what the workers have decided.</summary>
    private static readonly TimeSpan TakeoverInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>A loop obeys within its next turn; where nobody hears that one forwards, the other waits to be told.</summary>
    private static readonly TimeSpan ObeyTime = TimeSpan.FromMilliseconds(5);

    /// <summary>A host answers within milliseconds.</summary>
    private static readonly TimeSpan ProbePatience = TimeSpan.FromMilliseconds(500);

    /// <summary>What is the same is said again after so many looks, for who has begun meanwhile.</summary>
    private const int SayAgain = 10;

    private ImmutableDictionary<RuleId, TakeoverWish> _wishes = ImmutableDictionary<RuleId, TakeoverWish>.Empty;
    private ImmutableDictionary<RuleId, EchoPeers> _peers = ImmutableDictionary<RuleId, EchoPeers>.Empty;
    private ImmutableDictionary<RuleId, TakeoverView> _seen = ImmutableDictionary<RuleId, TakeoverView>.Empty;
    private readonly Dictionary<RuleId, (long Count, TimeSpan At)> _sent = [];
    private readonly HashSet<RuleId> _redundant = []; // of the planned ones
    private readonly Dictionary<ulong, TimeSpan> _answers = []; // of whom, and when, while a question is open
    private int _probes;
    private long _probeNumber;
    private int _looks;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(RedundancyMessages.Wish));
        Context.System.EventStream.Subscribe(Self, typeof(RedundancyMessages.Probe));
        Context.System.EventStream.Subscribe(Self, typeof(LegMessages.Targets));
        Context.System.EventStream.Subscribe(Self, typeof(LegMessages.Renew));
    }

    private void HandleTakeovers(object message)
    {
        switch (message)
        {
            case RedundancyMessages.Wish wish:
                Obey(wish.Rules);
                break;
            case TakeoverTick:
                LookAtTakeovers();
                break;
            case RedundancyMessages.Probe probe when _redundant.Contains(probe.Rule):
                Probe(probe);
                break;
            case RedundancyMessages.Probe:
                break;
            case ProbeOver over:
                EndProbe(over);
                break;
            default:
                HandleLegs(message);
                break;
        }
    }

    /// <summary>Who the other nodes are was known to the mcrd before: until they have been heard of, it still is.</summary>
    private void AdoptPeers(Allocations allocations) => _peers = _peers.SetItems(allocations.Rules
        .Where(r => r.Value.Resolved?.Redundancy is { Echoes: [{ Peers.IsEmpty: false }, ..] })
        .Select(r => KeyValuePair.Create(r.Key, new EchoPeers(r.Value.Resolved!.Redundancy!.Echoes[0].Peers))));

    /// <summary>After each plan.</summary>
    private void FollowTakeovers(InterfacePlan plan)
    {
        if (plan.Considered is null)
            _redundant.Clear();
        foreach (RuleId id in (IEnumerable<RuleId>?)plan.Considered ?? _state.Planned.Keys)
        {
            if (_state.Planned.TryGetValue(id, out ForwardingRule? rule) && rule.Redundancy is not null)
                _redundant.Add(id);
            else if (_redundant.Remove(id))
                _sent.Remove(id);
        }

        if (_redundant.Count == 0)
        {
            Timers.Cancel(nameof(TakeoverTick));
            DropTakeovers();
        }
        else
        {
            if (!Timers.IsTimerActive(nameof(TakeoverTick)))
                Timers.StartPeriodicTimer(nameof(TakeoverTick), new TakeoverTick(), TakeoverInterval, TakeoverInterval);
            OrderTakeovers();
        }
    }

    /// <summary>Nothing is forwarded by this interface any more, or nobody knows.</summary>
    private void DropTakeovers()
    {
        _redundant.Clear();
        ForgetProbes();
        if (!_seen.IsEmpty)
            SayTakeovers(_seen.Clear());
    }

    private void Obey(ImmutableDictionary<RuleId, TakeoverWish> wishes)
    {
        if (wishes.Any(w => w.Value.Kind == TakeoverOrder.Take && _redundant.Contains(w.Key) && w.Value.Number != _wishes.GetValueOrDefault(w.Key)?.Number))
            Timers.StartSingleTimer(nameof(ObeyTime), new TakeoverTick(), ObeyTime);
        _wishes = wishes;
        foreach ((RuleId id, TakeoverWish wish) in wishes)
        {
            EchoPeers peers = wish.Peers;
            if (!_state.Desired.ContainsKey(id) || peers.All.All(p => _peers.TryGetValue(id, out EchoPeers? known) && known.All.Contains(p)))
                continue;
            ImmutableArray<(ulong Link, int Rank)> others = [.. _peers.GetValueOrDefault(id, EchoPeers.None).All.Where(known => !peers.All.Any(p => p.Rank == known.Rank))]; // who is not heard of may be as he was
            _peers = _peers.SetItem(id, new EchoPeers(peers.All.AddRange(others)));
            _state = _state.LookAt(id);
        }

        OrderTakeovers();
        Reconcile();
    }

    private void OrderTakeovers()
    {
        if (_open is not { IsClosing: false } || _links is not { } links)
            return;
        long now = _open.Port.TakeoverClock;
        foreach ((ForwardingRule rule, int counter) in RedundantRules())
            _open.Port.OrderTakeover(counter, _wishes.GetValueOrDefault(rule.Id, TakeoverWish.None).Orders(now, Health.WhyUnfit(rule, links) is not null));
        _open.Port.AnnounceOrders();
    }

    private void LookAtTakeovers()
    {
        if (_open is not { IsClosing: false } || _links is not { } links)
            return;
        var seen = ImmutableDictionary.CreateBuilder<RuleId, TakeoverView>();
        foreach ((ForwardingRule rule, int counter) in RedundantRules())
        {
            if (_open.Port.ReadTakeovers(counter) is not { Count: > 0 } takeovers)
                continue;
            TakeoverView view = View(rule, takeovers, links);
            bool isSameRole = _seen.TryGetValue(rule.Id, out TakeoverView? before) && (before.IsForwarding, before.Takeovers, before.Yields) == (view.IsForwarding, view.Takeovers, view.Yields);
            seen.Add(rule.Id, isSameRole ? view with { Since = before!.Since } : view); // the two clocks drift against each other, which is no news
        }

        foreach (RuleId id in _redundant)
        {
            if (_state.Planned.TryGetValue(id, out ForwardingRule? rule) && _state.Allocations.Rules.TryGetValue(id, out PlannedRule? planned) && planned.Resolved is null)
                seen.Add(id, Idle(rule));
        }

        _looks++;
        if (_looks >= SayAgain || seen.Count != _seen.Count || seen.Any(s => !_seen.TryGetValue(s.Key, out TakeoverView? known) || !s.Value.SaysTheSameAs(known)))
            SayTakeovers(seen.ToImmutable());
    }

    private void Probe(RedundancyMessages.Probe probe)
    {
        if (_open is not { IsClosing: false } || _links is not { } links || !_state.Planned.TryGetValue(probe.Rule, out ForwardingRule? rule))
            return;
        bool isAsked = false;
        foreach (string device in rule.LocalOutputs.Select(o => o.Interface).Distinct())
            isAsked |= links.TryGet(device, out Link? link) && _open.Port.Probe(EchoResolution.KeyOf(link), link, probe.Addresses);
        if (isAsked)
        {
            _probes++;
            Timers.StartSingleTimer($"probe {_probeNumber++}", new ProbeOver(probe, _time.GetElapsedTime(0)), ProbePatience);
        }
        else
        {
            Context.System.EventStream.Publish(new RedundancyMessages.Probed(probe.Rule, probe.Node, Meets: true)); // who cannot be asked is not taken for cut off
        }
    }

    private void EndProbe(ProbeOver over)
    {
        if (_open is not { IsClosing: false })
            return;
        foreach (ulong link in _open.Port.TakeProbeAnswers())
            _answers[link] = _time.GetElapsedTime(0);
        bool meets = over.Probe.Links.Any(link => _answers.TryGetValue(link, out TimeSpan at) && at >= over.AskedAt);
        if (--_probes == 0)
        {
            _answers.Clear();
            _open.Port.EndProbe();
        }

        Context.System.EventStream.Publish(new RedundancyMessages.Probed(over.Probe.Rule, over.Probe.Node, meets));
    }

    private void ForgetProbes()
    {
        _answers.Clear();
        _probes = 0;
    }

    /// <summary>No worker is there any more: what is still wanted is not forwarded here.</summary>
    private void EndTakeovers()
    {
        _redundant.Clear();
        ForgetProbes();
        if (!_seen.IsEmpty)
            SayTakeovers(_seen.Where(s => _state.Desired.ContainsKey(s.Key)).ToImmutableDictionary(s => s.Key, s => Idle(s.Value.Rule)));
    }

    /// <summary>It is there, and no worker has it.</summary>
    private TakeoverView Idle(ForwardingRule rule) =>
        new(rule, IsForwarding: false, TakeoverCause.Withheld, _seen.TryGetValue(rule.Id, out TakeoverView? before) && !before.IsForwarding ? before.Since : _time.GetUtcNow())
        {
            Unfit = (_links is { } links ? Health.WhyUnfit(rule, links) : null) ?? "no worker has it; see mcrctl list",
        };

    private void SayTakeovers(ImmutableDictionary<RuleId, TakeoverView> seen)
    {
        _looks = 0;
        _seen = seen;
        Context.System.EventStream.Publish(new RedundancyMessages.Seen(_name, seen));
    }

    private TakeoverView View(ForwardingRule rule, IReadOnlyList<Takeover> takeovers, LinkTable links)
    {
        TakeoverView view = TakeoverViews.Of(rule, takeovers, _open!.Port.TakeoverClock, _time.GetUtcNow());
        return view with
        {
            IsForwarding = view.IsForwarding && _open.Seats.Exists(s => s.Worker.Status == Messages.WorkerStatus.Running),
            IsSending = HasSent(rule),
            Unfit = Health.WhyUnfit(rule, links),
            Degraded = Health.WhyDegraded(rule, links),
            Deaf = Health.WhyDeaf(rule, links),
            Addresses = [.. rule.LocalOutputs.SelectMany(o => links.TryGet(o.Interface, out Link? link) ? link.Addresses : []).Where(a => a.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork).Distinct().OrderBy(a => $"{a}", StringComparer.Ordinal)],
            Links = [.. rule.LocalOutputs.Select(o => links.TryGet(o.Interface, out Link? link) ? link.LinkAddress : 0).Where(l => l != 0).Distinct().Order()],
        };
    }

    /// <summary>Whether datagrams have left lately; those that were sent before the first look do not count.</summary>
    private bool HasSent(ForwardingRule rule)
    {
        long sent = _state.Allocations.Rules[rule.Id].Outputs.Sum(o => _open!.Port.ReadOutputTotals(o.Index).Sent);
        TimeSpan now = _time.GetElapsedTime(0);
        bool isKnown = _sent.TryGetValue(rule.Id, out (long Count, TimeSpan At) last);
        if (!isKnown || last.Count != sent)
            _sent[rule.Id] = last = (sent, isKnown ? now : TimeSpan.MinValue);
        return last.At != TimeSpan.MinValue && now - last.At < TakeoverViews.Lately;
    }

    /// <summary>An output of a redundant rule has a carrier again.</summary>
    private bool IsEchoBack(LinkTable? before, LinkTable after) => before is not null && _redundant.Count > 0 && _redundant
        .SelectMany(id => _state.Planned.TryGetValue(id, out ForwardingRule? rule) ? rule.LocalOutputs.Select(o => o.Interface) : []).Distinct()
        .Any(device => before.TryGet(device, out Link? was) && after.TryGet(device, out Link? now) && now.CarrierUps != was.CarrierUps && now.IsRunning);

    /// <summary>Those that workers have.</summary>
    private IEnumerable<(ForwardingRule Rule, int Counter)> RedundantRules()
    {
        foreach (RuleId id in _redundant)
        {
            if (_state.Planned.TryGetValue(id, out ForwardingRule? rule) && _state.Allocations.Rules.TryGetValue(id, out PlannedRule? planned) && planned is { Resolved: not null, Counter: { } counter })
                yield return (rule, counter);
        }
    }

    private sealed record TakeoverTick;

    private sealed record ProbeOver(RedundancyMessages.Probe Probe, TimeSpan AskedAt);
}
