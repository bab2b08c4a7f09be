using Mcr.Actors.Control;
using Mcr.Native.Rules;

namespace Mcr.Actors.Redundancy;

/// <summary>Redundant rules as an operator is shown them. Pure.</summary>
internal static class RedundancyViews
{
    public static RedundancyEntry Of(RedundancyState state, RedundantRule rule)
    {
        TakeoverView view = rule.View;
        RedundancyNodeEntry self = new(state.Node, Role(view.IsForwarding, view.Unfit, state.IsDrained))
        {
            Since = view.Since,
            Why = RedundancyTexts.Why(view),
            Unfit = view.Unfit,
            Degraded = view.Degraded,
            Flowing = view.IsFlowing,
            Hears = view.IsProven,
        };
        RedundancyNodeEntry[] nodes = [.. state.OthersOf(view.Rule).Select(Node).Append(self).OrderBy(n => rule.Settings.RankOf(n.Node))];
        return new RedundancyEntry(view.Rule.Id.Value, view.Rule.Name, [.. nodes.Where(n => n.Role == "forwarding").Select(n => n.Node)], nodes) { Warning = Warning(state, rule) };
    }

    private static RedundancyNodeEntry Node(OtherNode other) => other.Report is not { } report
        ? new RedundancyNodeEntry(other.Name, other is { IsKnown: true, IsReachable: true } ? "missing" : "unknown") { Why = other is { IsKnown: true, IsReachable: true } ? "it has no such rule with ha; add it there, too" : "it cannot be reached" }
        : new RedundancyNodeEntry(other.Name, other.IsReachable ? Role(report.Forwarding, report.Unfit, false) : "unknown")
        {
            Since = other.IsReachable ? report.Since : null,
            Why = other.IsReachable ? report.Cause : $"it cannot be reached; it {(report.Forwarding ? "forwarded" : "stood by")} when it was heard of last",
            Unfit = report.Unfit,
            Degraded = report.Degraded,
            Flowing = other.IsReachable ? report.Flowing : null,
            Hears = other.IsReachable ? report.Proven : null,
        };

    private static string Role(bool isForwarding, string? unfit, bool isDrained) => isForwarding ? "forwarding" : isDrained ? "drained" : unfit is not null ? "unfit" : "standby";

    /// <summary>What keeps the data from deciding; null: nothing.</summary>
    private static string? Warning(RedundancyState state, RedundantRule rule)
    {
        TakeoverView view = rule.View;
        if (view.Deaf is { } deaf)
            return $"node {state.Node} cannot hear the others: {deaf}. It takes over when the cluster says that they are gone, which takes seconds";
        if (!view.IsForwarding && view.IsCrowded && !state.OthersOf(view.Rule).Any(o => o is { IsReachable: true, Report.Forwarding: true }))
            return $"somebody sends to its output whom node {state.Node} does not know: it takes that for a node that it cannot reach, and stands by. If it is none, give the rule another output, or say who forwards: mcrctl cluster takeover {view.Rule.Id} {state.Node}";
        if (!view.IsForwarding && !view.IsProven && state.OthersOf(view.Rule).FirstOrDefault(o => o is { IsReachable: true, Report: { Forwarding: true, Sending: true } }) is { } forwarder)
            return $"node {state.Node} has not heard what {forwarder.Name} sends to {string.Join(", ", view.Rule.LocalOutputs.Select(Place))}: unless it does, it takes over only when the cluster says that {forwarder.Name} is gone, which takes seconds. Look whether the segment carries the group from one to the other";
        return view.Strangers > 0 && !view.IsProven ? "somebody sends to its output who is no node of it" : null;
    }

    private static string Place(RuleOutput output) => $"{output}";
}
