namespace Mcr.Specs.Bench;

/// <summary>What is measured for how long. A full run takes some 25 minutes, a quick one 3 to 4.</summary>
internal sealed record BenchPlan(int Rounds, double SearchSeconds, double LoadSeconds, double LatencySeconds, IReadOnlyList<Traffic> Traffics, IReadOnlyList<int> LatencyRates, IReadOnlyList<Peer> Peers)
{
    public const int SenderCpu = 0;
    public const int RelayCpu = 1;

    /// <summary>In situations that no number to reach is about.</summary>
    public int OtherRounds => Math.Max(1, Rounds / 2);

    public const string Mcrd = "mcrd";
    public const string McrdMmsg = "mcrd mmsg";
    public const string McrdSpin = "mcrd spin";
    public const string McrdGro = "mcrd gro";
    public const string Socat = "socat";
    public const string Smcroute = "smcroute";

    /// <summary>All there are. The first is what the others are compared with; each variant of it is one line of HOCON.</summary>
    public static IReadOnlyList<Peer> AllPeers { get; } =
    [
        new McrdPeer(Mcrd, ""),
        new McrdPeer(McrdMmsg, "interfaces.in0.ingress = mmsg", IsExtra: true),
        new McrdPeer(McrdGro, "interfaces.in0.gro = on", IsExtra: true),
        new McrdPeer(McrdSpin, "interfaces.in0.poll = spin", IsExtra: true, IsSpinning: true),
        new LimitPeer("v2"),
        new LimitPeer("mmsg"),
        new LimitPeer("ring"),
        new SocatPeer(),
        new SmcroutePeer(),
    ];

    /// <summary>The program in C that receives as this variant of ours does.</summary>
    public static IReadOnlyList<(string Ours, string Limit)> SameIngress { get; } = [(Mcrd, "limit v2"), (McrdMmsg, "limit mmsg")];

    public static BenchPlan Full(int rounds) => new(rounds, 0.6, 3, 3, Traffic.All, Traffic.LatencyRates, AllPeers);

    public static BenchPlan Quick(int rounds) => new(rounds, 0.3, 1.5, 2, [.. Traffic.All.Where(t => t.IsKey)], [.. Traffic.LatencyRates.Where(r => r <= 50_000)], AllPeers);
}
