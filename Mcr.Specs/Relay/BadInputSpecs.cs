using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>What an operator gets wrong: a sentence that names it, an exit code, and no change.</summary>
public sealed class BadInputSpecs
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    [Fact]
    public void Refused_rules_should_name_field_value_and_remedy_and_change_nothing()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        string before = mcrd.Ctl("list").GetRawText();
        string many = string.Join(',', Enumerable.Range(0, 65).Select(i => $"239.9.9.9:{7000 + i}:out0"));
        foreach ((string device, string group, string port, string outputs, string[] words) in new (string, string, string, string, string[])[]
        {
            ("in0", "239.1.1", "5000", "239.2.2.3:6000:out0", ["group", "239.1.1"]),
            ("in0", "239.1.1.2", "0", "239.2.2.3:6000:out0", ["port", "'0'"]),
            ("in0", "239.1.1.2", "65536", "239.2.2.3:6000:out0", ["port", "65536"]),
            ("interface-of-16c", "239.1.1.2", "5000", "239.2.2.3:6000:out0", ["interface", "interface-of-16c", "15"]),
            ("in0", "239.1.1.2", "5000", "239.1.1.2:5000:in0", ["outputs", "loop"]),
            ("out0", "239.2.2.2", "6000", "239.7.7.7:6000:out1", ["loop"]),
            ("in0", "239.1.1.2", "5000", many, ["65", "64"]),
            ("in0", "224.0.0.5", "5000", "239.2.2.3:6000:out0", ["224.0.0.5"]),
        })
        {
            (int code, string output) = mcrd.TryCtl("add", "--input-interface", device, "--input-group", group, "--input-port", port, "--outputs", outputs);
            Assert.True(code == 1, $"{device} {group} {port}: {code}: {output}");
            Assert.All(words, word => Assert.Contains(word, output, StringComparison.Ordinal));
        }

        Assert.Equal(before, mcrd.Ctl("list").GetRawText());
    }

    [Fact]
    public void Rule_on_an_interface_that_is_not_there_should_be_pending_and_start_when_it_comes()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        string answer = mcrd.Ctl("add", "--name", "late", "--input-interface", "late0", "--input-group", "239.1.1.1", "--input-port", "5000", "--outputs", "239.2.2.9:6000:out0").GetProperty("Success").GetString()!;
        Assert.Contains("pending: interface late0 does not exist", answer, StringComparison.Ordinal);
        topology.Relay.Ip("link add late0 type veth peer name late1");
        topology.Relay.Ip("link set late1 up");
        topology.Relay.Ip("link set late0 up");
        mcrd.Process.WaitForLine("(late) for 239.1.1.1:5000 on late0 is active");
    }

    [Fact]
    public void Second_mcrd_on_the_same_socket_should_refuse_and_leave_the_first_alone()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        int[] workers = mcrd.WorkerPids();
        using var second = new RunningProcess(topology.Relay, Executables.Mcrd, ["supervisor", "--config", mcrd.ConfigFile]);
        Assert.Equal(69, second.WaitForExit());
        Assert.Contains(mcrd.ControlSocket, second.Output, StringComparison.Ordinal);
        Assert.Equal(workers, mcrd.WorkerPids());
    }

    [Fact]
    public void Socket_of_a_killed_mcrd_should_be_taken_over()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        int worker = Assert.Single(mcrd.WorkerPids());
        Assert.Equal(worker, SessionOf(worker)); // of its own: what ends mcrd's terminal does not reach it
        mcrd.Kill();
        Assert.True(File.Exists(mcrd.ControlSocket));
        mcrd.StartAgain();
        Assert.Equal(worker, Assert.Single(mcrd.WorkerPids()));
        Assert.Equal(0, mcrd.Stop().Code);
        Assert.False(File.Exists(mcrd.ControlSocket));
    }

    /// <summary>proc(5): pid (comm) state ppid pgrp session.</summary>
    private static int SessionOf(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3]);
    }

    [Theory]
    [InlineData("mcr.rules = [ { input { interface = e, group = \"239.1.1.1\", port = ${?NOBODY_SETS_THIS} }, outputs = [ { interface = f, group = \"239.2.2.2\", port = 1 } ] } ]\n", "mcrd.hocon:1:", "nothing is set at NOBODY_SETS_THIS")]
    [InlineData("mcr { rules = [\n", "mcrd.hocon:", "never closed")]
    [InlineData("mcr.node.name = ${NOBODY_SETS_THIS}\n", "mcrd.hocon:1:", "NOBODY_SETS_THIS")]
    [InlineData("include \"mcrd.hocon\"\n", "mcrd.hocon:1:", "include")]
    [InlineData("mcr.contrl.socket = x\n", "mcrd.hocon:1:", "control")]
    public void Bad_configuration_should_be_refused_with_its_place(string text, string place, string word)
    {
        string directory = Directory.CreateTempSubdirectory("mcr-spec-").FullName;
        try
        {
            string file = Path.Combine(directory, "mcrd.hocon");
            File.WriteAllText(file, text);
            foreach (string[] arguments in new[] { new[] { "supervisor", "--config", file }, ["check", "--config", file] })
            {
                using var run = new RunningProcess(null, Executables.Mcrd, arguments);
                int code = run.WaitForExit();
                Assert.Equal(arguments[0] == "check" ? 1 : 78, code);
                Assert.Contains(place, run.Output, StringComparison.Ordinal);
                Assert.Contains(word, run.Output, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Runtime_directory_that_nobody_may_enter_should_be_refused_at_the_start()
    {
        NamespaceSupport.RequireOtherUsers();
        string directory = Directory.CreateTempSubdirectory("mcr-spec-").FullName; // mode 0700
        try
        {
            using var run = new RunningProcess(null, Executables.Mcrd, ["supervisor", "--control-socket-path", Path.Combine(directory, "control.sock")]);
            Assert.Equal(73, run.WaitForExit());
            Assert.Contains($"workers run as the user nobody, who may not enter {directory}; set mcr.runtime-directory", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>As Debian mounts /run.</summary>
    [Fact]
    public void Runtime_directory_where_no_program_may_be_started_should_be_refused_at_the_start()
    {
        NamespaceSupport.RequireOtherUsers();
        NamespaceSupport.RequireProgram("unshare");
        using var run = new RunningProcess(null, "unshare",
            ["--mount", "sh", "-c", "mount --make-rprivate / && mount -t tmpfs -o mode=755,noexec tmpfs /mnt && exec \"$0\" supervisor --control-socket-path /mnt/control.sock", Executables.Mcrd]);
        Assert.Equal(73, run.WaitForExit());
        Assert.Contains("/mnt/control.d cannot be used: no program may be started from there (is it mounted noexec?); set mcr.runtime-directory", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Rule_file_of_50_MB_should_be_refused_unread()
    {
        string directory = Directory.CreateTempSubdirectory("mcr-spec-").FullName;
        try
        {
            string file = Path.Combine(directory, "mcrd.hocon");
            using (FileStream stream = File.Create(file))
                stream.SetLength(50_000_000);
            using var run = new RunningProcess(null, Executables.Mcrd, ["supervisor", "--config", file]);
            Assert.Equal(78, run.WaitForExit());
            Assert.Contains("16 MiB", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
