using System.Collections.Immutable;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Redundancy.RedundancyEffect>;

namespace Mcr.Actors.Redundancy;

/// <summary>What is decided by itself, as time goes by.</summary>
internal sealed partial record RedundancyState
{
    /// <summary>After its start, so long it is waited for nodes that have not been heard of.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(5);

    /// <summary>How long the preferred node has to have been well before it takes a rule back.</summary>
    public static readonly TimeSpan RevertHold = TimeSpan.FromSeconds(3);

    /// <summary>One that loses it again and again waits twice as long each time, up to this.</summary>
    public static readonly TimeSpan LongestRevertHold = TimeSpan.FromMinutes(5);

    /// <summary>Whoever works on a host may well make it lose the rule so often.</summary>
    private const int FreeFlaps = 3;

    /// <summary>More than it takes to <see cref="LongestRevertHold"/>.</summary>
    private const int MostDoublings = 10;

    /// <summary>For so many times the hold it has to keep it, or it has lost it again.</summary>
    private const int SteadyHolds = 10;

    /// <summary>Two forward and do not hear each other: so long they may be about to notice, or the news about it be old.</summary>
    private static readonly TimeSpan DoubledHold = TimeSpan.FromSeconds(1);

    /// <summary>A loop obeys within its next turn.</summary>
    private static readonly TimeSpan OrderTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ProbeAgain = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(2);

    public (RedundancyState Next, Effects Effects) Tick(TimeSpan now)
    {
        RedundancyState next = this;
        var effects = ImmutableArray.CreateBuilder<RedundancyEffect>();
        foreach (RuleId id in Rules.Keys)
        {
            (RedundantRule rule, Effects more) = next.Decide(next.Rules[id], now);
            if (!ReferenceEquals(rule, next.Rules[id]))
                next = next.With(rule);
            effects.AddRange(more);
        }

        return (next, effects.ToImmutable());
    }

    private (RedundantRule Rule, Effects Effects) Decide(RedundantRule rule, TimeSpan now)
    {
        if (rule.Kind != TakeoverOrder.None && now - rule.OrderedAt > OrderTime)
            rule = rule with { Kind = TakeoverOrder.None };
        if (rule is { IsByHand: true, View.IsForwarding: false, Move: null })
            rule = rule with { IsByHand = false };
        if (rule.Move is not null)
            return GoOn(rule, now);
        if (rule is { TookBackAt: { } back, View.IsForwarding: false })
            rule = rule with { TookBackAt = null, Flaps = now - back < SteadyHolds * HoldOf(rule) ? rule.Flaps + 1 : 0 };
        (rule, Effects released) = Release(rule, now);
        if (!released.IsEmpty)
            return (rule, released);
        (rule, Effects fenced) = Fence(rule, now);
        if (!fenced.IsEmpty)
            return (rule, fenced);
        return rule.View.IsForwarding ? HandOver(rule, now) : Revert(rule, now);
    }

    /// <summary>Nobody is known who forwards it or goes first, so silence alone decides.</summary>
    private bool IsFree(RedundantRule rule, TimeSpan now)
    {
        int rank = rule.Settings.RankOf(Node);
        OtherNode[] others = [.. OthersOf(rule.View.Rule)];
        bool isSettled = (now - Started >= Hold && (OutSince is not { } since || now - since >= Hold)) || others.All(o => o is { IsReachable: true, Report: not null });
        bool maySomebodyForward = rule.View.IsCrowded && others.Any(o => !rule.Peers.All.Any(p => p.Rank == o.Rank)); // whose address is not known, since nodes could not talk yet
        return isSettled && !maySomebodyForward && !others.Any(o => o is { IsReachable: true, Report: { } report } && (report.Forwarding || (o.Rank < rank && report.IsReady)) && (report.Flowing || !rule.View.IsFlowing));
    }

    /// <summary>The one that forwarded last, as far as it is known, cannot be reached.</summary>
    private bool IsSuspect(RedundantRule rule) =>
        OthersOf(rule.View.Rule).Any(o => !o.IsReachable && (o.Report is { Forwarding: true } || o.Rank == rule.View.HeardRank))
        && !OthersOf(rule.View.Rule).Any(o => o is { IsReachable: true, Report.Forwarding: true });

    /// <summary>Two that hear each other settle it themselves, within a datagram's time. Of two that do not, the one that goes last gives way here.</summary>
    private (RedundantRule Rule, Effects Effects) Fence(RedundantRule rule, TimeSpan now)
    {
        int rank = rule.Settings.RankOf(Node);
        OtherNode? other = rule.View.IsForwarding ? OthersOf(rule.View.Rule).FirstOrDefault(o => o is { IsReachable: true, Report: { Forwarding: true, Sending: true } } && o.Rank < rank) : null;
        if (other is null)
            return (rule.DoubledSince is null ? rule : rule with { DoubledSince = null, ProbedAt = null, IsIsland = false }, []);
        if (rule.DoubledSince is not { } since)
            return (rule with { DoubledSince = now }, []);
        if (now - since < DoubledHold || now - rule.ProbedAt < ProbeAgain)
            return (rule, []);
        return (rule with { ProbedAt = now }, [new RedundancyEffect.Probe(new RedundancyMessages.Probe(rule.View.Rule.Id, other.Name, [.. other.Report!.ReadAddresses()], [.. other.Report.ReadLinks()]))]);
    }

    /// <summary>
    /// Two forward and do not hear each other. The segment carries other frames between them, so receivers have both, and the one that goes last gives way; or it does not, and each has receivers of its own.
    /// </summary>
    public (RedundancyState Next, Effects Effects) Probed(RedundancyMessages.Probed probed, TimeSpan now)
    {
        if (!Rules.TryGetValue(probed.Rule, out RedundantRule? rule) || rule.DoubledSince is null)
            return (this, []);
        if (probed.Meets)
        {
            RelayEvent deaf = News(rule.View, EventSeverity.Warning, EventKind.Redundancy, $"nodes {probed.Node} and {Node} have both forwarded it, and {Node} does not hear {probed.Node} on the output although the segment is one; {Node} stands by. Until it hears {probed.Node} again it takes over only when the cluster says that {probed.Node} is gone. Look whether the segment carries the group from one to the other (a switch that snoops without a querier does not)");
            return (With(Order(rule, TakeoverOrder.Yield, now) with { DoubledSince = null, ProbedAt = null, IsIsland = false }), [new RedundancyEffect.Tell(deaf)]);
        }

        if (rule.IsIsland)
            return (this, []);
        RelayEvent island = News(rule.View, EventSeverity.Warning, EventKind.Redundancy, $"the output's segment is cut between nodes {probed.Node} and {Node}: each forwards to its side, until they hear each other again");
        return (With(rule with { IsIsland = true }), [new RedundancyEffect.Tell(island)]);
    }

    /// <summary>Something is wrong here, or the node is drained: another one that is ready is asked to take it.</summary>
    private (RedundantRule Rule, Effects Effects) HandOver(RedundantRule rule, TimeSpan now)
    {
        string? why = IsDrained ? $"node {Node} is drained" : rule.View.Degraded is { } degraded ? $"at node {Node} {degraded}" : null;
        if (why is null || now - rule.AskedAt < AskAgain || TargetOf(rule) is not { } target)
            return (rule, []);
        return (rule with { AskedAt = now }, [new RedundancyEffect.Ask(target.Name, new ControlRequest.ClusterTakeover { Rule = rule.View.Rule.Id.Value, Member = target.Name, Because = why }, null)]);
    }

    /// <summary>The preferred node takes it back when it has been well for some time.</summary>
    private (RedundantRule Rule, Effects Effects) Revert(RedundantRule rule, TimeSpan now)
    {
        TakeoverView view = rule.View;
        bool isWell = rule.Settings is { Revert: true } settings && settings.Prefer == Node && !IsDrained
            && view is { Unfit: null, Degraded: null, IsFlowing: true };
        if (!isWell || ForwarderOf(rule) is not { Report.ByHand: false } forwarder)
            return (rule.WellSince is null ? rule : rule with { WellSince = null }, []);
        if (rule.WellSince is not { } since)
            return (rule with { WellSince = now }, []);
        if (now - since < HoldOf(rule))
            return (rule, []);
        (RedundantRule next, Effects effects) = Begin(rule, forwarder.Name, "it is the preferred node, and is well again", isByHand: false, now);
        return (next with { TookBackAt = now }, effects);
    }

    /// <summary>A preferred node that is well for seconds only costs a takeover each time.</summary>
    private static TimeSpan HoldOf(RedundantRule rule)
    {
        int doublings = Math.Clamp(rule.Flaps - FreeFlaps, 0, MostDoublings);
        TimeSpan hold = RevertHold * (1 << doublings);
        return hold < LongestRevertHold ? hold : LongestRevertHold;
    }

    /// <summary>Who can be reached and forwards.</summary>
    private OtherNode? ForwarderOf(RedundantRule rule) => OthersOf(rule.View.Rule).FirstOrDefault(o => o is { IsReachable: true, Report.Forwarding: true });

    /// <summary>The first in the order that could take it over, and would do better.</summary>
    private OtherNode? TargetOf(RedundantRule rule) =>
        OthersOf(rule.View.Rule).FirstOrDefault(o => o is { IsReachable: true, Report: { IsReady: true } report } && (report.Degraded is null || IsDrained) && (report.Flowing || !rule.View.IsFlowing));

    private static RedundantRule Order(RedundantRule rule, TakeoverOrder kind, TimeSpan now, int rank = 0) => rule with { Number = rule.Number + 1, Kind = kind, Rank = rank, OrderedAt = now };
}
