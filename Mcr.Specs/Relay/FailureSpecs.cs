using System.Diagnostics;

namespace Mcr.Specs.Relay;

/// <summary>A rule that is replaced, and an end in order.</summary>
[Collection(SerialPackets.Name)]
public sealed class FailureSpecs(ITestOutputHelper output)
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

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
