using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mcr.Native.Interop;
using Mcr.Native.Worker;

namespace Mcr.Specs.Relay;

/// <summary>mcrd dies or leaves, its workers go on, and another mcrd adopts them: while datagrams flow.</summary>
[Collection(SerialPackets.Name)]
public sealed class AdoptionSpecs(ITestOutputHelper output)
{
    private const int Rate = 10_000;
    private const int SigUsr2 = 12;
    private const int ExitSoftware = 70; // EX_SOFTWARE
    private const int ExitAborted = 128 + 6; // SIGABRT

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
        stream.EndWithoutLoss(output, $"mcrd kill -9 and restart, workers: {workers}");
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
        stream.EndWithoutLoss(output, "mcrd kill -9 and restart with other rules");
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
        stream.EndWithoutLoss(output, bySignal ? "mcrd SIGUSR2 and restart" : "mcrctl upgrade-hold and restart");
    }

    /// <summary>Neither a signal nor a command: it ends from within.</summary>
    [Theory]
    [InlineData(UnaskedEnd.ActorSystem)]
    [InlineData(UnaskedEnd.Exception)]
    public void Mcrd_that_ends_although_nobody_asked_it_to_should_leave_its_workers(UnaskedEnd how)
    {
        using var topology = new RelayTopology();
        using var mcrd = new McrdProcess(topology.Relay, Video, environment: StartupHook.Environment(how));
        mcrd.WaitReady();
        int[] pids = mcrd.WorkerPids();
        using var stream = new Stream(topology, mcrd);
        stream.WaitForMore();
        mcrd.Process.Signal(StartupHook.EndSignal);
        mcrd.Process.WaitForLine(how == UnaskedEnd.ActorSystem ? "mcrd has stopped although nobody asked it to; what was logged before this says why" : "Unhandled exception. System.InvalidOperationException: planted");
        mcrd.WaitUntilGone();
        Assert.Equal(how == UnaskedEnd.ActorSystem ? ExitSoftware : ExitAborted, mcrd.Process.ExitCode);
        Assert.All(pids, pid => Assert.True(IsRunning(pid)));
        mcrd.StartAgain();
        Assert.Equal(pids, mcrd.WorkerPids());
        stream.WaitForMore();
        stream.EndWithoutLoss(output, $"mcrd ends by itself ({how}) and restart");
    }

    [Fact]
    public void Orphan_should_end_by_itself_when_its_grace_is_over()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, "  worker.orphan-grace = 1s");
        int pid = Assert.Single(mcrd.WorkerPids());
        mcrd.Kill();
        long began = Stopwatch.GetTimestamp();
        McrdWaits.Until(() => !IsRunning(pid), "the orphan to end");
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
        McrdWaits.Until(() => !IsRunning(pid), "the orphan to end");
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
        McrdWaits.Until(() => mcrd.WorkerPids() is [var next] && next != pid && Status(mcrd) == "Running", "another worker");
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "1000");
        Assert.Equal(100, receiver.Result().Number("received"));
    }

    [Fact]
    public void Datagrams_should_leave_from_the_same_port_whoever_has_the_workers()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        using Socket listener = topology.Destination.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 20_000 };
            socket.Bind(new IPEndPoint(IPAddress.Any, 6000));
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(IPAddress.Parse("239.2.2.2"), IPAddress.Parse("10.2.0.2")));
            return socket;
        });
        EndPoint before = SourceOfOne(topology, listener);
        mcrd.Kill();
        EndPoint orphaned = SourceOfOne(topology, listener);
        mcrd.StartAgain();
        EndPoint adopted = SourceOfOne(topology, listener);
        output.WriteLine($"{before} {orphaned} {adopted}");
        Assert.Equal((before, before), (orphaned, adopted));
    }

    [Fact]
    public void Connection_of_another_user_should_be_refused_by_the_worker_itself()
    {
        NamespaceSupport.RequireOtherUsers();
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        int pid = Assert.Single(mcrd.WorkerPids());
        string path = Assert.Single(mcrd.AdoptionSockets);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        mcrd.Kill();
        Assert.Contains("EACCES", ConnectAsNobody(path), StringComparison.Ordinal);

        // The file's mode is the first barrier; behind it the worker asks the kernel who it is.
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        Assert.StartsWith("the worker closed the connection", ConnectAsNobody(path), StringComparison.Ordinal);
        mcrd.StartAgain();
        Assert.Equal(pid, Assert.Single(mcrd.WorkerPids()));
    }

    [Fact]
    public void Of_two_who_would_adopt_a_worker_one_should_get_it()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        int pid = Assert.Single(mcrd.WorkerPids());
        string path = Assert.Single(mcrd.AdoptionSockets);
        mcrd.Kill();
        TimeSpan patience = TimeSpan.FromSeconds(1);
        Assert.True(AdoptionSocket.TryConnect(path, patience, out WorkerChannel? first).IsSuccess);
        Assert.True(AdoptionSocket.TryConnect(path, patience, out WorkerChannel? second).IsSuccess);
        using AdoptedWorker adopted = AdoptedWorker.Receive(first!);
        using (second)
            Assert.Equal(Libc.EAGAIN, Assert.Throws<LinuxException>(() => AdoptedWorker.Receive(second!)).Errno);
        Assert.Equal((pid, "in0", 0), (adopted.Pid, adopted.Handover.Place.Interface, adopted.Handover.Place.Seat));
        Assert.Single(adopted.Rules.Rules);
        Assert.Equal(adopted.Handover.Hash, ResolvedRuleHash.Of(adopted.Rules.Rules));
        Assert.Equal(["bases", "groups"], adopted.Kept.Values.Select(k => k.Item.Tag).Order());

        // A second mcrd that finds it taken says so and leaves it alone.
        mcrd.StartAgain();
        Assert.Contains("cannot be adopted: it does not answer, or another mcrd has it", mcrd.Process.Output, StringComparison.Ordinal);
        Assert.True(IsRunning(pid));
    }

    [Fact]
    public void Worker_that_speaks_another_version_should_be_killed_and_replaced()
    {
        NamespaceSupport.RequireProgram("python3");
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        mcrd.Kill();
        foreach (string path in mcrd.AdoptionSockets)
            File.Delete(path);
        using var stranger = new RunningProcess(null, "python3", ["-c", $"import socket,time\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET)\ns.bind('{mcrd.RuntimeDirectory}/adopt-1.sock')\ns.listen(1)\nprint('ready',flush=True)\nc,_=s.accept()\nc.send(bytes([99,20,0,0]))\ntime.sleep(60)"]);
        stranger.WaitForLine("ready");
        mcrd.StartAgain();
        Assert.Contains($"(pid {stranger.Pid}) cannot be adopted and is killed: worker protocol version 99; this side speaks", mcrd.Process.Output, StringComparison.Ordinal);
        stranger.WaitForExit();
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
        stream.EndWithoutLoss(output, "mcrd kill -9 and restart, 20 times");
    }

    /// <summary>An orphan that has ended may wait for whoever reaps it.</summary>
    private static bool IsRunning(int pid) => File.Exists($"/proc/{pid}/cmdline") && File.ReadAllBytes($"/proc/{pid}/cmdline").Length > 0;

    private static EndPoint SourceOfOne(RelayTopology topology, Socket listener)
    {
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 1, "--rate", "1000");
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        listener.ReceiveFrom(new byte[2000], ref from);
        return from;
    }

    /// <summary>Users belong to threads: one of its own is nobody, and ends.</summary>
    /// <returns>What is said instead of a worker.</returns>
    private static string ConnectAsNobody(string path)
    {
        string answer = "";
        var thread = new Thread(() =>
        {
            const int Nobody = 65534;
            SysResult.From(Libc.syscall(SystemCalls.SetResUid, Nobody, Nobody, Nobody, 0, 0)).OrThrow("setresuid");
            SysResult connected = AdoptionSocket.TryConnect(path, TimeSpan.FromSeconds(10), out WorkerChannel? channel);
            answer = channel is null ? LinuxException.Describe(connected.Errno) : Record.Exception(() => AdoptedWorker.Receive(channel))?.Message ?? "a handover"; // no assertion on a thread of ours
            channel?.Dispose();
        });
        thread.Start();
        thread.Join();
        _ = Libc.prctl(Libc.PR_SET_DUMPABLE, 1, 0, 0, 0); // a change of user ends that, for the whole process
        return answer;
    }

    private static string[] Descriptors(int pid) => [.. new DirectoryInfo($"/proc/{pid}/fd").GetFiles().Select(f => f.LinkTarget!.Split(':')[0]).Order()];

    private static string Status(McrdProcess mcrd) => mcrd.Ctl("list-workers").GetProperty("Workers")[0].GetProperty("status").GetString()!;

    private static string Memberships(RelayTopology topology)
    {
        using var ip = new RunningProcess(topology.Relay, "ip", ["maddr", "show", "dev", "in0"]);
        ip.WaitForExit();
        return ip.Output;
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
            McrdWaits.Until(() => Relayed() > before + (Rate / 2), "the stream to flow");
        }

        /// <summary>As long as some thousand datagrams take: nobody is there to count.</summary>
        public void WaitWithoutMcrd() => Assert.False(_sender.HasExited);

        /// <param name="name">What has happened meanwhile.</param>
        public void EndWithoutLoss(ITestOutputHelper output, string name)
        {
            _sender.Terminate();
            long sent = StreamSender.Result(_sender).Number("sent");
            McrdWaits.Until(() => Relayed() == sent, $"the rule to have counted all of {sent.ToString(CultureInfo.InvariantCulture)} datagrams, from its first on");
            _receiver.Process.Terminate();
            Summary received = _receiver.Result();
            new EventCost(name, "ring") { Gap = received.LongestMilliseconds, Lost = sent - received.Number("received"), MostLost = 0, Sent = sent }.Check(output);
            Assert.Equal((sent, 0, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("reordered"), received.Number("duplicated")));
        }

        public void Dispose()
        {
            _sender.Dispose();
            _receiver.Dispose();
        }

        private long Relayed() => _mcrd.Relayed("video");
    }
}
