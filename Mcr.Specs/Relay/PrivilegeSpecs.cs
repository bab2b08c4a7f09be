namespace Mcr.Specs.Relay;

/// <summary>What the kernel says of a running worker (proc(5)), in every task of it.</summary>
[Collection(SerialPackets.Name)]
public sealed class PrivilegeSpecs(ITestOutputHelper output)
{
    private const string Rule = """{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    [Fact]
    public void Worker_should_have_no_right_in_any_task_and_be_small()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        int pid = Assert.Single(mcrd.WorkerPids());

        // Under load, so that whatever threads and memory it needs are there.
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, 50_000);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 50_000, "--rate", "20000");
        Assert.Equal(50_000, receiver.Result().Number("received"));

        string[] tasks = Directory.GetDirectories($"/proc/{pid}/task");
        Assert.NotEmpty(tasks);
        foreach (string task in tasks)
        {
            Dictionary<string, string> status = Status(Path.Combine(task, "status"));
            Assert.Equal("65534\t65534\t65534\t65534", status["Uid"]);
            Assert.Equal("65534\t65534\t65534\t65534", status["Gid"]);
            Assert.Equal("", status["Groups"].Trim());
            foreach (string set in new[] { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" })
                Assert.Equal("0000000000000000", status[set]);
            Assert.Equal("1", status["NoNewPrivs"]);
            Assert.Equal("2", status["Seccomp"]);
        }

        string resident = Status($"/proc/{pid}/status")["VmRSS"];
        output.WriteLine($"{tasks.Length} tasks, resident {resident}");
        Assert.InRange(long.Parse(resident.Replace(" kB", "", StringComparison.Ordinal)), 1, 40_000_000 / 1024);
    }

    [Fact]
    public void Without_CAP_NET_RAW_mcrd_should_say_so_in_one_line_and_exit_77()
    {
        NamespaceSupport.RequireProgram("setpriv");
        using var run = new RunningProcess(null, "setpriv", ["--bounding-set", "-net_raw", "--inh-caps", "-net_raw", Executables.Mcrd, "supervisor", "--control-socket-path", "/nonexistent/control.sock"]);
        Assert.Equal(77, run.WaitForExit());
        string line = Assert.Single(run.Output.Split('\n'));
        Assert.StartsWith("mcrd: CAP_NET_RAW is missing", line, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Status(string file) =>
        File.ReadLines(file).Select(l => l.Split(':', 2)).ToDictionary(p => p[0], p => p[1].Trim(' ', '\t'));
}
