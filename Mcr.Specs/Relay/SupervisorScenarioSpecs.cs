using System.Text.RegularExpressions;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>The supervisor as a whole, from its start to an end that leaves nothing behind: as root, and as root of a user namespace only.</summary>
public sealed class SupervisorScenarioSpecs(ITestOutputHelper output)
{
    private const string Video = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";
    private const int Count = 200;

    [Fact]
    public void Supervisor_should_start_relay_heal_change_remember_and_leave_nothing()
    {
        using var topology = new RelayTopology();
        string[] before = Sockets(topology);
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        Relay(topology, "239.1.1.1", "dst0", "239.2.2.2");

        int victim = Assert.Single(mcrd.WorkerPids());
        SysResult.From(Libc.kill(victim, Libc.SIGKILL)).OrThrow("kill");
        mcrd.Process.WaitForLine($"(pid {victim}) ended: killed by signal 9; it is started again at once");
        mcrd.Process.WaitForLine("is ready");
        Relay(topology, "239.1.1.1", "dst0", "239.2.2.2");
        Assert.NotEqual(victim, Assert.Single(mcrd.WorkerPids()));

        mcrd.Ctl("add", "--name", "extra", "--input-interface", "in0", "--input-group", "239.1.1.2", "--input-port", "5000", "--outputs", "239.3.3.3:6000:out1");
        Relay(topology, "239.1.1.2", "dst1", "239.3.3.3");
        mcrd.Ctl("remove", "--name", "video");
        mcrd.Ctl("add", "--name", "late", "--input-interface", "in9", "--input-group", "239.1.1.3", "--input-port", "5000", "--outputs", "239.3.3.4:6000:out1");
        Assert.Equal("extra Active, late Pending", States(mcrd));
        CheckNothingIsLeft(topology, before, mcrd);

        mcrd.StartAgain();
        Assert.Equal("extra Active, late Pending", States(mcrd));
        Relay(topology, "239.1.1.2", "dst1", "239.3.3.3");
        mcrd.Ctl("remove", "--name", "extra");
        Assert.Empty(mcrd.WorkerPids());
        mcrd.Ctl("remove", "--name", "late");
        mcrd.Ctl("add", "--name", "video", "--input-interface", "in0", "--input-group", "239.1.1.1", "--input-port", "5000", "--outputs", "239.2.2.2:6000:out0");
        Relay(topology, "239.1.1.1", "dst0", "239.2.2.2");
        CheckNothingIsLeft(topology, before, mcrd);
        Assert.Equal(["audit.log"], Directory.GetFiles(mcrd.StateDirectory).Select(Path.GetFileName)); // everything is as the file has it again
    }

    [Fact]
    public void Supervisor_should_do_the_same_in_a_user_namespace()
    {
        NamespaceSupport.Require();
        NamespaceSupport.RequireProgram("unshare");
        string[] shared = ["--user", "--map-root-user", "--net"];
        using (var probe = new RunningProcess(null, "unshare", [.. shared, "true"]))
            Assert.SkipUnless(probe.WaitForExit() == 0, $"This spec needs user namespaces: {probe.Output}");
        using var run = new RunningProcess(null, "unshare", [.. shared, "dotnet", typeof(SupervisorScenarioSpecs).Assembly.Location, "-noColor", "-method", $"*.{nameof(Supervisor_should_start_relay_heal_change_remember_and_leave_nothing)}"]);
        int code = run.WaitForExit(120);
        output.WriteLine(run.Output);
        Assert.Equal(0, code);
        Assert.Matches("Total: 1, Errors: 0, Failed: 0, Skipped: 0", run.Output);
    }

    private static void Relay(RelayTopology topology, string inputGroup, string device, string outputGroup)
    {
        using var receiver = new StreamReceiver(topology.Destination, device, outputGroup, 6000, Count);
        StreamSender.Send(topology.Source, "src0", inputGroup, 5000, Count, "--rate", "2000");
        Summary received = receiver.Result();
        Assert.Equal((Count, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("corrupted")));
    }

    private static void CheckNothingIsLeft(RelayTopology topology, string[] before, McrdProcess mcrd)
    {
        Assert.NotEqual(before, Sockets(topology));
        int[] processes = [mcrd.Process.Pid, .. mcrd.WorkerPids()];
        (int code, string log) = mcrd.Stop();
        Assert.True(code == 0, log);
        Assert.All(processes, pid => Assert.False(Directory.Exists($"/proc/{pid}"), $"process {pid} is left"));
        Assert.Equal(before, Sockets(topology));
        Assert.Equal([mcrd.StateDirectory, mcrd.ConfigFile], Directory.GetFileSystemEntries(Path.GetDirectoryName(mcrd.ConfigFile)!).Order(StringComparer.Ordinal));
        Assert.Subset(new HashSet<string?> { "audit.log", "rules.json" }, Directory.GetFiles(mcrd.StateDirectory).Select(Path.GetFileName).ToHashSet());
    }

    /// <summary>Packet, UDP and Unix sockets of the relay's namespace, and the groups that it is in.</summary>
    private static string[] Sockets(RelayTopology topology) =>
    [
        .. new[] { "packet", "udp", "udp6", "unix" }.Select(kind => $"{kind}: {topology.Relay.Tool("cat", $"/proc/net/{kind}").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1}"),
        .. Regex.Matches(topology.Relay.Tool("ip", "maddress show"), @"inet (\S+)").Select(m => m.Groups[1].Value),
    ];

    private static string States(McrdProcess mcrd) => string.Join(", ", mcrd.Ctl("list").GetProperty("Rules").EnumerateArray()
        .Select(r => $"{r.GetProperty("name")} {r.GetProperty("status")}").Order(StringComparer.Ordinal));
}
