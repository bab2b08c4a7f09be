using System.Globalization;
using System.Text.RegularExpressions;
using Mcr.Native.Interop;
using Mcr.Native.Worker;

namespace Mcr.Specs.Relay;

/// <summary>What mcrd notices of real workers, names, and does about it.</summary>
public sealed class WorkerFaultSpecs(ITestOutputHelper output)
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    /// <summary>A program that ends at once, as worker: each start comes after a wait twice as long as the one before, a fifth more or less.</summary>
    [Fact]
    public void Crashing_worker_should_be_started_again_after_waits_that_double()
    {
        using var topology = new RelayTopology();
        using var mcrd = new McrdProcess(topology.Relay, Rule, "  worker { path = \"/bin/false\", max-restarts = 1000, standby = off }");
        var waits = new List<double>();
        for (int nominal = 0; nominal <= 2000; nominal = nominal == 0 ? 250 : nominal * 2)
        {
            string line = mcrd.Process.WaitForLine("ended: exit code 1; it is started again");
            output.WriteLine(line);
            waits.Add(WaitOf(line));
            Assert.InRange(waits[^1], nominal * 0.8, nominal * 1.2);
        }

        DateTime[] ends = [.. mcrd.Process.Output.Split('\n').Where(l => l.Contains("ended: exit code 1", StringComparison.Ordinal)).Select(l => DateTime.Parse(l.Split(' ')[0], CultureInfo.InvariantCulture))];
        for (int i = 1; i < waits.Count; i++)
            Assert.True((ends[i] - ends[i - 1]).TotalMilliseconds >= waits[i - 1] - Rounding(waits[i - 1]), $"the wait of {waits[i - 1]} ms took {(ends[i] - ends[i - 1]).TotalMilliseconds} ms");
        Assert.Contains("keeps ending (exit code 1)", mcrd.Ctl("list").GetProperty("Rules")[0].GetProperty("why").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Worker_that_takes_too_much_memory_should_be_killed_and_said_so()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule, "  worker.memory-limit = 1MiB");
        mcrd.Process.WaitForLine("of memory, more than its limit of 1 (worker.memory-limit); it is killed");
        Assert.Matches("worker 0 of in0 .* uses [0-9]+ MiB", mcrd.Process.WaitForLine("of memory, more than its limit of 1 (worker.memory-limit); it is killed"));
    }

    /// <summary>The slot's word for what the worker runs is overwritten: the worker is told all again, which rewrites it; what is overwritten all the time is a worker to be replaced.</summary>
    [Fact]
    public async Task Worker_that_runs_other_rules_should_be_repaired_and_then_replaced()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        int pid = mcrd.WorkerPids().Single();
        using FileStream slot = SlotOf(mcrd);
        Overwrite(slot);
        mcrd.Process.WaitForLine("it is told all of them again");
        mcrd.Process.WaitForLine("of in0 runs its rules again");
        Assert.Equal((pid, "Synced", 1), mcrd.Workers().Select(w => (w.GetProperty("pid").GetInt32(), w.GetProperty("sync").GetString(), w.GetProperty("repairs").GetInt32())).Single());

        await using var keepsOverwriting = new Timer(_ => Overwrite(slot), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(10)); // awaited: the slot is closed behind its last write
        string line = mcrd.Process.WaitForLine("; it is killed");
        Assert.Matches("worker 0 of in0 .* still runs other rules \\(hash 0000000000000bad\\) than it is to run", line);
    }

    /// <summary>Whichever process is seen to have relayed the rule is killed: as if it could not bear it.</summary>
    [Fact]
    public async Task Rule_that_workers_cannot_bear_should_be_found_and_the_others_relayed()
    {
        using var topology = new RelayTopology();
        string rules = string.Join('\n', Enumerable.Range(0, 4).Select(i =>
            $$"""{ name = r{{i}}, input { interface = in0, group = "239.1.1.{{i + 1}}", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.{{i + 1}}", port = 6000 } ] }"""));
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, rules, "  worker.max-restarts = 2");
        RunningProcess[] senders = [.. Enumerable.Range(1, 4).Select(i => StreamSender.Start(topology.Source, "src0", $"239.1.1.{i}", 5000, null, "--rate", "200", "--size", "200"))];
        using var over = new CancellationTokenSource();
        Task killing = Task.Run(() => KillWhoRelays(mcrd, "r2", over.Token), TestContext.Current.CancellationToken);
        string line = mcrd.Process.WaitForLine("goes on without the 1 rule that made it end", 120);
        output.WriteLine(line);
        McrdWaits.Until(
            () => mcrd.Rules().All(r => r.GetProperty("status").GetString() == (r.GetProperty("name").GetString() == "r2" ? "Failed" : "Active")),
            "one failed rule and three active ones");
        await over.CancelAsync();
        await killing;
        mcrd.AwaitRelayed(mcrd.Relayed() + 1000);
        foreach (RunningProcess sender in senders)
            sender.Dispose();
    }

    /// <summary>A process that has a rule keeps it as long as it lives.</summary>
    private static void KillWhoRelays(McrdProcess mcrd, string rule, CancellationToken over)
    {
        (int Pid, long Relayed) before = default;
        while (!over.IsCancellationRequested)
        {
            (int Pid, long Relayed) now = (mcrd.WorkerPids().Single(), mcrd.Relayed(rule));
            if (now.Pid != 0 && now.Pid == before.Pid && now.Relayed > before.Relayed)
                _ = Libc.kill(now.Pid, Libc.SIGKILL);
            before = now;
        }
    }

    private static double WaitOf(string line)
    {
        Match wait = Regex.Match(line, "started again (at once|in ([0-9.]+) (ms|s))");
        return wait.Groups[1].Value == "at once" ? 0 : double.Parse(wait.Groups[2].Value, CultureInfo.InvariantCulture) * (wait.Groups[3].Value == "s" ? 1000 : 1);
    }

    /// <summary>Half of the last digit that is shown, in ms: tenths from one second on. A time of the log is cut off at the ms.</summary>
    private static double Rounding(double wait) => wait < 1000 ? 1.5 : 51;

    private static FileStream SlotOf(McrdProcess mcrd)
    {
        string descriptor = Directory.GetFiles($"/proc/{mcrd.Process.Pid}/fd").Single(f => new FileInfo(f).LinkTarget?.Contains("mcr-slot", StringComparison.Ordinal) == true);
        return new FileStream(descriptor, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
    }

    private static void Overwrite(FileStream slot) => RandomAccess.Write(slot.SafeFileHandle, BitConverter.GetBytes(0xBADL), SlotLayout.RulesetHashWord * sizeof(long));
}
