using Mcr.Actors.Control;

namespace Mcr.Specs.Bench;

/// <summary>What looking at a stream costs the worker that relays it: one mcrd, whose rule is changed between stretches, all variants by turns.</summary>
internal static class Observing
{
    public const string Method =
        """
        One mcrd on CPU 1, lab/gen.c on CPU 0; every round sends a stretch through each variant, in an order that turns, after a change of the rule
        on the running relay, which is started anew now and then. The version before, where one is given, runs beside it. The figure is the worker's CPU time (user, system and what the kernel does in its calls) per datagram at a
        constant rate, and its median over all rounds; a ratio of CPU times is the inverse ratio of what one CPU can forward.

        """;

    private const double Seconds = 0.5;
    private const string Rule = "observed";

    /// <summary>Daemons are started anew after so many rounds: where their memory comes to lie is worth some per cent, for as long as they run.</summary>
    private const int RoundsAStart = 4;

    /// <summary>By turns this and one more: each stretch, of whatever variant, comes after a change that the worker has to take over.</summary>
    private const int FirstTtl = 8;

    private const double LeastBefore = 0.99;

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

    private static readonly Variant Before = new("the version before, the same rule", null, null, null);

    /// <summary>What merged frames cost is told and not judged: a frame of 45 datagrams costs as much as one.</summary>
    private static readonly (Traffic Traffic, bool IsJudged)[] Streams = [(Traffic.Media, true), (Traffic.MergedMedia, false)];

    /// <param name="before">The mcrd of another build, which is measured as well, with the same rule and as it is by default; null: none.</param>
    public static IEnumerable<Goal> Run(Lab lab, int rounds, string? before, CancellationToken stop) =>
        Streams.SelectMany(stream => Run(lab, stream.Traffic, stream.IsJudged, rounds, before, stop));

    private static IEnumerable<Goal> Run(Lab lab, Traffic traffic, bool isJudged, int rounds, string? before, CancellationToken stop)
    {
        Variant[] variants = before is null ? Variants : [.. Variants, Before];
        var figures = variants.ToDictionary(v => v, _ => new List<double>());
        for (int first = 0; first < rounds; first += RoundsAStart)
        {
            using var today = new Subject(lab, traffic, Executables.Mcrd);
            using Subject? other = before is null ? null : new Subject(lab, traffic, before);
            for (int round = first; round < Math.Min(rounds, first + RoundsAStart); round++)
            {
                for (int i = 0; i < variants.Length; i++)
                {
                    stop.ThrowIfCancellationRequested();
                    Variant variant = variants[(i + round) % variants.Length];
                    figures[variant].Add((variant == Before ? other! : today).Measure(lab, variant));
                }
            }
        }

        string suffix = isJudged ? "" : ", merged frames";
        double nothing = Median(figures[Variants[0]]);
        yield return new Goal($"worker's CPU per datagram, {traffic.Name}, {Variants[0].Name}", "", FormattableString.Invariant($"{nothing:F0} ns"), null);
        foreach (Variant variant in variants[1..])
        {
            // Against the stretch without, of the same round: what else goes on changes slowly.
            double ratio = Median(figures[variant].Zip(figures[Variants[0]], (with, without) => with / without));
            string measured = FormattableString.Invariant($"{ratio:F3} × ({Median(figures[variant]):F0} ns)");
            if (variant == Before)
                yield return new Goal(variant.Name + suffix, FormattableString.Invariant($"at least {LeastBefore:F2} ×"), measured, ratio >= LeastBefore);
            else if (isJudged && variant.Most is { } most)
                yield return new Goal(variant.Name, FormattableString.Invariant($"at most {most:F2} ×"), measured, ratio <= most);
            else
                yield return new Goal(variant.Name + suffix, "", measured, null);
        }
    }

    private static double Median(IEnumerable<double> values) => Spread.Of([.. values]).Median;

    /// <summary>A daemon in namespaces of its own.</summary>
    private sealed class Subject : IDisposable
    {
        private readonly BenchTopology _topology;
        private readonly McrdProcess _mcrd;
        private readonly RunningPeer _worker;
        private int _stretches;

        public Subject(Lab lab, Traffic traffic, string program)
        {
            _topology = new BenchTopology(traffic);
            _mcrd = McrdPeer.StartDaemon(_topology, "", program);
            _worker = new RunningPeer(_mcrd.WorkerPids());
            Flow.WaitUntilRelayed(_topology, lab, _worker);
        }

        /// <returns>Nanoseconds of the worker's CPU per datagram.</returns>
        public double Measure(Lab lab, Variant variant)
        {
            variant.Apply(_mcrd, FirstTtl + (_stretches++ & 1));
            double load = _topology.Traffic.Load;
            Flow flow = Flow.SendQuietly(_topology, lab, _worker, load, (long)(load * Seconds));
            if (flow.Lost != 0) // something else held the CPU: once more
                flow = Flow.SendQuietly(_topology, lab, _worker, load, (long)(load * Seconds));
            if (flow.Lost != 0)
                throw new BenchException($"{flow.Lost} datagrams of {flow.Expected} were lost with {variant.Name}");
            return (double)flow.RelayNanoseconds / flow.Arrived;
        }

        public void Dispose()
        {
            _worker.Dispose();
            _mcrd.Dispose();
            _topology.Dispose();
        }
    }

    /// <param name="Analyse">Null: of a version that knows neither that nor a trace.</param>
    /// <param name="Trace">One datagram in so many; null for none.</param>
    /// <param name="Most">Times the CPU of the first.</param>
    private sealed record Variant(string Name, string? Analyse, string? Trace, double? Most)
    {
        public void Apply(McrdProcess mcrd, int ttl)
        {
            Ask(mcrd, new ControlRequest.Add
            {
                Name = Rule,
                InputInterface = BenchTopology.Input,
                InputGroup = BenchTopology.Group,
                InputPort = $"{BenchTopology.Port}",
                Outputs = [new OutputText { Group = BenchTopology.OutputGroups(1).Single(), Port = $"{BenchTopology.OutputPort}", Interface = BenchTopology.Output, Ttl = $"{ttl}" }],
                Analyse = Analyse,
            });
            if (Analyse is not null)
                Ask(mcrd, Trace is null ? new ControlRequest.TraceDisable { Name = Rule } : new ControlRequest.TraceEnable { Name = Rule, Every = Trace });
        }

        private static void Ask(McrdProcess mcrd, ControlRequest request)
        {
            if (mcrd.Ask(request).TryGetProperty("Error", out System.Text.Json.JsonElement error))
                throw new BenchException($"mcrd refuses the change of the rule: {error}");
        }
    }
}
