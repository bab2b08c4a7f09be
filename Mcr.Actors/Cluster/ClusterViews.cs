using System.Collections.Immutable;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Cluster;

/// <summary>The cluster as an operator is shown it. Pure.</summary>
internal static class ClusterViews
{
    private const string Unknown = "not known just now: what each node should run, whether it does, and which changes are in conflict; this node's relay does not answer, or the rules are not read yet. The log says what it is busy with";

    public static ClusterEntry Status(
        string cluster,
        string node,
        ClusterMessages.SystemState state,
        MemberMessages.View view,
        MembersState members,
        ImmutableSortedDictionary<string, NodeReport> reports,
        ImmutableDictionary<string, DriftState> drifts,
        ClusterMessages.Summary summary)
    {
        string[] nodes = [.. members.Members.Keys.Union(summary.Hashes.Keys).Union(reports.Keys).Order(StringComparer.Ordinal)];
        string phase = state.State != "running" ? state.State : view.IsMember ? "member" : "searching";
        return new ClusterEntry(cluster, node, phase, state.Why, state.Since, [.. nodes.Select(n => Member(n, node, members.Members.GetValueOrDefault(n), reports.GetValueOrDefault(n), drifts.GetValueOrDefault(n), summary))])
        {
            Seeds = view.Problems.IsEmpty ? null : view.Problems,
            Restarts = state.Restarts,
            Unknown = summary.IsKnown ? null : Unknown,
            Conflicts = summary.Conflicts.IsEmpty ? null : summary.Conflicts,
        };
    }

    private static ClusterMemberEntry Member(string name, string self, MembersState.Known? known, NodeReport? report, DriftState? drift, ClusterMessages.Summary summary)
    {
        string? expected = summary.HashOf(name);
        bool isKnown = expected is not null && (name == self || (known is { Member.IsReachable: true } && report is not null));
        return new ClusterMemberEntry(name, known?.Member.Address ?? "", known?.Member.Status ?? "Absent", known?.Member.IsReachable ?? false, known?.Since)
        {
            Version = report?.Version ?? known?.Member.Version,
            RulesetHash = report?.RulesetHash,
            ExpectedHash = expected,
            Sync = !isKnown ? null : drift is { IsDrifted: true } ? "Drifted" : report?.RulesetHash == expected && (name != self || summary.Pending == 0) ? "Synced" : "Pending",
            Rules = report?.Rules,
            Workers = report?.Workers,
            Interfaces = report?.Interfaces,
            ReportedAt = report?.At,
        };
    }
}
