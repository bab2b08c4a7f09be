using System.Collections.Immutable;
using Mcr.Actors.Control;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Redundancy.RedundancyEffect>;

namespace Mcr.Actors.Redundancy;

/// <summary>
/// Moves that are wished: the one that forwards is told to yield as soon as it hears the other, then the other one forwards. So there is always one, and two only for as long as a datagram takes.
/// Where they do not hear each other, the first is told to stop when the second forwards.
/// </summary>
internal sealed partial record RedundancyState
{
    /// <summary>For a move; whoever has asked waits longer.</summary>
    public static readonly TimeSpan MoveTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Until all know who forwards; less than it is waited before two are told apart.</summary>
    private static readonly TimeSpan NoticeTime = TimeSpan.FromMilliseconds(700);

    /// <summary>Takes a rule over, by its id or name.</summary>
    /// <param name="because">null: by hand.</param>
    public (RedundancyState Next, Effects Effects, string? Refusal) Take(string rule, string? because, TimeSpan now)
    {
        if (Find(rule) is not { } known)
            return (this, [], NoSuch(rule));
        if (known.View.IsForwarding)
            return (this, [], $"node {Node} forwards {rule} already, since {RedundancyTexts.Time(known.View.Since)}");
        if ((known.View.Unfit ?? (IsDrained ? "it is drained; mcrctl cluster drain --end" : null)) is { } why)
            return (this, [], $"node {Node} cannot forward {rule}: {why}");
        if (known.Move is not null)
            return (this, [], $"node {Node} is just taking {rule} over");
        (RedundantRule next, Effects effects) = Begin(known, ForwarderOf(known)?.Name, because ?? "somebody has asked for it", because is null, now);
        return (With(next), effects, null);
    }

    /// <summary>The node that forwards the rule has answered, or cannot be asked.</summary>
    public RedundancyState Yielded(RuleId id, TimeSpan now) => Rules.TryGetValue(id, out RedundantRule? rule) && rule.Move is { IsTaking: false } move ? With(Order(rule, TakeoverOrder.Take, now) with { Move = move with { IsTaking = true } }) : this;

    /// <summary>Another node is about to take a rule over, or has.</summary>
    public (RedundancyState Next, string Answer, bool IsDone) Yield(ControlRequest.ClusterYield request, TimeSpan now)
    {
        if (Find(request.Rule ?? "") is not { } rule)
            return (this, NoSuch(request.Rule ?? ""), false);
        int rank = rule.Settings.RankOf(request.Member ?? "");
        if (rank < 0)
            return (this, $"{request.Member} is no node of {request.Rule} here; ha says {rule.Settings}", false);
        if (request.Now && rule.Move is not null)
            return (this, $"node {Node} is just taking {request.Rule} over itself", false);
        RedundantRule next = request.Now ? Order(rule, TakeoverOrder.Release, now) : Order(rule, TakeoverOrder.YieldTo, now, rank);
        return (With(next with { WellSince = null }), $"node {Node} yields {request.Rule} to {request.Member}", true);
    }

    public RedundancyState Drain(bool isDrained) => this with { IsDrained = isDrained, Rules = Rules.ToImmutableDictionary(r => r.Key, r => r.Value with { AskedAt = null, WellSince = null, TookBackAt = null }) };

    /// <summary>Rules that this node forwards and that another could.</summary>
    public bool HasToHandOver => Rules.Values.Any(r => r.View.IsForwarding && TargetOf(r) is not null);

    private (RedundantRule Rule, Effects Effects) Begin(RedundantRule rule, string? from, string why, bool isByHand, TimeSpan now)
    {
        rule = rule with { Move = new Move(from, now, why, isByHand), WellSince = null };
        return from is null
            ? (Order(rule, TakeoverOrder.Take, now) with { Move = rule.Move with { IsTaking = true } }, [])
            : (rule, [new RedundancyEffect.Ask(from, Request(rule, byNow: false), rule.View.Rule.Id)]);
    }

    private (RedundantRule Rule, Effects Effects) GoOn(RedundantRule rule, TimeSpan now)
    {
        Move move = rule.Move!;
        RuleId id = rule.View.Rule.Id;
        if (move.IsTaking && rule.View.IsForwarding)
        {
            Effects done = [new RedundancyEffect.Answer(id, $"node {Node} forwards {Relay.Sentences.Label(rule.View.Rule)} now{(move.From is null ? "" : $", and {move.From} stands by")}", null)];
            return (Over(rule) with { IsByHand = move.IsByHand, TakenFrom = move.From is { } noticed ? (noticed, now) : null }, move.From is { } from && OthersOf(rule.View.Rule).FirstOrDefault(o => o.Name == from) is not { Report.Proven: true } ? [.. done, new RedundancyEffect.Ask(from, Request(rule, byNow: true), null)] : done);
        }

        return now - move.Since < MoveTimeout
            ? (rule, [])
            : (Over(rule) with { TookBackAt = null }, [new RedundancyEffect.Answer(id, null, move.IsTaking ? $"the workers of node {Node} have not begun to forward it within {MoveTimeout.TotalSeconds:0} s; see mcrctl list-workers" : $"node {move.From} has not answered within {MoveTimeout.TotalSeconds:0} s, and forwards it still")]);
    }

    /// <summary>A worker that begins later must not obey what others have obeyed, or have not in time.</summary>
    private static RedundantRule Over(RedundantRule rule) => rule with { Move = null, Kind = TakeoverOrder.None };

    /// <summary>Where the one that forwarded before has not heard this one, and does not know yet that it hears nobody.</summary>
    private (RedundantRule Rule, Effects Effects) Release(RedundantRule rule, TimeSpan now)
    {
        if (rule.TakenFrom is not { } taken || now - taken.At < NoticeTime)
            return (rule, []);
        Effects effects = rule.View.IsForwarding && OthersOf(rule.View.Rule).Any(o => o.Name == taken.Node && o is { IsReachable: true, Report.Forwarding: true })
            ? [new RedundancyEffect.Ask(taken.Node, Request(rule, byNow: true), null)]
            : [];
        return (rule with { TakenFrom = null }, effects);
    }

    private ControlRequest.ClusterYield Request(RedundantRule rule, bool byNow) => new() { Rule = rule.View.Rule.Id.Value, Member = Node, Now = byNow };

    private RedundancyState With(RedundantRule rule) => this with { Rules = Rules.SetItem(rule.View.Rule.Id, rule) };

    private RedundantRule? Find(string rule) => Rules.Values.FirstOrDefault(r => r.View.Rule.Id.Value == rule) ?? Rules.Values.FirstOrDefault(r => r.View.Rule.Name == rule);

    private string NoSuch(string rule) => $"node {Node} has no redundant rule '{rule}'{(Rules.IsEmpty ? "; a rule is one with ha" : $"; it has {string.Join(", ", Rules.Values.Take(10).Select(r => r.View.Rule.Name ?? r.View.Rule.Id.Value).Order(StringComparer.Ordinal))}")}";
}
