namespace Mcr.Specs.Bench;

/// <summary>One way through the relay, in µs; see lab/latency.c for how it is taken.</summary>
internal sealed record Latency(long Sent, long Received, double P50, double P99, double P999, double Max)
{
    private const string Line = "latency sent=";

    /// <summary>What the results of a rate are kept under.</summary>
    public static string Name(int rate) => FormattableString.Invariant($"latency at {rate:N0}/s");

    public static Latency Of(BenchTopology topology, Lab lab, RunningPeer peer, int rate, double seconds)
    {
        long count = (long)(rate * seconds);
        using var run = new RunningProcess(topology.Source, "taskset",
        [
            "-c", $"{BenchPlan.SenderCpu}", lab.Latency, topology.Destination.Path, BenchTopology.Group, $"{BenchTopology.Port}", peer.Group, $"{peer.Port}",
            $"{topology.Traffic.Size}", $"{count}", $"{rate}",
        ]);
        int code = run.WaitForExit(120);
        return code == 0 ? Parse(run.Output.Split('\n').Last(l => l.StartsWith(Line, StringComparison.Ordinal))) : throw new BenchException($"latency ended with {code}: {run.Output}");
    }

    public static Latency Parse(string line)
    {
        var fields = new Summary(line);
        long received = fields.Number("received");
        return received == 0
            ? new Latency(fields.Number("sent"), 0, 0, 0, 0, 0)
            : new Latency(fields.Number("sent"), received, fields.Number("p50") / 1e3, fields.Number("p99") / 1e3, fields.Number("p999") / 1e3, fields.Number("max") / 1e3);
    }
}
