using Mcr.Host.Mcrd.Demo;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>What the kernel says of a running worker (proc(5)), in every task of it.</summary>
[Collection(SerialPackets.Name)]
public sealed class PrivilegeSpecs(ITestOutputHelper output)
{
    private const long CloseOnExec = 0x80000; // O_CLOEXEC, as fdinfo shows it

    private const string Rule = """{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    [Fact]
    public void Worker_should_have_no_right_in_any_task_and_be_small()
    {
        NamespaceSupport.RequireOtherUsers();
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        int pid = Assert.Single(mcrd.WorkerPids());

        // Under load, so that whatever threads and memory it needs are there.
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, 50_000);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 50_000, "--rate", "20000");
        Assert.Equal(50_000, receiver.Result().Number("received"));

        int tasks = AssertNoRight(pid);
        (long own, long ring) = ResidentMemory.Of(pid);
        output.WriteLine($"{tasks} tasks, resident {own} kB and {ring} kB of ring");
        Assert.InRange(own, 1, 40_000_000 / 1024);
    }

    /// <summary>As a unit of systemd starts it: an ordinary user, whose capabilities are ambient, and so inheritable.</summary>
    [Fact]
    public void Worker_of_an_mcrd_that_is_not_root_should_have_no_right_either()
    {
        NamespaceSupport.RequireOtherUsers();
        NamespaceSupport.RequireProgram("setpriv");
        using var topology = new RelayTopology();
        string directory = Directory.CreateTempSubdirectory("mcr-spec-ambient-").FullName;
        try
        {
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
            SysResult.From(Libc.chown(directory, 1, 1)).OrThrow("chown");
            string config = Path.Combine(directory, "mcrd.hocon");
            File.WriteAllText(config, $"mcr {{ control.socket = \"{directory}/control.sock\", worker.standby = off, rules = [ {Rule} ] }}");
            const string Rights = "-all,+net_raw,+net_admin,+sys_nice,+setuid,+setgid,+setpcap,+kill";
            using var mcrd = new RunningProcess(topology.Relay, "setpriv",
                ["--reuid", "1", "--regid", "1", "--clear-groups", "--no-new-privs", "--bounding-set", Rights, "--inh-caps", Rights, "--ambient-caps", Rights, Executables.Mcrd, "supervisor", "--config", config]);
            mcrd.WaitForLine("mcrd is ready");
            Assert.DoesNotContain(" rights: ", mcrd.Output, StringComparison.Ordinal);
            AssertNoRight(Assert.Single(ChildProcesses.Of(mcrd.Pid)));
            using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, 1000);
            StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 1000, "--rate", "5000");
            Assert.Equal(1000, receiver.Result().Number("received"));
            mcrd.Signal(Libc.SIGTERM);
            Assert.Equal(0, mcrd.WaitForExit());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
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

    [Fact]
    public void Every_missing_right_should_be_said_with_its_consequence()
    {
        NamespaceSupport.RequireProgram("setpriv");
        using var topology = new RelayTopology();
        string directory = Path.Combine(Path.GetTempPath(), $"mcr-spec-rights-{Environment.ProcessId}");
        using var run = new RunningProcess(topology.Relay, "setpriv",
            ["--bounding-set", "-net_admin,-kill,-setpcap,-sys_nice", "--inh-caps", "-net_admin,-kill,-setpcap,-sys_nice", Executables.Mcrd, "supervisor", "--interface", "in0", "--control-socket-path", Path.Combine(directory, "control.sock")]);
        run.WaitForLine("mcrd is ready");
        foreach (string right in new[] { "without CAP_NET_ADMIN socket buffers are limited", "without CAP_SETPCAP workers keep", "without CAP_KILL a worker that hangs", "without CAP_SYS_NICE workers run at ordinary priority" })
            Assert.Contains($" WARN  Security: rights: {right}", run.Output, StringComparison.Ordinal);
        run.Signal(Libc.SIGTERM);
        Assert.Equal(0, run.WaitForExit());
        Directory.Delete(directory);
    }

    [Fact]
    public void Mcrd_of_a_private_home_should_run_and_not_mind_a_rebuild()
    {
        using var topology = new RelayTopology();
        string home = Directory.CreateTempSubdirectory("mcr-spec-home-").FullName; // mode 0700
        string directory = Path.Combine(Path.GetTempPath(), $"mcr-spec-run-{Environment.ProcessId}");
        try
        {
            foreach (string file in Directory.GetFiles(Path.GetDirectoryName(Executables.Mcrd)!))
                File.Copy(file, Path.Combine(home, Path.GetFileName(file)));
            Directory.CreateDirectory(directory);
            string config = Path.Combine(directory, "mcrd.hocon");
            File.WriteAllText(config, $"mcr {{ control.socket = \"{directory}/control.sock\", worker.standby = off, rules = [ {Rule} ] }}");
            using var mcrd = new RunningProcess(topology.Relay, Path.Combine(home, "mcrd"), ["supervisor", "--config", config]);
            mcrd.WaitForLine("mcrd is ready");
            foreach (string file in new[] { "mcr-worker", "mcr-worker.dll", "Mcr.Native.dll" })
                File.Delete(Path.Combine(home, file));
            int worker = Assert.Single(ChildProcesses.Of(mcrd.Pid));
            SysResult.From(Libc.kill(worker, Libc.SIGKILL)).OrThrow("kill");
            mcrd.WaitForLine("is ready"); // the next one, from the staged files
            using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, 100);
            StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "1000");
            Assert.Equal(100, receiver.Result().Number("received"));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void No_descriptor_should_be_inherited_by_whoever_is_started()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        foreach (int pid in new[] { mcrd.Process.Pid, Assert.Single(mcrd.WorkerPids()) })
        {
            // The runtime's own: its signal pipe, and copies of the standard ones. Descriptor 3 of a worker is its channel, which it is started with.
            string[] ofTheRuntime = ["/dev/null", .. Enumerable.Range(0, 3).Select(n => Target(pid, $"{n}"))];
            foreach (string info in Directory.GetFiles($"/proc/{pid}/fdinfo"))
            {
                string number = Path.GetFileName(info);
                string target = Target(pid, number);
                if (ofTheRuntime.Contains(target) || target.StartsWith("pipe:", StringComparison.Ordinal) || (number == "3" && pid != mcrd.Process.Pid))
                    continue;
                string[] lines;
                try
                {
                    lines = File.ReadAllLines(info);
                }
                catch (IOException)
                {
                    continue; // closed meanwhile
                }

                long flags = Convert.ToInt64(lines.Single(l => l.StartsWith("flags:", StringComparison.Ordinal))[6..].Trim(), 8);
                Assert.True((flags & CloseOnExec) != 0, $"descriptor {number} ({target}) of process {pid} has no O_CLOEXEC");
            }
        }
    }

    /// <returns>How many tasks it has.</returns>
    private static int AssertNoRight(int pid)
    {
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

        return tasks.Length;
    }

    private static string Target(int pid, string descriptor) => new FileInfo($"/proc/{pid}/fd/{descriptor}").LinkTarget ?? "closed";

    private static Dictionary<string, string> Status(string file) =>
        File.ReadLines(file).Select(l => l.Split(':', 2)).ToDictionary(p => p[0], p => p[1].Trim(' ', '\t'));
}
