namespace Mcr.Specs.Bench;

/// <summary>One worker under a constant load: what it collects, allocates and loses.</summary>
internal static class Steady
{
    public const string Method =
        """
        The load is lab/gen.c's, in sends of 32 on CPU 0; the worker is on CPU 1. Collections and allocated bytes are the worker's own count, from
        the loop's first turn to its last (collections of the whole process, bytes of the loop's thread); lost are those that did not arrive at
        the destination's device.

        """;

    public static Goal Run(Lab lab, int rate, int seconds, CancellationToken stop)
    {
        if (rate < 1 || seconds < 1)
            throw new BenchException("--rate and --seconds must be at least 1");
        Traffic traffic = Traffic.Base with { Sending = Sending.Plain };
        using var topology = new BenchTopology(traffic);
        Flow flow;
        string log;
        using (McrdProcess mcrd = McrdPeer.StartDaemon(topology, ""))
        using (var running = new RunningPeer(mcrd.WorkerPids()))
        {
            Flow.WaitUntilRelayed(topology, lab, running);
            Console.WriteLine($"{rate}/s for {seconds} s");
            flow = Flow.Send(topology, lab, running, rate, (long)rate * seconds, stop);
            log = mcrd.Stop().Output;
        }

        string line = log.Split('\n').Last(l => l.Contains("[STATS:Worker FINAL]", StringComparison.Ordinal));
        Console.WriteLine(line);
        var final = new Summary(line);
        (long collections, long allocated) = (final.Number("gc"), final.Number("allocated"));
        return new Goal(
            FormattableString.Invariant($"{seconds} s at {flow.Achieved:N0}/s: collections, bytes allocated, datagrams lost in a worker"),
            "0, 0, 0",
            FormattableString.Invariant($"{collections}, {allocated}, {flow.Lost} of {flow.Expected:N0}"),
            collections == 0 && allocated == 0 && flow.Lost == 0);
    }
}
