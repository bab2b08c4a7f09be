using Mcr.Actors.Control;

namespace Mcr.Specs.Bench;

/// <summary>What Prometheus costs the relay that it scrapes every second.</summary>
internal static class ScrapeCost
{
    public const string Method =
        """
        One mcrd with `http.listen`, one or a hundred rules, of which one is sent to; by turns nobody scrapes, and a program (curl, in a loop) does once a second. "Forwarded" is what arrives of a sender that sends as fast as it can for some
        seconds (frames that its kernel cuts, 1,316 bytes), medians of the rounds; its ratio is the median of the ratios within each round. "Worker's CPU" is for each datagram of those that it relayed. "mcrd's CPU" is all of it for one scrape, of a
        run of many.

        """;

    private const int Rounds = 9;
    private const long Datagrams = 1_500_000;
    private const int Scrapes = 50;
    private const string Port = "9464";

    public static IEnumerable<ReportTable> Run(CancellationToken stop)
    {
        using var lab = new Lab();
        yield return new ReportTable(
            "Scraped every second",
            ["rules", "series", "forwarded, not scraped", "forwarded, scraped", "times", "worker's CPU, not scraped", "worker's CPU, scraped", "times", "mcrd's CPU for a scrape"],
            [.. new[] { 1, 100 }.Select(rules => Measure(lab, rules, stop))]);
    }

    private static string[] Measure(Lab lab, int rules, CancellationToken stop)
    {
        using var topology = new BenchTopology(Traffic.Base);
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, string.Join('\n', Enumerable.Range(0, rules).Select(Rule)), $"  http.listen = \"127.0.0.1:{Port}\"");
        using var worker = new RunningPeer(mcrd.WorkerPids());
        Flow.WaitUntilRelayed(topology, lab, worker);
        var quiet = new List<(double Rate, double Cpu)>();
        var scraped = new List<(double Rate, double Cpu)>();
        for (int round = 0; round < Rounds; round++)
        {
            stop.ThrowIfCancellationRequested();
            for (int turn = 0; turn < 2; turn++)
            {
                bool isScraped = (round + turn) % 2 == 1;
                using RunningProcess? scraper = isScraped ? Scraper(topology, "while :; do curl -s -o /dev/null http://127.0.0.1:$0/metrics; sleep 1; done") : null;
                Flow flow = Flow.SendQuietly(topology, lab, worker, 0, Datagrams);
                double seconds = (flow.Expected / flow.Achieved) + (flow.LateMilliseconds / 1000);
                (isScraped ? scraped : quiet).Add((flow.Arrived / seconds, (double)flow.RelayNanoseconds / flow.Arrived));
            }
        }

        CpuMeter meter = CpuMeter.Start([mcrd.Process.Pid]);
        using (RunningProcess many = Scraper(topology, $"for i in $(seq {Scrapes}); do curl -s -o /dev/null http://127.0.0.1:$0/metrics; done"))
            many.WaitForExit();
        (long cpu, _) = meter.Read();
        using RunningProcess once = Scraper(topology, "curl -s http://127.0.0.1:$0/metrics");
        int series = once.End().Output.Split('\n').Count(l => l.StartsWith("mcr_", StringComparison.Ordinal));
        return
        [
            $"{rules}",
            FormattableString.Invariant($"{series:N0}"),
            FormattableString.Invariant($"{Median(quiet.Select(q => q.Rate)):N0}/s"),
            FormattableString.Invariant($"{Median(scraped.Select(q => q.Rate)):N0}/s"),
            FormattableString.Invariant($"{Median(scraped.Zip(quiet, (s, q) => s.Rate / q.Rate)):F3}"),
            FormattableString.Invariant($"{Median(quiet.Select(q => q.Cpu)):N0} ns"),
            FormattableString.Invariant($"{Median(scraped.Select(q => q.Cpu)):N0} ns"),
            FormattableString.Invariant($"{Median(scraped.Zip(quiet, (s, q) => s.Cpu / q.Cpu)):F3}"),
            FormattableString.Invariant($"{cpu / Scrapes / 1e6:F1} ms"),
        ];
    }

    private static RunningProcess Scraper(BenchTopology topology, string script) => new(topology.Relay, "/bin/sh", ["-c", script, Port]);

    private static string Rule(int number) => $$"""{ name = r{{number}}, input { interface = {{BenchTopology.Input}}, group = "{{(number == 0 ? BenchTopology.Group : $"239.77.1.{number}")}}", port = {{BenchTopology.Port}} }, outputs = [ { interface = {{BenchTopology.Output}}, group = "{{(number == 0 ? BenchTopology.OutputGroups(1).Single() : $"239.77.2.{number}")}}", port = {{BenchTopology.OutputPort}}, ttl = 8 } ] }""";

    private static double Median(IEnumerable<double> values) => Spread.Of([.. values]).Median;
}
