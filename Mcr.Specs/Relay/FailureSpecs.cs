using System.Diagnostics;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>A worker that dies, rules that come and go, an end in order: while datagrams flow.</summary>
[Collection(SerialPackets.Name)]
public sealed class FailureSpecs(ITestOutputHelper output)
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    /// <summary>What may be in a worker's hands: one batch.</summary>
    private const int Batch = 64;

    [Fact]
    public void Killed_worker_should_cost_no_more_than_what_it_held_and_less_than_a_second()
    {
        const int Count = 60_000;
        const int Rate = 10_000;
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        int victim = Assert.Single(mcrd.WorkerPids());
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, Count);
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, Count, "--rate", $"{Rate}");

        McrdWaits.Until(() => mcrd.Relayed("video") > Rate, "the stream to flow");
        SysResult.From(Libc.kill(victim, Libc.SIGKILL)).OrThrow("kill");
        long began = Stopwatch.GetTimestamp();
        long before = mcrd.Relayed("video");
        McrdWaits.Until(() => mcrd.Relayed("video") > before, "datagrams to be relayed again");
        TimeSpan gap = Stopwatch.GetElapsedTime(began);

        StreamSender.Result(sender);
        Summary received = receiver.Result();
        Assert.NotEqual(victim, Assert.Single(mcrd.WorkerPids()));
        Assert.Equal(1, mcrd.Ctl("list-workers").GetProperty("Workers")[0].GetProperty("restarts").GetInt32());
        string log = mcrd.Stop().Output;
        output.WriteLine($"relaying again after {gap.TotalMilliseconds:0} ms; {received.Line}");
        output.WriteLine(string.Join('\n', log.Split('\n').Where(l => l.Contains("FINAL", StringComparison.Ordinal) || l.Contains("WorkerActor", StringComparison.Ordinal))));
        Assert.InRange(gap.TotalSeconds, 0, 1);
        Assert.InRange(received.Number("lost"), 0, Batch);
        Assert.Equal(0, received.Number("corrupted"));
    }

    [Fact]
    public void Rules_that_come_change_and_go_should_cost_other_rules_nothing()
    {
        const int Count = 40_000;
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, Count);
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, Count, "--rate", "10000");
        int changes = 0;
        while (!sender.HasExited)
        {
            mcrd.Ctl("add", "--name", "other", "--input-interface", "in0", "--input-group", "239.1.1.2", "--input-port", "5000", "--outputs", $"239.4.4.4:{7000 + changes % 100}:out1");
            if (changes++ % 5 == 4)
                mcrd.Ctl("remove", "--name", "other");
        }

        Assert.True(changes > 5, $"only {changes} changes");
        StreamSender.Result(sender);
        Summary received = receiver.Result();
        output.WriteLine($"{changes} changes; {received.Line}");
        Assert.Equal((Count, 0, 0), ((int)received.Number("received"), (int)received.Number("lost"), (int)received.Number("reordered")));
    }

    [Fact]
    public void Replacing_a_rule_should_change_where_its_own_datagrams_go_and_keep_its_counters()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        using var first = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, 100);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "1000");
        Assert.Equal(100, first.Result().Number("received"));

        mcrd.Ctl("add", "--name", "video", "--input-interface", "in0", "--input-group", "239.1.1.1", "--input-port", "5000", "--outputs", "239.5.5.5:6005:out1");
        using var second = new StreamReceiver(topology.Destination, "dst1", "239.5.5.5", 6005, 100);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "1000");
        Assert.Equal(100, second.Result().Number("received"));
        McrdWaits.Until(() => mcrd.Relayed("video") == 200, "both streams in one rule's counter");
    }

    [Fact]
    public void Stop_should_be_in_order_complete_and_quick()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        int[] workers = mcrd.WorkerPids();
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 1000, "--rate", "5000");
        long began = Stopwatch.GetTimestamp();
        (int code, string log) = mcrd.Stop();
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        output.WriteLine($"stopped in {took.TotalMilliseconds:0} ms");
        Assert.Equal(0, code);
        Assert.InRange(took.TotalSeconds, 0, 2);
        Assert.Contains("[STATS:Ingress FINAL] total: recv=1000 matched=1000 egr_sent=1000 filtered=0 no_match=0 buf_exhaust=0", log, StringComparison.Ordinal);
        Assert.All(workers, pid => Assert.False(Directory.Exists($"/proc/{pid}")));
        Assert.Equal([mcrd.ConfigFile], Directory.GetFileSystemEntries(Path.GetDirectoryName(mcrd.ConfigFile)!));
    }

    [Fact]
    public void Stop_while_starting_should_be_in_order_too()
    {
        using var topology = new RelayTopology();
        using var mcrd = new McrdProcess(topology.Relay, Rule);
        mcrd.Process.WaitForLine(" starts as ");
        (int code, string log) = mcrd.Stop();
        Assert.True(code == 0, log);
        Assert.Contains("mcrd has stopped", log, StringComparison.Ordinal);
        Assert.Equal([mcrd.ConfigFile], Directory.GetFileSystemEntries(Path.GetDirectoryName(mcrd.ConfigFile)!));
    }
}
