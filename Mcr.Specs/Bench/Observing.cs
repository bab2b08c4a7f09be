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

    private static readonly Variant[] Variants =
    [
        new("nothing", "off", null, null),
        new("nothing, once more: the noise", "off", null, null),
        new("analyse = auto: RTP with MPEG-TS in it", "auto", null, 1.10),
        new("analyse = rtp", "rtp", null, 1.10),
        new("a sequence field", "sequence offset=2 width=16", null, 1.10),
    ];

    public static IEnumerable<Goal> Run(Lab lab, int rounds, CancellationToken stop)
    {
        using var topology = new BenchTopology(Traffic.Media);
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
                Flow flow = Flow.SendQuietly(topology, lab, running, Traffic.Media.Load, (long)(Traffic.Media.Load * Seconds));
                if (flow.Lost != 0)
                    throw new BenchException($"{flow.Lost} datagrams of {flow.Expected} were lost with {variant.Name}");
                figures[variant].Add((double)flow.RelayNanoseconds / flow.Arrived);
            }
        }

        double nothing = Median(figures[Variants[0]]);
        yield return new Goal($"worker's CPU per datagram, {Traffic.Media.Name}, {Variants[0].Name}", "", FormattableString.Invariant($"{nothing:F0} ns"), null);
        foreach (Variant variant in Variants[1..])
        {
            // Against the stretch without, of the same round: what else goes on changes slowly.
            double ratio = Median([.. figures[variant].Zip(figures[Variants[0]], (with, without) => with / without)]);
            string wanted = variant.Most is { } most ? FormattableString.Invariant($"at most {most:F2} ×") : "";
            yield return new Goal(variant.Name, wanted, FormattableString.Invariant($"{ratio:F3} × ({Median(figures[variant]):F0} ns)"), variant.Most is null ? null : ratio <= variant.Most);
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    /// <param name="Most">Times the CPU of the first.</param>
    private sealed record Variant(string Name, string Analyse, string? Trace, double? Most)
    {
        public void Apply(McrdProcess mcrd) => mcrd.Ask(new ControlRequest.Add
        {
            InputInterface = BenchTopology.Input,
            InputGroup = BenchTopology.Group,
            InputPort = $"{BenchTopology.Port}",
            Outputs = [new OutputText { Group = BenchTopology.OutputGroups(1).Single(), Port = $"{BenchTopology.OutputPort}", Interface = BenchTopology.Output, Ttl = "8" }],
            Analyse = Analyse,
        });
    }
}
