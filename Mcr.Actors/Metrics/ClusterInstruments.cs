using Mcr.Actors.Control;

namespace Mcr.Actors.Metrics;

/// <summary><c>mcr.cluster.*</c>, <c>mcr.redundancy.*</c> and <c>mcr.leg.*</c>, as this node sees it; nothing of a node that is in no cluster.</summary>
internal static class ClusterInstruments
{
    private static readonly string[] States = ["starting", "searching", "member", "waiting", "left"];
    private static readonly string[] Roles = ["forwarding", "standby", "unfit", "drained", "missing", "unknown"];
    private static readonly string[] LegStates = ["up", "idle", "silent", "waiting"];

    public static void AddTo(MetricSet set)
    {
        set.Gauge("mcr.cluster.state", "", "1 for the state that this node's part of the cluster has, 0 for the others", s => s.Cluster is { } cluster ? MetricSet.States(States, cluster.State, [], "state") : []);
        set.Counter("mcr.cluster.restarts", "{restart}", "How often this node's part of the cluster has ended by itself", s => s.Cluster is { } cluster ? [MetricSet.Measure(cluster.Restarts, [])] : []);
        set.Gauge("mcr.cluster.member.reachable", "", "1: this node reaches that member", s => Members(s).Select(m => MetricSet.Measure(m.Reachable ? 1 : 0, Tags(m))));
        set.Gauge("mcr.cluster.member.synced", "", "1: that member runs the rules that it is to run", s => Members(s).Where(m => m.Sync is not null).Select(m => MetricSet.Measure(m.Sync == "Synced" ? 1 : 0, Tags(m))));
        set.Gauge("mcr.redundancy.role", "", "1 for the role that a node has in a redundant rule, 0 for the others", s =>
            from rule in s.Cluster?.Redundant ?? [] from node in rule.Nodes from state in MetricSet.States(Roles, node.Role, [.. RuleInstruments.Tags(rule.RuleId, rule.Name), .. MetricSet.Tags(("node", node.Node))], "role") select state);
        set.Gauge("mcr.leg.state", "", "1 for the state that a leg has, 0 for the others", s => Legs(s).SelectMany(each => MetricSet.States(LegStates, each.Of.State, each.Tags, "state")));
        Leg(set, "mcr.leg.sent", "{datagram}", "Datagrams sent into a leg, as its beginning counts them", l => l.Sent);
        Leg(set, "mcr.leg.received", "{datagram}", "Datagrams that came out of a leg, as its end counts them", l => l.Received);
        Leg(set, "mcr.leg.lost", "{datagram}", "Datagrams lost between the ends of a leg", l => l.Lost);
        Leg(set, "mcr.leg.reordered", "{datagram}", "Datagrams that came out of a leg behind later ones", l => l.Reordered);
        Leg(set, "mcr.leg.refused", "{datagram}", "Datagrams that the end of a leg refused: unknown, altered, taken before or too old", l => l.Refused);
        set.Seconds("mcr.leg.latency", "One way through a leg, mean over ten seconds", s => Legs(s).Where(each => each.Of.Latency is not null).Select(each => MetricSet.Measure(each.Of.Latency!.Mean / 1e6, each.Tags)));
    }

    private static void Leg(MetricSet set, string name, string unit, string description, Func<LegEntry, long?> value) =>
        set.Counter(name, unit, description, s => Legs(s).Where(each => value(each.Of) is not null).Select(each => MetricSet.Measure(value(each.Of)!.Value, each.Tags)));

    private static IEnumerable<ClusterMemberEntry> Members(RelaySnapshot snapshot) => snapshot.Cluster?.Members ?? [];

    private static KeyValuePair<string, object?>[] Tags(ClusterMemberEntry member) => MetricSet.Tags(("node", member.Node));

    private static IEnumerable<(LegEntry Of, KeyValuePair<string, object?>[] Tags)> Legs(RelaySnapshot snapshot) =>
        (snapshot.Cluster?.Legs ?? []).Select(l => (l, MetricSet.Tags(("rule", l.RuleId), ("from_node", l.From), ("to_node", l.To), ("output", l.Output))));
}
