using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Cluster;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Redundancy.RedundancyEffect>;

namespace Mcr.Actors.Redundancy;

/// <summary>
/// The redundant rules of this node and what the other nodes say of theirs: whom the workers may take for dead, who hands over to whom, and who of two that do not hear each other gives way. The
/// workers take over by themselves by what they hear; nothing here is in the way of that. Immutable and pure.
/// </summary>
/// <param name="Node">This one's name.</param>
/// <param name="Started">When, by a clock that is never set.</param>
/// <param name="FirstNumber">Of orders: no earlier mcrd has given one with it.</param>
internal sealed partial record RedundancyState(string Node, TimeSpan Started, long FirstNumber)
{
    public ImmutableDictionary<RuleId, RedundantRule> Rules { get; private init; } = ImmutableDictionary<RuleId, RedundantRule>.Empty;

    /// <summary>It hands over what it can, and takes nothing.</summary>
    public bool IsDrained { get; private init; }

    private ImmutableDictionary<string, ImmutableDictionary<RuleId, TakeoverView>> Views { get; init; } = ImmutableDictionary<string, ImmutableDictionary<RuleId, TakeoverView>>.Empty;

    private ImmutableSortedDictionary<string, NodeReport> Reports { get; init; } = ImmutableSortedDictionary<string, NodeReport>.Empty;

    private ImmutableHashSet<string> Reachable { get; init; } = [];

    /// <summary>Since when this node's part of the cluster does not run; null: it runs.</summary>
    private TimeSpan? OutSince { get; init; }

    /// <summary>What an interface's actor has said of all its redundant rules.</summary>
    public (RedundancyState Next, Effects Effects) See(RedundancyMessages.Seen seen)
    {
        var effects = ImmutableArray.CreateBuilder<RedundancyEffect>();
        ImmutableDictionary<RuleId, RedundantRule>.Builder rules = Rules.ToBuilder();
        foreach (RuleId gone in Views.GetValueOrDefault(seen.Interface, seen.Rules).Keys.Where(id => !seen.Rules.ContainsKey(id)))
            rules.Remove(gone);
        foreach ((RuleId id, TakeoverView view) in seen.Rules)
        {
            bool isKnown = rules.TryGetValue(id, out RedundantRule? before);
            RedundantRule rule = isKnown ? before! with { View = view } : new RedundantRule(view) { Number = FirstNumber };
            rules[id] = rule with { Peers = PeersOf(view.Rule, rule.Peers) };
            if (isKnown)
                effects.AddRange(NewsOf(before!.View, view).Select(news => new RedundancyEffect.Tell(news)));
        }

        return (this with { Rules = rules.ToImmutable(), Views = Views.SetItem(seen.Interface, seen.Rules) }, effects.ToImmutable());
    }

    /// <summary>What the other nodes have said last, and which can be reached.</summary>
    /// <param name="outAt">When this node's part of the cluster does not run: now.</param>
    public RedundancyState Hear(ImmutableSortedDictionary<string, NodeReport> reports, ImmutableHashSet<string> reachable, TimeSpan? outAt = null)
    {
        RedundancyState next = this with { Reports = reports, Reachable = reachable, OutSince = outAt is null ? null : OutSince ?? outAt };
        return next with { Rules = Rules.ToImmutableDictionary(r => r.Key, r => r.Value with { Peers = next.PeersOf(r.Value.View.Rule, r.Value.Peers) }) };
    }

    public ImmutableDictionary<RuleId, TakeoverWish> Wishes(TimeSpan now) => Rules.ToImmutableDictionary(r => r.Key, r => new TakeoverWish
    {
        Peers = r.Value.Peers,
        IsWithheld = IsDrained && !r.Value.View.IsForwarding,
        IsFree = IsFree(r.Value, now),
        IsSuspect = IsSuspect(r.Value),
        Number = r.Value.Number,
        Kind = r.Value.Kind,
        Rank = r.Value.Rank,
    });

    /// <summary>What this node says of its rules.</summary>
    public ImmutableSortedDictionary<string, RedundancyReport> Report() => Rules.ToImmutableSortedDictionary(r => r.Key.Value, r => new RedundancyReport
    {
        Forwarding = r.Value.View.IsForwarding,
        Since = r.Value.View.Since,
        Cause = RedundancyTexts.Why(r.Value.View),
        Unfit = r.Value.View.Unfit ?? (IsDrained ? "the node is drained" : null),
        Degraded = r.Value.View.Degraded,
        ByHand = r.Value.IsByHand,
        Flowing = r.Value.View.IsFlowing,
        Sending = r.Value.View.IsSending,
        Proven = r.Value.View.IsProven,
        Links = RedundancyReport.LinksText(r.Value.View.Links),
        Addresses = string.Join(' ', r.Value.View.Addresses),
    }, StringComparer.Ordinal);

    /// <summary>The other nodes of a rule, in its order.</summary>
    internal IEnumerable<OtherNode> OthersOf(ForwardingRule rule)
    {
        ImmutableArray<string> order = rule.Redundancy!.Order;
        for (int rank = 0; rank < order.Length; rank++)
        {
            if (order[rank] == Node)
                continue;
            NodeReport? node = Reports.GetValueOrDefault(order[rank]);
            yield return new OtherNode(order[rank], rank, Reachable.Contains(order[rank]), node is not null, node?.Redundancy.GetValueOrDefault(rule.Id.Value));
        }
    }

    /// <summary>Who is not heard of any more may come back as it was.</summary>
    private EchoPeers PeersOf(ForwardingRule rule, EchoPeers before)
    {
        var peers = ImmutableArray.CreateBuilder<(ulong, int)>();
        foreach (OtherNode other in OthersOf(rule))
        {
            if (other.Report is { Links.Length: > 0 } report)
                peers.AddRange(report.ReadLinks().Take(ForwardingRule.MaxOutputs).Select(link => (link, other.Rank)));
            else
                peers.AddRange(before.All.Where(p => p.Rank == other.Rank));
        }

        var next = new EchoPeers(peers.ToImmutable());
        return next == before ? before : next;
    }

    private IEnumerable<RelayEvent> NewsOf(TakeoverView before, TakeoverView after)
    {
        if (after.IsForwarding && after.Takeovers > before.Takeovers)
            yield return News(after, after is { Cause: TakeoverCause.Ordered } or { Gap: null } ? EventSeverity.Info : EventSeverity.Warning, EventKind.TakenOver, $"node {Node} forwards it now: {RedundancyTexts.Why(after)}");
        else if (!after.IsForwarding && after.Yields > before.Yields)
            yield return News(after, EventSeverity.Info, EventKind.Yielded, $"node {Node} stands by for it now: {RedundancyTexts.Why(after)}");
        if (after.Strangers > 0 && before.Strangers == 0)
            yield return News(after, EventSeverity.Warning, EventKind.Redundancy, "somebody sends to its output who is no node of it: such datagrams say nothing about whether a node forwards it");
    }

    private RelayEvent News(TakeoverView view, EventSeverity severity, EventKind kind, string sentence)
    {
        ImmutableSortedDictionary<string, string> values = ImmutableSortedDictionary<string, string>.Empty.Add("node", Node).Add("cause", RedundancyTexts.Name(view.Cause));
        if (kind == EventKind.TakenOver && view.Gap is { } gap)
            values = values.Add("gap_ms", gap.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture));
        return RelayEvent.Of(view.Rule, severity, kind, $"{Relay.Sentences.Label(view.Rule)}: {sentence}") with { Values = values };
    }
}

/// <param name="IsKnown">It has said something of itself.</param>
/// <param name="Report">null: it does not have the rule, as far as it is known.</param>
internal sealed record OtherNode(string Name, int Rank, bool IsReachable, bool IsKnown, RedundancyReport? Report);
