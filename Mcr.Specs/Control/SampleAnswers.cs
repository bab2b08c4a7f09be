using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

/// <summary>What an mcrd with one rule, and one with many, might answer: always the same.</summary>
internal static class SampleAnswers
{
    public static readonly DateTimeOffset Now = new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Local);

    public static RuleEntry[] Rules(int count) => [.. Enumerable.Range(0, count).Select(i => new RuleEntry(
        Id(i), Name(i), Input(i), Group(i), 5000 + (i % 7), Outputs(i), Status(i), Why(i), Now.AddMinutes(-i), i % 5 == 4 ? "mcrctl" : $"/etc/mcr/conf.d/studio-{i % 3}.hocon:{(i * 4) + 2}:3", i % 11 == 10 ? "10.20.30.40" : null)
    {
        ActiveAlarms = Alarms(i),
        Redundancy = Redundancy(i),
    })];

    public static StatsEntry[] Stats(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        double rate = Condition(i) is "Active" or "Degraded" or "dropping" or "alarm" ? 4950.0 / (1 + (i % 13)) : 0;
        double drops = Condition(i) == "dropping" ? rate / 4 : 0;
        var reasons = new Dictionary<string, long>();
        if (drops > 0)
            reasons = new() { ["full"] = 1234 + i, ["rate_limit"] = 56 };
        long datagrams = rate == 0 ? 0 : 86_400 * (long)rate;
        OutputEntry[] outputs = Outputs(i);
        return new StatsEntry(Group(i), 5000 + (i % 7), datagrams, datagrams * 1316, rate, rate * 1316 * 8, Id(i), Name(i), Input(i), (datagrams - reasons.Values.Sum()) * outputs.Length, reasons.Values.Sum())
        {
            Status = Status(i),
            Why = Why(i),
            Alarms = Alarms(i),
            ErrorsByReason = reasons,
            Rates = Rates(rate, rate * outputs.Length, drops),
            LastSeen = Condition(i) is "Failed" or "Pending" ? null : rate > 0 ? Now : Now.AddSeconds(-30 * (i + 1)),
            Stream = datagrams == 0 ? null : Stream(i, datagrams),
            Outputs = [.. outputs.Select(o => new OutputStatsEntry(o.Group, o.Port, o.Interface, datagrams, reasons.Values.Sum(), reasons, new Dictionary<string, long>()) { Bytes = datagrams * 1316, Rates = Rates(rate, rate, drops), LastSeen = rate > 0 ? Now : null })],
        };
    })];

    /// <summary>Every third is MPEG-TS in RTP, and of those every fifth has come with losses.</summary>
    private static StreamEntry Stream(int i, long datagrams)
    {
        var stream = new StreamEntry(new LatencyEntry(datagrams, 22.5, 40 + (i % 60), 180, 1900));
        long lost = i % 15 == 3 ? 12 : 0;
        return i % 3 != 0 ? stream : stream with
        {
            Payload = ["rtp", "ts"],
            Sequence = new SequenceEntry(datagrams, lost, lost / 4, lost / 6, 0, 0, 0),
            TransportStream = new TransportStreamEntry(datagrams * 7, 52_000_000, lost * 7, 0, 0, []),
        };
    }

    public static WorkerEntry[] Workers(int count) => [.. Enumerable.Range(0, count).Select(i => new WorkerEntry(
        i == 2 ? 0 : 4711 + i, i, $"eth{i / 2}", i == 2 ? "Backoff" : "Running", i % 2, i == 1 ? [] : [i], i == 2 ? 7 : 0, "0a1b2c3d4e5f6071", i == 3 ? "ffeeddccbbaa9988" : "0a1b2c3d4e5f6071", i == 3 ? "Repairing" : "Synced", i == 3 ? 2 : 0)
    {
        Counters = Counters(i),
        Rates = i == 2 ? Rates(0, 0, 0) : Rates(4950, 9900, i == 1 ? 12 : 0),
        LastSeen = i == 2 ? Now.AddHours(-3) : Now,
    })];

    public static InterfaceEntry[] Interfaces(int count) =>
    [
        new("lo", true, 1, "Loopback", true, true, false, 65_536, ["127.0.0.1", "::1"], 0, 0),
        .. Enumerable.Range(0, count).Select(i => new InterfaceEntry($"eth{i}", i != 2, i + 2, i == 2 ? null : "Ethernet", i != 2, i is not 2 and not 1, true, i == 2 ? null : 1500, i == 2 ? [] : [$"10.{i}.0.1", $"fe80::1234:56ff:fe78:{i:x}"], i == 3 ? 0 : 125, i == 3 ? 0 : 2)
        {
            Counters = i is 2 or 3 ? null : Counters(i),
            Rates = i is 2 or 3 ? null : Rates(4950, 9900, 0),
            LastSeen = i is 2 or 3 ? null : Now,
            Queriers = i switch
            {
                0 => [new QuerierEntry("ipv4", Now.AddHours(-3)) { Address = "10.0.0.254", Protocol = "IGMPv3", LastSeen = Now }, new QuerierEntry("ipv6", Now.AddHours(-3)) { Address = "fe80::254", Protocol = "MLDv2", LastSeen = Now.AddDays(-3), Silent = true }],
                1 => [new QuerierEntry("ipv4", Now.AddMinutes(-3))],
                4 => [new QuerierEntry("ipv4", Now.AddMinutes(-7)) { Alarm = new AlarmEntry("querier", Now.AddMinutes(-2), "no IGMP querier has been heard for 4 min 21 s") }],
                _ => null,
            },
        }),
    ];

    /// <summary>As relay-0 sees it: of seven one is drifted, one cannot be reached, one is away, one leaves, and to one changes are under way.</summary>
    public static ClusterEntry Cluster(int nodes) => new("mcr", "relay-0", "member", null, Now.AddDays(-3), [.. Enumerable.Range(0, nodes).Select(i => new ClusterMemberEntry($"relay-{i}", i == 4 ? "" : $"akka.ssl.tcp://mcr@10.0.0.{i + 1}:4053", i switch { 4 => "Absent", 5 => "Leaving", _ => "Up" }, i is not 3 and not 4, i == 4 ? null : Now.AddMinutes(-(i + 1) * 500))
    {
        Version = i == 4 ? null : i == 6 ? "0.2.0" : "0.1.0",
        RulesetHash = i == 4 ? null : "0a1b2c3d4e5f6071",
        ExpectedHash = i == 2 ? "ffeeddccbbaa9988" : "0a1b2c3d4e5f6071",
        Sync = i switch { 2 => "Drifted", 3 or 4 => null, 6 => "Pending", _ => "Synced" },
        Rules = i == 4 ? null : i == 5 ? new Dictionary<string, int>() : new Dictionary<string, int> { ["Active"] = 1998 - i, ["Pending"] = 1 + i },
        Workers = i == 4 ? null : new Dictionary<string, int> { ["Running"] = 2 },
        Interfaces = i == 4 ? null : new Dictionary<string, string> { ["eth0"] = "up", ["eth1"] = i == 3 ? "down" : "up", ["wg0"] = i == 6 ? "missing" : "up" },
        ReportedAt = i == 4 ? null : Now,
    })])
    {
        Seeds = nodes < 7 ? null : new Dictionary<string, string> { ["akka.ssl.tcp://mcr@10.0.0.9:4053"] = "nothing listens at 10.0.0.9:4053" },
        Restarts = nodes < 7 ? 0 : 2,
        Conflicts = nodes < 7 ? null : [Conflict],
        Redundant = [.. Enumerable.Range(0, nodes).Select(i => Redundancy(i * 10)).OfType<RedundancyEntry>()],
    };

    public static ClusterRuleEntry[] ClusterRules(int count) => [.. Enumerable.Range(0, count).Select(i => new ClusterRuleEntry(
        $"relay-{i % 3}", Id(i), i == 8 ? null : Name(i), i == 8 ? null : $"{Place(Group(i), 5000 + (i % 7))} on {Input(i)} → {string.Join(", ", Outputs(i).Select(o => $"{Place(o.Group, o.Port)} on {o.Interface}"))}", ClusterState(i), i switch { 7 => "interface eth7 does not exist", 8 => "there is no option 'tunnel'", _ => null }, i % 5 == 4 ? "/etc/mcr/conf.d/studio.hocon:6:3" : "mcrctl")
    {
        Conflicts = i == 11 ? ["its removal by alice at node relay-2"] : null,
    })];

    /// <summary>Every tenth rule has three nodes; of one nobody is heard, of one relay-1 is not well, and of one nobody forwards it.</summary>
    private static RedundancyEntry? Redundancy(int i) => i % 10 != 0 ? null : new RedundancyEntry(Id(i), Name(i), i == 30 ? [] : ["relay-0"],
    [
        new RedundancyNodeEntry("relay-0", i == 30 ? "unfit" : "forwarding") { Since = Now.AddHours(-3), Why = "it was told to", Unfit = i == 30 ? "its input eth0 has no carrier" : null, Flowing = i != 30, Hears = true },
        new RedundancyNodeEntry("relay-1", "standby") { Since = Now.AddHours(-7), Why = "another node forwards it, and goes first", Flowing = i != 20, Hears = i != 10, Degraded = i == 20 ? "its output eth1 has no carrier" : null },
        new RedundancyNodeEntry("relay-2", i == 20 ? "missing" : "unknown") { Why = i == 20 ? "it has no such rule with ha; add it there, too" : "it cannot be reached; it stood by when it was heard of last" },
    ])
    {
        Warning = i == 10 ? "node relay-1 has not heard what relay-0 sends to 239.2.0.10:6000:eth1: unless it does, it takes over only when the cluster says that relay-0 is gone, which takes seconds" : null,
    };

    private static readonly string Conflict = $"rule {Id(11)} of node relay-2 was changed at the same time by alice at node relay-2 and root at node relay-0; its removal by root counts, and its removal by alice is given up";

    private static string Place(string group, int port) => group.Contains(':', StringComparison.Ordinal) ? $"[{group}]:{port}" : $"{group}:{port}";

    private static string ClusterState(int i) => i switch
    {
        7 => "Refused",
        8 or 20 => "Pending",
        _ => i % 5 == 4 ? "File" : "Running",
    };

    private static CountersEntry Counters(int i) => new(
        427_680_000, 427_000_000, 680_000, i == 1 ? 7 : 0, i == 1 ? 12_345 : 0, 0, 854_000_000, 1_123_864_000_000, 0, i == 1 ? new Dictionary<string, long> { ["bad_udp_checksum"] = 7, ["vlan"] = 12_345 } : []);

    private static RatesEntry Rates(double rate, double sent, double drops) =>
        new(new RateEntry(rate, rate * 1316 * 8, sent, drops), new RateEntry(rate * 0.98, rate * 0.98 * 1316 * 8, sent * 0.98, drops * 0.5));

    private static string Condition(int i) => (i % 250) switch
    {
        17 => "Failed",
        40 => "Pending",
        90 => "Degraded",
        120 => "dropping",
        150 => "alarm",
        200 or 201 => "silent",
        _ => "Active",
    };

    private static string Status(int i) => Condition(i) is "dropping" or "silent" or "alarm" ? "Active" : Condition(i);

    private static string? Why(int i) => Condition(i) switch
    {
        "Failed" => "worker 0 of eth0 ended each time that it had this rule; it is left out until it is changed, or removed and added again",
        "Pending" => "interface eth7 does not exist",
        "Degraded" => "output 239.2.0.90:6000 on eth1: eth1 has no carrier",
        _ => null,
    };

    private static AlarmEntry[]? Alarms(int i) =>
        Condition(i) == "alarm" ? [new AlarmEntry("loss", Now.AddSeconds(-7), "datagrams were missing when they should have come here: 3 by sequence number")] : null;

    private static string Id(int i) => $"{0x0a1b2c3d4e5f6071 + (i * 0x1111111111):x16}";

    private static string? Name(int i) => i % 10 == 9 ? null : i % 50 == 3 ? $"studio {i / 100 + 1} camera {i} with a long name" : $"cam-{i:000}";

    private static string Input(int i) => Condition(i) == "Pending" ? "eth7" : "eth0";

    private static string Group(int i) => i % 100 == 60 ? $"ff3e::8000:{i:x}" : $"239.1.{i / 250}.{i % 250}";

    private static OutputEntry[] Outputs(int i) => i % 100 == 60
        ? [new($"ff0e::2:{i:x}", 6000, "eth1", "decrement") { Source = "keep", Dscp = 46, RateLimit = 20_000_000, MaxBurst = 8, Pace = "on", Priority = 5 }]
        : [new($"239.2.{i / 250}.{i % 250}", 6000, "eth1", "8"), .. i % 3 == 0 ? [new OutputEntry("10.100.0.2", 6000 + i, "wg0", "64")] : Array.Empty<OutputEntry>()];
}
