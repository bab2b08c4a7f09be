using Mcr.Actors.Control;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Bench;

/// <summary>
/// What making one stream of two feeds costs a real worker: one mcrd with one rule, which is changed between stretches. A bridge at the source gives each datagram to both inputs.
/// <code>
///   Source                              Relay
///   feed0 (bridge) ── feed1 ──────── in1
///                  └─ feed2 ──────── in2      out0 ──── Destination
/// </code>
/// </summary>
internal sealed class FeedWorkers : IDisposable
{
    public const string Method =
        """
        "Worker's CPU" is that of all workers of one mcrd on real devices (user, system and what the kernel does in their calls) for each datagram that comes in by any input: 1,328 bytes of RTP at 100,000/s, the sender on another CPU, all variants by turns
        with a change of the rule between them, median of the rounds of the ratio to the plain rule in the same round. Latency is one way through the relay at 10,000/s, of 1,328 bytes, likewise.

        """;

    private const string Rule = "fed";
    private const double Seconds = 0.5;
    private const int Load = 100_000;
    private const int LatencyRate = 10_000;
    private const int Rounds = 7;
    private const double MostCpu = 1.5;
    private const double MostMicroseconds = 5;

    private static readonly (string Name, string? Select)[] Variants =
    [
        ("plain, one input", null),
        ("merge by RTP", "merge"),
        ("merge by RTP, hold = 0", "merge,hold=0ms"),
        ("merge by content", "merge,by=content"),
        ("failover", "failover"),
    ];

    private readonly BenchTopology _topology = new(Traffic.Media with { Load = Load, Sending = Sending.Plain });
    private readonly McrdProcess _mcrd;

    private FeedWorkers()
    {
        NetworkNamespace source = _topology.Source;
        source.Ip("link add feed0 type bridge mcast_snooping 0");
        source.Ip("address add 10.3.0.1/24 dev feed0");
        source.Ip("link set feed0 up");
        for (int i = 1; i <= 2; i++)
        {
            NetworkNamespace.Connect(source, $"feed{i}", $"10.1.{i}.1/24", _topology.Relay, $"in{i}", $"10.1.{i}.2/24");
            source.Ip($"link set feed{i} master feed0");
        }

        source.Ip("route replace 224.0.0.0/4 dev feed0");
        _mcrd = McrdProcess.StartReady(_topology.Relay, "");
    }

    public static IEnumerable<ReportTable> Run(CancellationToken stop)
    {
        using var lab = new Lab();
        using var workers = new FeedWorkers();
        var cpu = Variants.ToDictionary(v => v.Name, _ => new List<double>());
        var latency = Variants.ToDictionary(v => v.Name, _ => new List<double>());
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < Variants.Length; i++)
            {
                stop.ThrowIfCancellationRequested();
                (string name, string? select) = Variants[(i + round) % Variants.Length];
                workers.Use(select);
                cpu[name].Add(workers.Measure(lab, select is null ? 1 : 2));
                workers.Use(select is "merge" or "merge,hold=0ms" ? $"{select},by=sequence offset=16 width=64 endian=little" : select);
                latency[name].Add(workers.Delay(lab));
            }
        }

        string plain = Variants[0].Name;
        yield return new ReportTable("A worker, a datagram that comes in", ["", "worker's CPU", "times plain", "at most", "latency, p50", "more than plain", "at most"], [.. Variants.Select(v => (string[])
        [
            v.Name,
            FormattableString.Invariant($"{Median(cpu[v.Name]):F0} ns"),
            FormattableString.Invariant($"{Median(cpu[v.Name].Zip(cpu[plain], (with, without) => with / without)):F2}"),
            v.Select?.StartsWith("merge", StringComparison.Ordinal) == true ? FormattableString.Invariant($"{MostCpu:F1}") : "",
            FormattableString.Invariant($"{Median(latency[v.Name]):F1} us"),
            FormattableString.Invariant($"{Median(latency[v.Name].Zip(latency[plain], (with, without) => with - without)):F1} us"),
            v.Select?.Contains("hold=0", StringComparison.Ordinal) == true ? FormattableString.Invariant($"{MostMicroseconds:F0} us") : "",
        ])]);
    }

    public void Dispose()
    {
        _mcrd.Dispose();
        _topology.Dispose();
    }

    private static double Median(IEnumerable<double> values) => Spread.Of([.. values]).Median;

    private void Use(string? select)
    {
        System.Text.Json.JsonElement answer = _mcrd.Ask(new ControlRequest.Add
        {
            Name = Rule,
            InputInterface = "in1",
            InputGroup = BenchTopology.Group,
            InputPort = $"{BenchTopology.Port}",
            Inputs = select is null ? null : [new InputText { Interface = "in2", Group = BenchTopology.Group, Port = $"{BenchTopology.Port}" }],
            Select = select,
            Analyse = "off",
            Outputs = [new OutputText { Group = BenchTopology.OutputGroups(1).Single(), Port = $"{BenchTopology.OutputPort}", Interface = BenchTopology.Output, Ttl = "8" }],
        });
        if (answer.TryGetProperty("Error", out System.Text.Json.JsonElement error))
            throw new BenchException($"mcrd refuses the rule: {error}");
    }

    private RunningPeer Worker(Lab lab)
    {
        var worker = new RunningPeer(_mcrd.WorkerPids());
        Flow.WaitUntilRelayed(_topology, lab, worker);
        return worker;
    }

    /// <returns>Nanoseconds of CPU for each datagram that came in.</returns>
    private double Measure(Lab lab, int inputs)
    {
        using RunningPeer worker = Worker(lab);
        Flow flow = Flow.SendQuietly(_topology, lab, worker, Load, (long)(Load * Seconds));
        if (flow.Lost != 0) // something else held the CPU: once more
            flow = Flow.SendQuietly(_topology, lab, worker, Load, (long)(Load * Seconds));
        return flow.Lost == 0 ? (double)flow.RelayNanoseconds / flow.Arrived / inputs : throw new BenchException($"{flow.Lost} datagrams of {flow.Expected} were lost");
    }

    private double Delay(Lab lab)
    {
        using RunningPeer worker = Worker(lab);
        return Latency.Of(_topology, lab, worker, LatencyRate, Seconds).P50;
    }
}
