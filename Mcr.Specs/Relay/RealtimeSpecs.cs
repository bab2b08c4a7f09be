using Mcr.Native.Interop;
using Mcr.Native.Privileges;

namespace Mcr.Specs.Relay;

/// <summary>Which thread of a real worker goes before ordinary ones, from /proc/PID/task/TID/stat (proc(5)).</summary>
public sealed class RealtimeSpecs
{
    private const string Rule = """{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";
    private const string Fifo = "1";

    [Theory]
    [InlineData("", true)]
    [InlineData("realtime = off", false)]
    [InlineData("poll = spin", false)]
    public void Only_the_loop_of_a_worker_that_sleeps_should_go_before_ordinary_threads(string settings, bool isRealtime)
    {
        using var topology = new RelayTopology();
        Assert.SkipUnless(CanBeRealtime(), "this process has no CAP_SYS_NICE");
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule, $"interfaces.in0 {{ {settings} }}");
        string[] realtime =
        [
            .. Directory.GetDirectories($"/proc/{mcrd.WorkerPids().Single()}/task")
                .Where(task => Policy(File.ReadAllText(Path.Combine(task, "stat"))) == Fifo)
                .Select(task => File.ReadAllText(Path.Combine(task, "comm")).Trim()),
        ];
        Assert.Equal(isRealtime ? ["relay loop"] : [], realtime);
    }

    [Fact]
    public void Thread_of_another_process_should_be_left_alone()
    {
        using var worker = new RunningProcess(null, "sleep", ["60"]);
        using var other = new RunningProcess(null, "sleep", ["60"]);
        Assert.True(RealtimePriority.TryGive(worker.Pid, other.Pid).Is(Libc.ESRCH));
        Assert.NotEqual(Fifo, Policy(File.ReadAllText($"/proc/{other.Pid}/stat")));
    }

    private static bool CanBeRealtime() => (Convert.ToUInt64(File.ReadLines("/proc/self/status").Single(l => l.StartsWith("CapEff:", StringComparison.Ordinal))[7..].Trim(), 16) >> 23) % 2 == 1;

    /// <summary>Field 41; the second, in parentheses, may have spaces.</summary>
    private static string Policy(string stat) => stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[41 - 3];
}
