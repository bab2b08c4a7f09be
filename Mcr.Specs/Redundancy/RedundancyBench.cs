using System.Collections.Immutable;
using Mcr.Actors.Cluster;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Redundancy;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;

namespace Mcr.Specs.Redundancy;

/// <summary>One node's <see cref="RedundancyState"/> with one rule of nodes a (preferred), b and c, told by hand what its workers and the other nodes say. Times are seconds since its start.</summary>
internal sealed class RedundancyBench
{
    public const long FirstNumber = 1000;

    private readonly Dictionary<string, RedundancyReport?> _others = [];
    private readonly HashSet<string> _reachable = [];

    public RedundancyBench(string node = "b", bool revert = true, params string[] nodes)
    {
        Rule = TestRules.Rule("in0", "239.1.1.1", 5000, "video", "239.2.2.2:6000:out0") with { Redundancy = new RedundancySettings(nodes.Length == 0 ? ["a", "b", "c"] : [.. nodes], "a", revert, 100) };
        State = new RedundancyState(node, TimeSpan.Zero, FirstNumber);
        View = new TakeoverView(Rule, false, TakeoverCause.Began, DateTimeOffset.UnixEpoch) { IsFlowing = true };
        See(View);
    }

    public ForwardingRule Rule { get; }

    public RedundancyState State { get; private set; }

    public TakeoverView View { get; private set; }

    public double Now { get; set; }

    public RedundantRule Known => State.Rules[Rule.Id];

    public TakeoverWish Wish => State.Wishes(Time)[Rule.Id];

    private TimeSpan Time => TimeSpan.FromSeconds(Now);

    public static RedundancyReport Standby { get; } = new() { Flowing = true, Proven = true, Links = "020000000001" };

    public static RedundancyReport Forwarder { get; } = Standby with { Forwarding = true, Sending = true };

    public ImmutableArray<RedundancyEffect> See(TakeoverView view)
    {
        View = view;
        (State, ImmutableArray<RedundancyEffect> effects) = State.See(new RedundancyMessages.Seen("in0", ImmutableDictionary<RuleId, TakeoverView>.Empty.Add(Rule.Id, view)));
        return effects;
    }

    public void Forward(bool isForwarding = true) => See(View with { IsForwarding = isForwarding, IsSending = isForwarding, Takeovers = View.Takeovers + (isForwarding ? 1 : 0), Yields = View.Yields + (isForwarding ? 0 : 1) });

    /// <param name="report">null: it does not have the rule.</param>
    public void Hear(string node, RedundancyReport? report, bool isReachable = true)
    {
        _others[node] = report;
        if (isReachable)
            _reachable.Add(node);
        else
            _reachable.Remove(node);
        State = State.Hear(
            _others.ToImmutableSortedDictionary(o => o.Key, o => new NodeReport { Redundancy = o.Value is null ? ImmutableSortedDictionary<string, RedundancyReport>.Empty : ImmutableSortedDictionary<string, RedundancyReport>.Empty.Add(Rule.Id.Value, o.Value) }),
            [.. _reachable]);
    }

    public ImmutableArray<RedundancyEffect> Tick()
    {
        (State, ImmutableArray<RedundancyEffect> effects) = State.Tick(Time);
        return effects;
    }

    public ImmutableArray<RedundancyEffect> TickAt(double now)
    {
        Now = now;
        return Tick();
    }

    public (ImmutableArray<RedundancyEffect> Effects, string? Refusal) Take(string rule = "video", string? because = null)
    {
        (State, ImmutableArray<RedundancyEffect> effects, string? refusal) = State.Take(rule, because, Time);
        return (effects, refusal);
    }

    public (string Answer, bool IsDone) Yield(string to, bool now = false, string rule = "video")
    {
        (State, string answer, bool isDone) = State.Yield(new ControlRequest.ClusterYield { Rule = rule, Member = to, Now = now }, Time);
        return (answer, isDone);
    }

    public void Yielded() => State = State.Yielded(Rule.Id, Time);

    public System.Collections.Immutable.ImmutableArray<RedundancyEffect> Probed(bool meets, string node = "a")
    {
        (State, System.Collections.Immutable.ImmutableArray<RedundancyEffect> effects) = State.Probed(new RedundancyMessages.Probed(Rule.Id, node, meets), Time);
        return effects;
    }

    public void Drain(bool isDrained = true) => State = State.Drain(isDrained);

    /// <summary>The rule is gone.</summary>
    public void Remove() => (State, _) = State.See(new RedundancyMessages.Seen("in0", ImmutableDictionary<RuleId, TakeoverView>.Empty));
}
