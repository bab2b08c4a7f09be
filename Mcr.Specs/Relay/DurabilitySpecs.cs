using System.Text.RegularExpressions;
using Mcr.Host.Mcrd.Demo;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>What mcrd asks of the kernel, and in which order, when it writes what has to outlive the machine.</summary>
public sealed partial class DurabilitySpecs(ITestOutputHelper output)
{
    [Fact]
    public void Files_of_the_state_directory_should_be_on_disk_before_they_get_their_name_and_so_should_the_name()
    {
        NamespaceSupport.RequireProgram("strace");
        NamespaceSupport.RequireProgram("ethtool");
        using var topology = new RelayTopology();
        string directory = Directory.CreateTempSubdirectory("mcr-spec-trace-").FullName;
        try
        {
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
            topology.Relay.Tool("ethtool", "-K in0 gro off rx-udp-gro-forwarding off");
            string config = Path.Combine(directory, "mcrd.hocon");
            string trace = Path.Combine(directory, "trace");
            string socket = Path.Combine(directory, "control.sock");
            File.WriteAllText(config, $$"""mcr { control.socket = "{{socket}}", interfaces.in0.gro = on, rules = [ { input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] } ] }""");
            using var traced = new RunningProcess(topology.Relay, "strace", ["-f", "-qq", "-e", "trace=openat,open,fsync,rename", "-e", "signal=none", "-o", trace, Executables.Mcrd, "supervisor", "--config", config]);
            traced.WaitForLine("mcrd is ready", 60);
            using (var add = new RunningProcess(null, Executables.Mcrctl, ["--socket-path", socket, "add", "--input-interface", "in0", "--input-group", "239.1.1.2", "--input-port", "5000", "--outputs", "239.2.2.3:6000:out0"]))
                Assert.Equal(0, add.WaitForExit());
            SysResult.From(Libc.kill(ChildProcesses.Of(traced.Pid).Single(), Libc.SIGTERM)).OrThrow("kill");
            Assert.Equal(0, traced.WaitForExit());

            Match[] calls = [.. File.ReadLines(trace).Select(line => Call().Match(line)).Where(m => m.Success)];
            foreach (string name in new[] { "host.json", "rules.json" })
            {
                int at = Array.FindIndex(calls, c => c.Value.Contains($"control.state/{name}.new\", O_WRONLY", StringComparison.Ordinal));
                Assert.True(at >= 0, $"{name} was never written");
                string[] own = [.. calls.Skip(at).Where(c => c.Groups["thread"].Value == calls[at].Groups["thread"].Value).Take(5).Select(c => c.Groups["call"].Value.TrimEnd())];
                output.WriteLine(string.Join('\n', own));
                Assert.StartsWith("fsync", own[1], StringComparison.Ordinal);
                Assert.EndsWith($"control.state/{name}.new\", \"{directory}/control.state/{name}\"", own[2], StringComparison.Ordinal);
                Assert.StartsWith("open", own[3], StringComparison.Ordinal);
                Assert.Contains("control.state\", O_RDONLY", own[3], StringComparison.Ordinal);
                Assert.StartsWith("fsync", own[4], StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [GeneratedRegex(@"^(?<thread>\d+)\s+(?<call>(open(at)?|fsync|rename)\([^)<]*)")] // a call that another thread's came in between of ends in <unfinished ...>
    private static partial Regex Call();
}
