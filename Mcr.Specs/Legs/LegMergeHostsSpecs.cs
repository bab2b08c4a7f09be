using Mcr.Native.Interop;
using Mcr.Specs.Cluster;
using Mcr.Specs.Redundancy;

namespace Mcr.Specs.Legs;

/// <summary>Real relays: c makes one stream of what a and b receive, each of which sends it there by a leg.</summary>
[Collection(SerialPackets.Name)]
public sealed class LegMergeHostsSpecs(LegMergeHostsSpecs.Three three, ITestOutputHelper output) : IClassFixture<LegMergeHostsSpecs.Three>
{
    [Fact]
    public void Cut_of_one_nodes_way_should_lose_and_double_nothing_and_be_said()
    {
        LegMergeHosts hosts = three.Hosts;
        hosts.AwaitWhole();
        hosts.AwaitCounts();
        (long ofA, long ofB) = (hosts.Lost(hosts.A), hosts.Lost(hosts.B));
        Reception cut = hosts.During(
            () =>
            {
                hosts.A.Place.Ip("neigh replace 10.2.0.3 lladdr 02:00:00:00:00:01 dev out0 nud permanent");
                hosts.AwaitState(hosts.A, "silent");
                Assert.StartsWith("node a sends, and nothing of it comes to 10.2.0.3:", LegMergeHosts.Why(hosts.A, hosts.A), StringComparison.Ordinal);
                hosts.A.Place.Ip("neigh del 10.2.0.3 dev out0");
            },
            () =>
            {
                hosts.AwaitWhole();
                McrdWaits.Until(() => hosts.Lost(hosts.A) > ofA, () => $"c to say what it lost: {hosts.Describe()}");
            });
        output.WriteLine($"{cut}; lost on the leg of a {hosts.Lost(hosts.A) - ofA}, of b {hosts.Lost(hosts.B) - ofB}");
        Assert.Equal((0, 0), (cut.Lost, cut.Doubled));
        Assert.InRange(hosts.Lost(hosts.A) - ofA, 8 * LegMergeHosts.Rate, 20 * LegMergeHosts.Rate);
        Assert.Equal(ofB, hosts.Lost(hosts.B));
    }

    /// <summary>mcrd of c, its worker, and then whole hosts.</summary>
    [Fact]
    public void Whatever_dies_should_double_nothing_and_cost_what_nobody_could_relay_meanwhile()
    {
        LegMergeHosts hosts = three.Hosts;
        hosts.AwaitWhole();
        Reception alone = hosts.During(
            () =>
            {
                hosts.C.Mcrd.Kill();
                hosts.C.Mcrd.StartAgain();
            },
            hosts.AwaitWhole);
        output.WriteLine($"mcrd of c: {alone}");
        Assert.Equal((0, 0), (alone.Lost, alone.Doubled));

        int worker = Assert.Single(hosts.C.Mcrd.WorkerPids());
        _ = hosts.C.Mcrd.AwaitStandby();
        Reception replaced = hosts.During(
            () =>
            {
                _ = Libc.kill(worker, Libc.SIGKILL);
                hosts.C.Mcrd.AwaitSuccessor(worker);
            },
            hosts.AwaitWhole);
        output.WriteLine($"worker of c: {replaced}");
        Assert.Equal((0, replaced.Gap), (replaced.Doubled, replaced.Lost));
        Assert.InRange(replaced.Lost, 0, (LegMergeHosts.Rate / 100) + (LegMergeHosts.Rate * Math.Max(0, replaced.Silence.TotalSeconds - 1))); // what had waited for a second, worker.max-age, is too old

        Reception first = Die(hosts.A);
        Assert.Equal((0, 0), (first.Lost, first.Doubled));

        Reception died = Die(hosts.C);
        Assert.Equal((0, died.Gap), (died.Doubled, died.Lost));
        Assert.Equal(died.Silence.TotalSeconds * LegMergeHosts.Rate, died.Lost, (double)LegMergeHosts.Rate); // a sender that was held up sends at once what is due
    }

    [Fact]
    public void Rule_that_is_not_there_or_does_not_name_the_leg_should_be_said_and_taken_once_it_does()
    {
        LegMergeHosts hosts = three.Hosts;
        hosts.AwaitWhole();
        hosts.C.Reload("");
        foreach (ClusterHost from in new[] { hosts.A, hosts.B })
            AwaitProblem(from, $"node c has no rule clean with an input from another node; add one there, with an input {{ node = {from.Name}, rule = studio }}");
        long latest = hosts.Recorder.Latest;
        hosts.C.Reload(LegMergeHosts.Clean("other"));
        hosts.AwaitState(hosts.B, "up");
        AwaitProblem(hosts.A, "rule clean of node c has no input { node = a, rule = studio }; give it one, or leave the output out");
        Assert.Contains("input 1 of 2: rule other of node a sends no leg here", $"{LegMergeHosts.Rule(hosts.C, "clean")}", StringComparison.Ordinal);
        hosts.Recorder.AwaitMore(LegMergeHosts.Rate / 2);
        Reception back = hosts.During(() => hosts.C.Reload(LegMergeHosts.Clean("studio")), hosts.AwaitWhole);
        output.WriteLine($"other input: {back}");
        Reception whole = hosts.During(() => { }, () => { });
        Reception all = hosts.Recorder.Between(latest, hosts.Recorder.Latest - (LegMergeHosts.Rate / 10));
        output.WriteLine($"calm: {whole}; in all: {all}");
        Assert.Equal((0, 0), (whole.Lost, whole.Doubled));
        Assert.Equal(0, all.Doubled);
    }

    /// <summary>Until the beginning of that one's leg says why there is none, as does its rule, and the end the same.</summary>
    private void AwaitProblem(ClusterHost from, string sentence) => McrdWaits.Until(
        () => LegMergeHosts.State(from, from) == "waiting" && LegMergeHosts.Why(from, from) == sentence && LegMergeHosts.Why(three.Hosts.C, from) == sentence && $"{LegMergeHosts.Rule(from, "studio")}".Contains(sentence, StringComparison.Ordinal),
        () => $"{from.Name} to say that {sentence}: {three.Hosts.Describe()}");

    private Reception Die(ClusterHost host)
    {
        int[] all = RedundantHosts.ProcessesOf(host);
        Reception died = three.Hosts.During(
            () =>
            {
                RedundantHosts.Signal(all, Libc.SIGKILL);
                host.Mcrd.WaitUntilGone();
                host.Mcrd.StartAgain();
            },
            () =>
            {
                three.Hosts.AwaitWhole();
                three.Hosts.Recorder.AwaitMore(1); // else the end of the gap is not seen
            });
        output.WriteLine($"host {host.Name}: {died}");
        return died;
    }

    /// <summary>Started once for all specs of the class.</summary>
    public sealed class Three : IDisposable
    {
        internal LegMergeHosts Hosts { get; } = new();

        public void Dispose() => Hosts.Dispose();
    }
}
