using System.Globalization;
using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

/// <summary>What the node relay-0 might answer that has legs: of its rules every second begins some, and the others are ends of legs from relay-3. Always the same.</summary>
internal static class SampleLegs
{
    public static RuleEntry[] Rules(int count) => [.. SampleAnswers.Rules(count).Select((rule, i) => i % 2 == 0
        ? rule with { Outputs = Outputs(i), Redundancy = null, ActiveAlarms = null, Status = i == 2 ? "Degraded" : "Active", Why = i == 2 ? $"output {Output(2)} of node relay-2: node relay-2 cannot be reached by the cluster" : null, Origin = "mcrctl" }
        : rule with { Name = $"cam-{i:000}@relay-3", InputInterface = "wg0", InputGroup = "10.100.0.1", InputPort = Port(i), Source = null, Outputs = Outputs(i), Redundancy = null, ActiveAlarms = null, Status = "Active", Why = null, Origin = "leg from node relay-3", LegFrom = new LegFromEntry("relay-3", $"cam-{i:000}") })];

    public static StatsEntry[] Stats(int count) => [.. SampleAnswers.Stats(count).Select((entry, i) =>
    {
        OutputEntry[] outputs = Outputs(i);
        StatsEntry rule = entry with
        {
            Outputs = [.. outputs.Select(o => new OutputStatsEntry(o.Group, o.Port, o.Interface, entry.PacketsRelayed, entry.Errors, entry.ErrorsByReason ?? new Dictionary<string, long>(), new Dictionary<string, long>()) { Node = o.Node, Bytes = entry.BytesRelayed, Rates = Rates(entry.Rates, 1), LastSeen = entry.LastSeen })],
            Rates = Rates(entry.Rates, outputs.Length),
            Sent = (entry.PacketsRelayed - entry.Errors) * outputs.Length,
            Status = "Active",
            Why = null,
            Alarms = null,
        };
        return i % 2 == 0 ? rule : rule with { Name = $"cam-{i:000}@relay-3", InputInterface = "wg0", InputGroup = "10.100.0.1", InputPort = Port(i), LegFrom = new LegFromEntry("relay-3", $"cam-{i:000}") };
    })];

    /// <summary>Of two nodes one leg; of seven a pair, one leg that waits, one that is silent, and one that comes from elsewhere.</summary>
    public static ClusterEntry Cluster(int nodes) => SampleAnswers.Cluster(nodes) with
    {
        Redundant = null,
        Conflicts = null,
        Seeds = null,
        Legs = nodes == 2 ? [Up("cam-000", "relay-1", 0)] :
        [
            Up("cam-000", "relay-1", 0),
            Up("cam-000", "relay-2", 0) with { Lost = 1_234, Received = 427_678_766, Reordered = 56, Latency = null, Clocks = "the latency is not known: the clock of node relay-2 is not synchronised (adjtimex), so that the two may be apart by anything; run NTP or PTP there" },
            new("cam-002", "relay-0", "relay-4", Output(2), "waiting") { Why = "node relay-4 cannot be reached by the cluster" },
            new("cam-004", "relay-0", "relay-6", Output(4), "silent")
            {
                Why = "node relay-0 sends, and nothing of it comes to 10.100.0.7:4119 of node relay-6: is there a way, and does a firewall let UDP to that port pass?",
                Address = "10.100.0.7:4119",
                Sent = 4_950,
                MaxPayload = 1_344,
                Received = 0,
                Lost = 0,
                Reordered = 0,
                Refused = 0,
            },
            new("cam-001", "relay-3", "relay-0", Output(1), "up")
            {
                Address = "10.100.0.1:4101",
                Sent = 427_680_000,
                Fragmented = 17,
                MaxPayload = 1_344,
                Received = 427_680_000,
                Lost = 0,
                Reordered = 0,
                Refused = 3,
                Latency = new LegLatencyEntry(8_100, 8_432, 31_700, 6_144),
                Last = SampleAnswers.Now,
            },
        ],
    };

    private static RatesEntry? Rates(RatesEntry? rates, int outputs) =>
        rates is null ? null : new RatesEntry(rates.OneSecond with { SentPerSecond = rates.OneSecond.PacketsPerSecond * outputs }, rates.TenSeconds with { SentPerSecond = rates.TenSeconds.PacketsPerSecond * outputs });

    private static LegEntry Up(string rule, string to, int i) => new(rule, "relay-0", to, Output(i), "up")
    {
        Address = $"10.100.0.{to[^1] - '0' + 1}:4107",
        Sent = 427_680_000,
        MaxPayload = 1_344,
        Received = 427_680_000,
        Lost = 0,
        Reordered = 0,
        Refused = 0,
        Latency = new LegLatencyEntry(210, 480, 3_100, 0),
        Clocks = "both nodes have the same clock",
        Last = SampleAnswers.Now,
    };

    private static OutputEntry[] Outputs(int i) => i % 2 == 1 ? [new(Group(i), 6000, "eth1", "8")] : i % 4 == 0
        ? [new(Group(i), 6000, "eth1", "8") { Node = "relay-1", Pair = "relay-1+relay-2" }, new(Group(i), 6000, "eth1", "8") { Node = "relay-2", Pair = "relay-1+relay-2" }, new(Group(i), 6000, "eth1", "8")]
        : [new(Group(i), 6000, "eth1", "8") { Node = "relay-2" }];

    private static string Group(int i) => string.Create(CultureInfo.InvariantCulture, $"239.2.{i / 250}.{i % 250}");

    private static string Output(int i) => $"{Group(i)}:6000 on eth1";

    private static int Port(int i) => 4100 + (i % 100);
}
