using System.Diagnostics;
using System.Globalization;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>mcrd dies or leaves, its workers go on, and another mcrd adopts them: while datagrams flow.</summary>
[Collection(SerialPackets.Name)]
public sealed class AdoptionSpecs(ITestOutputHelper output)
{
    private const int Rate = 10_000;
    private const int SigUsr2 = 12;

    private const string Video = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";
    private const string Audio = """{ name = audio, input { interface = in0, group = "239.1.1.2", port = 5000 }, outputs = [ { interface = out1, group = "239.2.2.3", port = 6000 } ] }""";
    private const string News = """{ name = news, input { interface = in0, group = "239.1.1.3", port = 5000 }, outputs = [ { interface = out1, group = "239.2.2.4", port = 6000 }, { interface = out0, group = "239.2.2.4", port = 6000 } ] }""";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Mcrd_that_is_killed_and_started_again_should_cost_nothing(int workers)
    {
        string settings = $"  interfaces.in0 {{ workers = {workers} }}";
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video + "\n" + Audio, settings);
        int[] pids = mcrd.WorkerPids();
        Assert.Equal(workers, pids.Length);
        using var stream = new Stream(topology, mcrd);
        stream.WaitForMore();
        mcrd.Kill();
        stream.WaitWithoutMcrd();
        mcrd.StartAgain();
        Assert.Equal(pids, mcrd.WorkerPids());
        stream.WaitForMore();
        string log = mcrd.Process.Output;
        foreach (int pid in pids)
            Assert.Contains($"(pid {pid}) is adopted: 2 rules, hash as expected", log, StringComparison.Ordinal);
        stream.EndWithoutLoss(output);
    }

    [Fact]
    public void Rules_changed_meanwhile_should_be_put_and_dropped_and_others_count_on()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Audio + "\n" + Video);
        int pid = Assert.Single(mcrd.WorkerPids());
        using var stream = new Stream(topology, mcrd);
        stream.WaitForMore();
        mcrd.Kill();
        mcrd.StartAgain(Video + "\n" + News);
        Assert.Equal(pid, Assert.Single(mcrd.WorkerPids()));
        Assert.Contains("1 rules are put and 1 dropped", mcrd.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("239.1.1.2", Memberships(topology), StringComparison.Ordinal);
        Assert.Contains("239.1.1.3", Memberships(topology), StringComparison.Ordinal);
        using var news = new StreamReceiver(topology.Destination, "dst1", "239.2.2.4", 6000, 100);
        StreamSender.Send(topology.Source, "src0", "239.1.1.3", 5000, 100, "--rate", "1000");
        Assert.Equal(100, news.Result().Number("received"));
        stream.WaitForMore();
        stream.EndWithoutLoss(output);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Mcrd_that_is_told_to_leave_should_leave_its_workers_in_order(bool bySignal)
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        int[] pids = mcrd.WorkerPids();
        using var stream = new Stream(topology, mcrd);
        stream.WaitForMore();
        if (bySignal)
            mcrd.Process.Signal(SigUsr2);
        else
            Assert.Contains("mcrd leaves", mcrd.Ctl("upgrade-hold").ToString(), StringComparison.Ordinal);
        mcrd.Process.WaitForLine("mcrd has stopped and has left its workers");
        mcrd.WaitUntilGone();
        Assert.Equal(0, mcrd.Process.ExitCode);
        Assert.All(pids, pid => Assert.True(IsRunning(pid)));
        mcrd.StartAgain();
        Assert.Equal(pids, mcrd.WorkerPids());
        stream.WaitForMore();
        stream.EndWithoutLoss(output);
    }

    [Fact]
    public void Orphan_should_end_by_itself_when_its_grace_is_over()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, "  worker.orphan-grace = 1s");
        int pid = Assert.Single(mcrd.WorkerPids());
        mcrd.Kill();
        long began = Stopwatch.GetTimestamp();
        WaitUntil(() => !IsRunning(pid), "the orphan to end");
        output.WriteLine($"ended after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.9, 3);
        Assert.DoesNotContain("239.1.1.1", Memberships(topology), StringComparison.Ordinal);
        mcrd.StartAgain();
        Assert.Single(mcrd.AdoptionSockets);
        Assert.NotEqual(pid, Assert.Single(mcrd.WorkerPids()));
    }

    [Fact]
    public void Adopted_workers_should_end_with_the_mcrd_that_has_adopted_them()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, "  worker.orphan-grace = forever");
        int pid = Assert.Single(mcrd.WorkerPids());
        mcrd.Kill();
        mcrd.StartAgain();
        (int code, string log) = mcrd.Stop();
        Assert.Equal(0, code);
        Assert.Contains($"(pid {pid}) stopped: ended while adopted", log, StringComparison.Ordinal);
        Assert.False(IsRunning(pid));
        Assert.Equal([mcrd.ConfigFile], Directory.GetFileSystemEntries(Path.GetDirectoryName(mcrd.ConfigFile)!));
    }

    [Fact]
    public void Orphans_of_an_interface_without_rules_should_be_stopped()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        int pid = Assert.Single(mcrd.WorkerPids());
        mcrd.Kill();
        mcrd.StartAgain("");
        mcrd.Process.WaitForLine($"(pid {pid}) is stopped: no rule takes datagrams in there any more");
        WaitUntil(() => !IsRunning(pid), "the orphan to end");
    }

    [Fact]
    public void Adopted_worker_that_is_killed_should_be_replaced_like_any_other()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        int pid = Assert.Single(mcrd.WorkerPids());
        mcrd.Kill();
        mcrd.StartAgain();
        SysResult.From(Libc.kill(pid, Libc.SIGKILL)).OrThrow("kill");
        mcrd.Process.WaitForLine($"(pid {pid}) ended: ended while adopted; it is started again at once");
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, 100);
        WaitUntil(() => mcrd.WorkerPids() is [var next] && next != pid && Status(mcrd) == "Running", "another worker");
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "1000");
        Assert.Equal(100, receiver.Result().Number("received"));
    }

    [Fact]
    public void Twenty_adoptions_should_leave_no_descriptor_behind()
    {
        const string Unicast = """{ name = unicast, input { interface = in0, group = "10.1.0.2", port = 5001 }, outputs = [ { interface = out0, group = "10.2.0.2", port = 6001 } ] }""";
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video + "\n" + Audio + "\n" + Unicast);
        int pid = Assert.Single(mcrd.WorkerPids());
        using var stream = new Stream(topology, mcrd);
        stream.WaitForMore();
        string[] first = [];
        for (int i = 0; i < 20; i++)
        {
            mcrd.Kill();
            mcrd.StartAgain();
            Assert.Equal(pid, Assert.Single(mcrd.WorkerPids()));
            Assert.Contains("is adopted: 3 rules, hash as expected", mcrd.Process.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(" WARN ", mcrd.Process.Output, StringComparison.Ordinal);
            string[] now = Descriptors(pid);
            first = i == 0 ? now : first;
            Assert.Equal(first.Length, now.Length);
        }

        output.WriteLine($"{first.Length} descriptors: {string.Join(' ', first)}");
        stream.EndWithoutLoss(output);
    }

    /// <summary>An orphan that has ended may wait for whoever reaps it.</summary>
    private static bool IsRunning(int pid) => File.Exists($"/proc/{pid}/cmdline") && File.ReadAllBytes($"/proc/{pid}/cmdline").Length > 0;

    private static string[] Descriptors(int pid) => [.. new DirectoryInfo($"/proc/{pid}/fd").GetFiles().Select(f => f.LinkTarget!.Split(':')[0]).Order()];

    private static string Status(McrdProcess mcrd) => mcrd.Ctl("list-workers").GetProperty("Workers")[0].GetProperty("status").GetString()!;

    private static string Memberships(RelayTopology topology)
    {
        using var ip = new RunningProcess(topology.Relay, "ip", ["maddr", "show", "dev", "in0"]);
        ip.WaitForExit();
        return ip.Output;
    }

    /// <summary>Asks until it is so; a command is the wait.</summary>
    private static void WaitUntil(Func<bool> isSo, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!isSo())
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20), $"waited for {what}");
    }

    /// <summary>Datagrams of the rule "video", from construction on until it ends.</summary>
    private sealed class Stream : IDisposable
    {
        private readonly McrdProcess _mcrd;
        private readonly StreamReceiver _receiver;
        private readonly RunningProcess _sender;

        public Stream(RelayTopology topology, McrdProcess mcrd)
        {
            _mcrd = mcrd;
            _receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, null);
            _sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{Rate}");
        }

        /// <summary>What is relayed from now on is seen in the counters.</summary>
        public void WaitForMore()
        {
            long before = Relayed();
            WaitUntil(() => Relayed() > before + (Rate / 2), "the stream to flow");
        }

        /// <summary>As long as some thousand datagrams take: nobody is there to count.</summary>
        public void WaitWithoutMcrd() => Assert.False(_sender.HasExited);

        public void EndWithoutLoss(ITestOutputHelper output)
        {
            _sender.Terminate();
            long sent = StreamSender.Result(_sender).Number("sent");
            WaitUntil(() => Relayed() == sent, $"the rule to have counted all of {sent.ToString(CultureInfo.InvariantCulture)} datagrams, from its first on");
            _receiver.Process.Terminate();
            Summary received = _receiver.Result();
            output.WriteLine(received.Line);
            Assert.Equal((sent, 0, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("reordered"), received.Number("duplicated")));
        }

        public void Dispose()
        {
            _sender.Dispose();
            _receiver.Dispose();
        }

        private long Relayed() =>
            _mcrd.Ctl("stats").GetProperty("Stats").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "video").GetProperty("packets_relayed").GetInt64();
    }
}
