using System.Diagnostics;
using System.Text.Json;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>Several workers of one interface: they share its flows, die one by one, and become more and fewer while datagrams flow.</summary>
[Collection(SerialPackets.Name)]
public sealed class WorkersSpecs(ITestOutputHelper output)
{
    private const int Groups = ManyStreams.Groups;
    private const int Rate = 3_000; // a group, 24,000 together
    private const int Count = 5 * Rate;

    /// <summary>What may be in a worker's hands: one batch.</summary>
    private const int Batch = 64;

    [Fact]
    public void Two_workers_should_share_the_groups_and_lose_and_reorder_nothing()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, ManyStreams.Rules, "  interfaces.in0 { workers = 2 }");
        using var streams = new ManyStreams(topology, Rate, Count);
        streams.CheckAll(output);
        long[] matched = mcrd.FinalValues("matched");
        output.WriteLine($"matched by each worker: {string.Join(' ', matched)}");
        Assert.Equal(2, matched.Length);
        Assert.All(matched, n => Assert.InRange(n, Count, (Groups - 1) * Count));
        Assert.Equal(Groups * Count, matched.Sum());
    }

    [Fact]
    public void Killed_worker_should_cost_no_more_than_what_it_held()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, ManyStreams.Rules, "  interfaces.in0 { workers = 2 }");
        using var streams = new ManyStreams(topology, Rate);
        mcrd.AwaitRelayed(Groups * Rate);
        SysResult.From(Libc.kill(mcrd.WorkerPids()[1], Libc.SIGKILL)).OrThrow("kill");
        McrdWaits.Until(() => mcrd.Workers().Where(w => w.GetProperty("status").GetString() == "Running").Select(w => w.GetProperty("restarts").GetInt32()).Order().SequenceEqual([0, 1]), "the worker's successor");
        (long sent, Summary[] received) = streams.Stop(mcrd, output);
        Assert.InRange(sent - received.Sum(r => r.Number("received")), 0, Batch);
        Assert.All(received, r => Assert.Equal(0, r.Number("reordered") + r.Number("duplicated") + r.Number("corrupted")));
    }

    /// <summary>Killed until mcrd waits four seconds before it starts it again, which its flows do not wait for.</summary>
    [Fact]
    public void Worker_that_keeps_ending_should_lend_its_flows_to_the_other_and_get_them_back()
    {
        const int kills = 6;
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, ManyStreams.Rules, "  worker.max-restarts = 1000, interfaces.in0 { workers = 2 }");
        using var streams = new ManyStreams(topology, Rate);
        mcrd.AwaitRelayed(Groups * Rate);
        for ((int Number, int Pid) killed = default; killed.Number < kills;)
        {
            JsonElement second = mcrd.Workers().Single(w => w.GetProperty("number").GetInt32() == 1);
            if (second.GetProperty("status").GetString() != "Running" || second.GetProperty("pid").GetInt32() == killed.Pid)
                continue;
            killed = (killed.Number + 1, second.GetProperty("pid").GetInt32());
            SysResult.From(Libc.kill(killed.Pid, Libc.SIGKILL)).OrThrow("kill");
        }

        McrdWaits.Until(() => Times(mcrd, "it is started again in 4") + Times(mcrd, "it is started again in 3") > 0, "the wait of four seconds");
        int returned = Times(mcrd, Returned);
        long[] before = mcrd.RelayedByRule();
        McrdWaits.Until(() => mcrd.RelayedByRule().Zip(before, (now, then) => now - then).All(n => n > 0), "all groups to be relayed");
        Assert.Equal(returned, Times(mcrd, Returned)); // by the first worker alone
        McrdWaits.Until(() => Times(mcrd, Returned) > returned, "the second worker to have its flows again");
        mcrd.AwaitRelayed(mcrd.Relayed() + (Groups * Rate));
        (long sent, Summary[] received) = streams.Stop(mcrd, output);
        long reported = ManyStreams.LostByReport(mcrd);
        long stale = mcrd.FinalValues("filtered").Sum(); // had waited for the worker when its flows were given away, or too long
        long full = mcrd.FinalValues("buf_exhaust").Sum();
        long lost = sent - received.Sum(r => r.Number("received"));
        output.WriteLine($"{kills} kills: lost {lost}, of them too old {stale}, while a queue was full {full}; missing by their numbers {reported}");
        Assert.All(received, r => Assert.Equal(0, r.Number("reordered") + r.Number("duplicated") + r.Number("corrupted")));
        Assert.InRange(lost - stale - full, 0, kills * Batch);
        Assert.InRange(reported, 0, lost); // nobody takes for lost what was the other worker's
    }

    [Fact]
    public void Changing_the_number_of_workers_should_lose_double_and_reorder_nothing()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, ManyStreams.Rules);
        using var streams = new ManyStreams(topology, Rate);
        mcrd.AwaitRelayed(Groups * Rate);
        foreach (int count in new[] { 3, 2, 1, 2, 1 })
        {
            long began = Stopwatch.GetTimestamp();
            McrdWaits.Until(() => mcrd.TryCtl("workers", "--interface", "in0", "--count", $"{count}").Output.Contains($"in0 is served by {count} worker", StringComparison.Ordinal), $"{count} workers");
            Assert.Equal(count, mcrd.WorkerPids().Length);
            output.WriteLine($"{count} workers after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
        }

        (long sent, Summary[] received) = streams.Stop(mcrd, output);
        Assert.All(received, r => Assert.Equal(0, r.Number("lost") + r.Number("reordered") + r.Number("duplicated") + r.Number("corrupted")));
        Assert.Equal((sent, sent, 0), (received.Sum(r => r.Number("received")), mcrd.Relayed(), ManyStreams.LostByReport(mcrd)));
        Assert.DoesNotContain(" WARN  Ingress", mcrd.Stop().Output, StringComparison.Ordinal); // nothing was given up
    }

    [Fact]
    public void Refusals_should_say_why()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, ManyStreams.Rules);
        foreach (string count in new[] { "0", "65", "-1", "two" })
            Assert.Contains("number of workers; give one from 1 to 64", Refusal(mcrd, "in0", count), StringComparison.Ordinal);
        Assert.Contains("no rule takes datagrams in on nowhere0", Refusal(mcrd, "nowhere0", "2"), StringComparison.Ordinal);
    }

    private const string Returned = "worker 1 has its share of the flows again";

    private static int Times(McrdProcess mcrd, string text) => mcrd.Process.Output.Split(text).Length - 1;

    private static string Refusal(McrdProcess mcrd, string device, string count)
    {
        (int code, string text) = mcrd.TryCtl("workers", "--interface", device, "--count", count);
        Assert.Equal(1, code);
        return text;
    }
}
