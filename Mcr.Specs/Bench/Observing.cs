using Mcr.Actors.Control;

namespace Mcr.Specs.Bench;

/// <summary>What looking at a stream costs the worker that relays it: one mcrd, whose rule is changed between stretches, all variants by turns.</summary>
internal static class Observing
{
    public const string Method =
        """
        One mcrd on CPU 1, lab/gen.c on CPU 0; every round sends a stretch through each variant, in an order that turns, after a change of the rule
        on the running relay. The figure is the worker's CPU time (user, system and what the kernel does in its calls) per datagram at a
        constant rate, and its median over all rounds; a ratio of CPU times is the inverse ratio of what one CPU can forward.

        """;

    private const double Seconds = 0.5;
    private const string Rule = "observed";

    private static readonly Variant[] Variants =
    [
        new("nothing", "off", null, null),
        new("nothing, once more: the noise", "off", null, null),
        new("analyse = auto: RTP with MPEG-TS in it", "auto", null, 1.10),
        new("analyse = rtp", "rtp", null, 1.10),
        new("a sequence field", "sequence offset=2 width=16", null, 1.10),
        new("trace: one datagram in 1000", "off", "1000", 1.03),
        new("trace: each datagram", "off", "1", null),
    ];

    /// <summary>What merged frames cost is told and not judged: a frame of 45 datagrams costs as much as one.</summary>
    private static readonly (Traffic Traffic, bool IsJudged)[] Streams = [(Traffic.Media, true), (Traffic.MergedMedia, false)];

    public static IEnumerable<Goal> Run(Lab lab, int rounds, CancellationToken stop) =>
        Streams.SelectMany(stream => Run(lab, stream.Traffic, stream.IsJudged, rounds, stop));

    private static IEnumerable<Goal> Run(Lab lab, Traffic traffic, bool isJudged, int rounds, CancellationToken stop)
    {
        using var topology = new BenchTopology(traffic);
        using McrdProcess mcrd = McrdPeer.StartDaemon(topology, "");
        using var running = new RunningPeer(mcrd.WorkerPids());
        var figures = Variants.ToDictionary(v => v, _ => new List<double>());
        Flow.WaitUntilRelayed(topology, lab, running);
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < Variants.Length; i++)
            {
                stop.ThrowIfCancellationRequested();
                Variant variant = Variants[(i + round) % Variants.Length];
                variant.Apply(mcrd);
                Flow flow = Flow.SendQuietly(topology, lab, running, traffic.Load, (long)(traffic.Load * Seconds));
                if (flow.Lost != 0)
                    throw new BenchException($"{flow.Lost} datagrams of {flow.Expected} were lost with {variant.Name}");
                figures[variant].Add((double)flow.RelayNanoseconds / flow.Arrived);
            }
        }

        double nothing = Median(figures[Variants[0]]);
        yield return new Goal($"worker's CPU per datagram, {traffic.Name}, {Variants[0].Name}", "", FormattableString.Invariant($"{nothing:F0} ns"), null);
        foreach (Variant variant in Variants[1..])
        {
            // Against the stretch without, of the same round: what else goes on changes slowly.
            double ratio = Median([.. figures[variant].Zip(figures[Variants[0]], (with, without) => with / without)]);
            double? limit = isJudged ? variant.Most : null;
            string wanted = limit is { } most ? FormattableString.Invariant($"at most {most:F2} ×") : "";
            yield return new Goal(isJudged ? variant.Name : $"{variant.Name}, merged frames", wanted, FormattableString.Invariant($"{ratio:F3} × ({Median(figures[variant]):F0} ns)"), limit is null ? null : ratio <= limit);
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    /// <param name="Trace">One datagram in so many; null for none.</param>
    /// <param name="Most">Times the CPU of the first.</param>
    private sealed record Variant(string Name, string Analyse, string? Trace, double? Most)
    {
        public void Apply(McrdProcess mcrd)
        {
            mcrd.Ask(new ControlRequest.Add
            {
                Name = Rule,
                InputInterface = BenchTopology.Input,
                InputGroup = BenchTopology.Group,
                InputPort = $"{BenchTopology.Port}",
                Outputs = [new OutputText { Group = BenchTopology.OutputGroups(1).Single(), Port = $"{BenchTopology.OutputPort}", Interface = BenchTopology.Output, Ttl = "8" }],
                Analyse = Analyse,
            });
            mcrd.Ask(Trace is null ? new ControlRequest.TraceDisable { Name = Rule } : new ControlRequest.TraceEnable { Name = Rule, Every = Trace });
        }
    }
}
