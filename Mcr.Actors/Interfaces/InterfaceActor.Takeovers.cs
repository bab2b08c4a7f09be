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

    /// <summary>What is the same is said again after so many looks, for who has begun meanwhile.</summary>
    private const int SayAgain = 10;

    private ImmutableDictionary<RuleId, TakeoverWish> _wishes = ImmutableDictionary<RuleId, TakeoverWish>.Empty;
    private ImmutableDictionary<RuleId, EchoPeers> _peers = ImmutableDictionary<RuleId, EchoPeers>.Empty;
    private ImmutableDictionary<RuleId, TakeoverView> _seen = ImmutableDictionary<RuleId, TakeoverView>.Empty;
    private readonly Dictionary<RuleId, (long Count, TimeSpan At)> _sent = [];
    private readonly Dictionary<RuleId, (long Count, TimeSpan At)> _strangers = [];
    private readonly HashSet<RuleId> _redundant = []; // of the planned ones
    private int _looks;

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(RedundancyMessages.Wish));

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
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>After each plan.</summary>
    private void FollowTakeovers(InterfacePlan plan)
    {
        if (plan.Considered is null)
            _redundant.Clear();
        foreach (RuleId id in (IEnumerable<RuleId>?)plan.Considered ?? _state.Planned.Keys)
        {
            if (_state.Planned.TryGetValue(id, out ForwardingRule? rule) && rule.Redundancy is not null)
                _redundant.Add(id);
            else
                _redundant.Remove(id);
        }

        if (_redundant.Count == 0)
        {
            Timers.Cancel(nameof(TakeoverTick));
            if (!_seen.IsEmpty)
                SayTakeovers(_seen.Clear());
        }
        else
        {
            if (!Timers.IsTimerActive(nameof(TakeoverTick)))
                Timers.StartPeriodicTimer(nameof(TakeoverTick), new TakeoverTick(), TakeoverInterval, TakeoverInterval);
            OrderTakeovers();
        }
    }

    private void Obey(ImmutableDictionary<RuleId, TakeoverWish> wishes)
    {
        _wishes = wishes;
        foreach ((RuleId id, TakeoverWish wish) in wishes)
        {
            EchoPeers peers = wish.Peers;
            if (!_state.Desired.ContainsKey(id) || peers.All.IsEmpty || peers == _peers.GetValueOrDefault(id)) // who is not known any more may come back as he was
                continue;
            _peers = _peers.SetItem(id, peers);
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

    /// <summary>No worker is there any more: what is still wanted is not forwarded here.</summary>
    private void EndTakeovers()
    {
        _redundant.Clear();
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
            IsSending = Grows(_sent, rule.Id, _state.Allocations.Rules[rule.Id].Outputs.Sum(o => _open.Port.ReadOutputTotals(o.Index).Sent)),
            IsCrowded = Grows(_strangers, rule.Id, view.Strangers),
            Unfit = Health.WhyUnfit(rule, links),
            Degraded = Health.WhyDegraded(rule, links),
            Deaf = Health.WhyDeaf(rule, links),
            Links = [.. rule.Outputs.Select(o => links.TryGet(o.Interface, out Link? link) ? link.LinkAddress : 0).Where(l => l != 0).Distinct().Order()],
        };
    }

    /// <summary>Whether a count has grown lately; what is seen of it first is no growth.</summary>
    private bool Grows(Dictionary<RuleId, (long Count, TimeSpan At)> counts, RuleId rule, long count)
    {
        TimeSpan now = _time.GetElapsedTime(0);
        bool isKnown = counts.TryGetValue(rule, out (long Count, TimeSpan At) last);
        if (!isKnown || last.Count != count)
            counts[rule] = last = (count, isKnown ? now : TimeSpan.MinValue);
        return last.At != TimeSpan.MinValue && now - last.At < TakeoverViews.Lately;
    }

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
}
