using System.Globalization;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>`mcrctl cluster status` and `mcrctl cluster rules`. Pure.</summary>
internal static class ClusterScreen
{
    private static readonly Column[] Members =
    [
        new("STATE"), new("NODE"), new("ADDRESS", Rank: 2, Give: Give.Wrap), new("SINCE", Rank: 1), new("SYNC"), new("RULES", Give: Give.Wrap), new("WORKERS", Rank: 3, Give: Give.Wrap), new("INTERFACES", Rank: 4, Give: Give.Wrap), new("VERSION", Rank: 5, Give: Give.Wrap),
    ];

    private static readonly Column[] Rules = [new("STATE"), new("NODE"), new("RULE ID"), new("NAME", Rank: 1, Give: Give.Wrap), new("RULE", Give: Give.Wrap), new("FROM", Rank: 2, Give: Give.Wrap)];

    public static Screen Of(ClusterEntry cluster) => new([Sentence(cluster), .. cluster.Unknown is { } unknown ? [unknown] : Array.Empty<string>(), .. (cluster.Seeds ?? new Dictionary<string, string>()).Select(s => $"seed {s.Key}: {s.Value}"), .. cluster.Conflicts ?? [], .. RedundancyLines.Of(cluster.Redundant ?? []), .. LegLines.Of(cluster.Legs ?? [])])
    {
        Columns = Members,
        What = "node",
        Rows = [.. cluster.Members.OrderBy(m => Condition(m, cluster)).ThenBy(m => m.Node, StringComparer.Ordinal).Select(m => Row(m, cluster))],
    };

    public static Screen Of(IReadOnlyList<ClusterRuleEntry> rules) => rules.Count == 0 ? new Screen(["no rules"]) : new Screen([])
    {
        Columns = Rules,
        What = "rule",
        Rows = [.. rules.OrderBy(Condition).ThenBy(r => r.Node, StringComparer.Ordinal).ThenBy(r => r.RuleId, StringComparer.Ordinal).Select(Row)],
    };

    private static string Sentence(ClusterEntry cluster)
    {
        string restarts = cluster.Restarts == 0 ? "" : $"; its part of the cluster was made anew {Quantity.Count(cluster.Restarts, "time")}";
        return cluster.State switch
        {
            "member" => $"cluster {cluster.Cluster}, as node {cluster.Node} sees it{restarts}",
            "searching" => $"node {cluster.Node} looks for the other nodes of cluster {cluster.Cluster}{restarts}",
            _ => $"node {cluster.Node} is not in cluster {cluster.Cluster} ({cluster.State}){(cluster.Why is { } why ? $": {why}" : "")}{restarts}",
        };
    }

    private static Row Row(ClusterMemberEntry member, ClusterEntry cluster) => new(
        [
            State(member, cluster),
            member.Node,
            member.Address[(member.Address.IndexOf('@', StringComparison.Ordinal) + 1)..],
            member.Since is { } since ? Time(since) : "",
            member.Sync?.ToLowerInvariant() ?? "not known",
            Counts(member.Rules),
            Counts(member.Workers),
            string.Join(", ", (member.Interfaces ?? new Dictionary<string, string>()).OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => $"{i.Key} {i.Value}")),
            member.Version ?? "",
        ],
        Conditions.Ink(Condition(member, cluster)));

    private static Row Row(ClusterRuleEntry rule) => new(
        [rule.State.ToLowerInvariant(), rule.Node, rule.RuleId, rule.Name ?? "", rule.Rule ?? "of another version", rule.Origin],
        Conditions.Ink(Condition(rule)),
        string.Join('\n', (rule.Why is { } why ? [why] : Array.Empty<string>()).Concat((rule.Conflicts ?? []).Select(c => $"given up: {c}"))) is { Length: > 0 } note ? note : null);

    private static string State(ClusterMemberEntry member, ClusterEntry cluster) =>
        member is { Node: var node } && node == cluster.Node ? "this node"
        : member.Status == "Absent" ? "absent"
        : !member.Reachable ? "unreachable"
        : member.Status.ToLowerInvariant();

    private static Condition Condition(ClusterMemberEntry member, ClusterEntry cluster) =>
        member.Sync == "Drifted" ? Screens.Condition.Failed
        : member.Node == cluster.Node ? Screens.Condition.Ok
        : member.Status == "Absent" || !member.Reachable ? Screens.Condition.Degraded
        : member.Status is not ("Up" or "WeaklyUp") || member.Sync == "Pending" ? Screens.Condition.Pending
        : Screens.Condition.Ok;

    private static Condition Condition(ClusterRuleEntry rule) => rule switch
    {
        { State: "Refused" } => Screens.Condition.Failed,
        { Conflicts: not null } => Screens.Condition.Alarm,
        { State: "Pending" } => Screens.Condition.Pending,
        _ => Screens.Condition.Ok,
    };

    /// <summary><c>3 active, 1 pending</c>.</summary>
    private static string Counts(IReadOnlyDictionary<string, int>? counts) =>
        counts is null ? "" : counts.Count == 0 ? "none" : string.Join(", ", counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{Quantity.Count(c.Value)} {c.Key.ToLowerInvariant()}"));

    private static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
