using System.Globalization;
using Mcr.Actors.Control;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;
using Mcr.Specs.Cluster;

namespace Mcr.Specs.Redundancy;

/// <summary>
/// What each event costs who receives a redundant rule, at 10,000 datagrams a second through real relays: lost for so long at most, doubled for so long at most. Each once; with MCR_REPETITIONS as often as
/// that says, for docs/benchmarks.
/// </summary>
public sealed class TakeoverTimesSpecs(ITestOutputHelper output)
{
    private const double Takeover = 250; // milliseconds
    private const double Doubles = 100;
    private const double Planned = 10;

    private static readonly int Repetitions = int.Parse(Environment.GetEnvironmentVariable("MCR_REPETITIONS") ?? "1", CultureInfo.InvariantCulture);

    private readonly List<Event> _events = [];
    private readonly Dictionary<RunningProcess, int> _told = [];

    [Fact]
    public void Events_of_a_pair_should_cost_no_more_than_they_may()
    {
        using var hosts = new RedundantHosts(2);
        ClusterHost a = hosts.Of("a");
        ClusterHost b = hosts.Of("b");
        hosts.AwaitForwarding("a", "b");
        for (int i = 0; i < Repetitions; i++)
        {
            int[] owner = RedundantHosts.ProcessesOf(a);
            Measure("owner's host dies (2 nodes)", Takeover, Doubles, hosts, () => RedundantHosts.Signal(owner, Libc.SIGKILL), () => hosts.AwaitForwarding("b"));
            Measure("it comes back, and the rule with it (revert)", Planned, Planned, hosts, () => a.Mcrd.StartAgain(), () => hosts.AwaitForwarding("a", "b"));
            Measure("owner's output link down", Takeover, Doubles, hosts, () => a.Place.Ip("link set out0 down"), () => hosts.AwaitForwarding("b", "a"));
            Measure("output link up, revert", Planned, Planned, hosts, () => a.Place.Ip("link set out0 up"), () => hosts.AwaitForwarding("a", "b"));
            Measure("owner's input link down", Takeover, Doubles, hosts, () => a.Place.Ip("link set in0 down"), () => hosts.AwaitForwarding("b", "a"));
            Measure("input link up, revert", Planned, Planned, hosts, () => a.Place.Ip("link set in0 up"), () => hosts.AwaitForwarding("a", "b"));
            owner = RedundantHosts.ProcessesOf(a);
            Measure("owner frozen", Takeover, Doubles, hosts, () => RedundantHosts.Signal(owner, Libc.SIGSTOP), () => hosts.AwaitForwarding("b"));
            hosts.Recorder.AwaitMore(5 * RedundantHosts.Rate);
            Measure("thawed after 5 s, revert", Planned, Doubles, hosts, () => RedundantHosts.Signal(owner, Libc.SIGCONT), () => hosts.AwaitForwarding("a", "b"));
            Measure("management cut", 0, 0, hosts, () => hosts.Hosts.CutManagement(a), () => McrdWaits.Until(() => !b.CanReach(a) && !a.CanReach(b), () => "the nodes to lose each other"));
            Measure("management healed", 0, 0, hosts, () => hosts.Hosts.HealManagement(a), () => hosts.AwaitForwarding("a", "b"));
            Measure("drain", Planned, Planned, hosts, () => Ask(b, new ControlRequest.ClusterDrain { Member = "a" }), () => hosts.AwaitForwarding("b", "a"));
            Measure("drain ended, revert", Planned, Planned, hosts, () => Ask(b, new ControlRequest.ClusterDrain { Member = "a", End = true }), () => hosts.AwaitForwarding("a", "b"));
            Measure("takeover by hand", Planned, Planned, hosts, () => Ask(a, new ControlRequest.ClusterTakeover { Rule = RedundantHosts.RuleId, Member = "b" }), () => hosts.AwaitForwarding("b", "a"));
            Measure("takeover by hand, back", Planned, Planned, hosts, () => Ask(a, new ControlRequest.ClusterTakeover { Rule = RedundantHosts.RuleId, Member = "a" }), () => hosts.AwaitForwarding("a", "b"));
            Measure("owner's mcrd alone killed", 0, 0, hosts, a.Mcrd.Kill, () => hosts.Recorder.AwaitMore(2 * RedundantHosts.Rate));
            Measure("another mcrd adopts its workers", 0, 0, hosts, () => a.Mcrd.StartAgain(), () => hosts.AwaitForwarding("a", "b"));
            Measure("standby's mcrd alone killed, and another adopts its workers", 0, 0, hosts, () => StartAnother(b), () => hosts.AwaitForwarding("a", "b"));
            Measure("rolling restart: b", Planned, Planned, hosts, () => Restart(b), () => hosts.AwaitForwarding("a", "b"));
            Measure("rolling restart: a, revert", Planned, Planned, hosts, () => Restart(a), () => hosts.AwaitForwarding("a", "b"));
        }

        Judge();
    }

    [Fact]
    public void Three_nodes_and_islands_should_cost_no_more_than_they_may()
    {
        using var hosts = new RedundantHosts(3);
        (ClusterHost a, ClusterHost b, ClusterHost c) = (hosts.Of("a"), hosts.Of("b"), hosts.Of("c"));
        hosts.AwaitForwarding("a", "b", "c");
        for (int i = 0; i < Repetitions; i++)
        {
            int[] owner = RedundantHosts.ProcessesOf(a);
            Measure("owner's host dies (3 nodes)", Takeover, Doubles, hosts, () => RedundantHosts.Signal(owner, Libc.SIGKILL), () => hosts.AwaitForwarding("b", "c"));
            int[] next = RedundantHosts.ProcessesOf(b);
            Measure("and the next one, too", Takeover, Doubles, hosts, () => RedundantHosts.Signal(next, Libc.SIGKILL), () => hosts.AwaitForwarding("c"));
            Measure("both come back, revert", Planned, Planned, hosts, () => Array.ForEach([a, b], h => h.Mcrd.StartAgain()), () => hosts.AwaitForwarding("a", "b", "c"));
            int worker = a.Mcrd.WorkerPids().Single();
            Measure("owner's worker alone killed", Takeover, Doubles, hosts, () => _ = Libc.kill(worker, Libc.SIGKILL), () => McrdWaits.Until(() => a.Mcrd.WorkerPids() is [var pid] && pid != worker, () => "another worker"));
            Measure("revert after that", Planned, Planned, hosts, () => { }, () => hosts.AwaitForwarding("a", "b", "c"));
        }

        Judge();
    }

    [Fact]
    public void Islands_should_have_a_forwarder_each_and_one_when_they_meet()
    {
        using var hosts = new RedundantHosts(2);
        ClusterHost b = hosts.Of("b");
        hosts.AwaitForwarding("a", "b");
        for (int i = 0; i < Repetitions; i++)
        {
            using NetworkNamespace island = hosts.Hosts.Isolate(b);
            using var recorder = new SequenceRecorder(island, "10.2.0.101", RedundantHosts.Group, 6000);
            Measure("every segment cut: the preferred node's island", 0, 0, hosts, () => hosts.Hosts.CutManagement(b), () => McrdWaits.Until(() => hosts.Forwards("a") && hosts.Forwards("b"), () => "each island to have a forwarder"));
            recorder.AwaitMore(RedundantHosts.Rate);
            long from = recorder.Latest - (RedundantHosts.Rate / 2);
            Reception other = recorder.Between(from, recorder.Latest - 1);
            output.WriteLine($"the other island: {other}");
            Assert.Equal((0, 0), (other.Lost, other.Doubled));
            Measure("healed", 0, Doubles, hosts, () => hosts.Hosts.Rejoin(b), () => McrdWaits.Until(() => hosts.Forwards("a") && !hosts.Forwards("b"), () => "one of the two to stand by"));
            hosts.Hosts.HealManagement(b);
            hosts.AwaitForwarding("a", "b");
            hosts.Hosts.RemoveIsland();
        }

        Judge();
    }

    private static void Restart(ClusterHost host)
    {
        (int code, string text) = host.Mcrd.Stop();
        Assert.True(code == 0, text);
        host.Mcrd.StartAgain();
    }

    private static void StartAnother(ClusterHost host)
    {
        host.Mcrd.Kill();
        host.Mcrd.StartAgain();
    }

    private static void Ask(ClusterHost host, ControlRequest request)
    {
        string answer = host.Ask(request).GetRawText();
        Assert.True(answer.Contains("Success", StringComparison.Ordinal), answer);
    }

    private void Measure(string what, double lost, double doubled, RedundantHosts hosts, Action happens, Action settled)
    {
        Reception reception = hosts.During(happens, settled);
        output.WriteLine($"{what}: {reception}");
        foreach (ClusterHost host in hosts.Hosts.All.Where(h => h.IsRunning))
        {
            string[] told = [.. host.Mcrd.Process.Output.Split('\n').Where(l => l.Contains(" it now: ", StringComparison.Ordinal) || l.Contains(" ERROR ", StringComparison.Ordinal))];
            foreach (string line in told.Skip(_told.GetValueOrDefault(host.Mcrd.Process)))
                output.WriteLine($"   {host.Name}: {line}");
            _told[host.Mcrd.Process] = told.Length;
        }

        Event known = _events.Find(e => e.What == what) ?? new Event(what, lost, doubled, [], []);
        if (known.Lost.Count == 0)
            _events.Add(known);
        known.Lost.Add(reception.Lost * 1000.0 / RedundantHosts.Rate);
        known.Doubled.Add(reception.Doubled * 1000.0 / RedundantHosts.Rate);
    }

    private void Judge()
    {
        output.WriteLine("| event | lost for: median, worst (at most) | doubled for: median, worst (at most) |");
        output.WriteLine("| --- | --- | --- |");
        foreach (Event e in _events)
            output.WriteLine(FormattableString.Invariant($"| {e.What} | {Median(e.Lost):0.0}, {e.Lost.Max():0.0} ms ({e.MostLost} ms) | {Median(e.Doubled):0.0}, {e.Doubled.Max():0.0} ms ({e.MostDoubled} ms) |"));
        Assert.All(_events, e => Assert.True(e.Lost.Max() <= e.MostLost && e.Doubled.Max() <= e.MostDoubled, $"{e.What}: lost for {e.Lost.Max()} ms, doubled for {e.Doubled.Max()} ms"));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed record Event(string What, double MostLost, double MostDoubled, List<double> Lost, List<double> Doubled);
}
