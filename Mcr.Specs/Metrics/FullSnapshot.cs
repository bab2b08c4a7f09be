using Mcr.Actors.Control;
using Mcr.Actors.Metrics;

namespace Mcr.Specs.Metrics;

/// <summary>A relay of which everything is known: each instrument has something to tell.</summary>
internal static class FullSnapshot
{
    private static readonly DateTimeOffset Then = DateTimeOffset.UnixEpoch.AddSeconds(1000);

    private static readonly CountersEntry Counters = new(10, 7, 1, 1, 1, 2, 14, 1400, 3, new Dictionary<string, long> { ["runt"] = 1, ["duplicate"] = 1 });

    private static readonly SequenceEntry Sequence = new(100, 5, 4, 3, 2, 1, 0);

    public static RelaySnapshot Make() => new()
    {
        Rules = [Rule("r1", "video"), Rule("r2", null) with { Status = "Failed" }],
        Stats = [Stats("r1", "video"), Stats("r2", null) with { Stream = null, Selection = null, LastSeen = null }],
        Workers = [new WorkerEntry(5, null, "eth0", "Running", 0, [], 1, "a", "a", "Synced", 2) { Counters = Counters }],
        Interfaces = [new InterfaceEntry("eth0", true, 2, "veth", true, true, true, 1500, [], 1, 1) { Repairs = 3, Queriers = [new QuerierEntry("ipv4", Then)] }],
        Version = new VersionEntry(1, "1.0") { Saving = new SavingEntry(true, "/var/lib/mcr", null, null), Webhook = new WebhookEntry("https://x", 5, 4, 3, null, null) },
        Cluster = new ClusterEntry("c", "a", "member", null, Then, [new ClusterMemberEntry("b", "10.0.0.2:1", "Up", true, Then) { Sync = "Synced" }])
        {
            Redundant = [new RedundancyEntry("r1", "video", ["a"], [new RedundancyNodeEntry("a", "forwarding"), new RedundancyNodeEntry("b", "standby")])],
            Legs = [new LegEntry("r1", "a", "b", "239.2.2.2:6000 on eth1", "up") { Sent = 9, Received = 8, Lost = 1, Reordered = 2, Refused = 3, Latency = new LegLatencyEntry(100, 200, 300, 10) }],
        },
    };

    private static RuleEntry Rule(string id, string? name) => new(id, name, "eth0", "239.1.1.1", 5000, [], "Active", null, Then, "mcrd.hocon:1:1", null) { ActiveAlarms = [new AlarmEntry("silence", Then, "no datagram")] };

    private static StatsEntry Stats(string id, string? name) => new("239.1.1.1", 5000, 7, 700, 1, 1, id, name, "eth0", 14, 3)
    {
        SourceChanges = 2,
        LastSeen = Then,
        Outputs = [new OutputStatsEntry("239.2.2.2", 6000, "eth1", 14, 3, new Dictionary<string, long> { ["full"] = 3 }, new Dictionary<string, long>()) { Bytes = 1400, LastSeen = Then }, new OutputStatsEntry("", 0, "", 1, 0, new Dictionary<string, long>(), new Dictionary<string, long>()) { Node = "c", Rule = "clean" }],
        Stream = new StreamEntry(new LatencyEntry(10, 20, 30, 40, 50))
        {
            Sequence = Sequence,
            Flows = [new FlowEntry("10.0.0.7", 4000, "1a2b", 96, 0.5, 1, Then, Sequence)],
            TransportStream = new TransportStreamEntry(70, 1, 3, 2, 1, []),
        },
        Selection = new SelectionEntry("failover", 7, 1, 2, 3, 4, 5, 6, [new SelectionInputEntry(1, "eth0", "239.1.1.1", 5000, "alive", "it is alive", 7, 6, 5, 4, 3, 2, 1, 9, 8, 11, 12) { Source = "10.0.0.7", LastSeen = Then, Skew = new SkewEntry(5, 10, 20, 30) }]) { Switches = 2 },
    };
}
