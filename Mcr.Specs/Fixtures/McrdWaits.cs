using System.Globalization;
using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Host.Mcrd.Demo;
using Mcr.Native.Interop;
using Mcr.Native.Privileges;

namespace Mcr.Specs.Fixtures;

/// <summary>Waits for facts, most of them what an mcrd says of itself.</summary>
internal static class McrdWaits
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static void Until(Func<bool> isSo, string what) => Until(isSo, () => what);

    /// <param name="what">Asked when it was waited for in vain: it may say what was seen instead.</param>
    public static void Until(Func<bool> isSo, Func<string> what)
    {
        if (!SpinWait.SpinUntil(isSo, Longest))
            Assert.Fail($"waited {Longest.TotalSeconds:0} s for {what()}");
    }

    /// <param name="rule">By name; null for all.</param>
    public static long Relayed(this McrdProcess mcrd, string? rule = null) => Relayed(mcrd.Ask(new ControlRequest.Stats()), rule);

    /// <summary>One number a rule, in the order of their names.</summary>
    public static long[] RelayedByRule(this McrdProcess mcrd) =>
        [.. mcrd.Ask(new ControlRequest.Stats()).GetProperty("Stats").EnumerateArray().OrderBy(s => s.GetProperty("name").GetString(), StringComparer.Ordinal).Select(s => s.GetProperty("packets_relayed").GetInt64())];

    public static void AwaitRelayed(this McrdProcess mcrd, long datagrams) => Until(() => mcrd.Relayed() >= datagrams, $"{datagrams} relayed datagrams");

    /// <summary>Until nothing is relayed any more, for as long as an mcrctl takes.</summary>
    public static void AwaitQuiet(this McrdProcess mcrd)
    {
        long relayed = -1;
        Until(() => relayed == (relayed = Relayed(mcrd.Ctl("stats"), null)), "the relay to have nothing left");
    }

    public static JsonElement[] Rules(this McrdProcess mcrd) => [.. mcrd.Ask(new ControlRequest.ListRules()).GetProperty("Rules").EnumerateArray()];

    public static JsonElement[] Workers(this McrdProcess mcrd) => Workers(mcrd.Ask(new ControlRequest.ListWorkers()));

    /// <summary>Until another process than <paramref name="pid"/> runs in the only worker's place.</summary>
    public static void AwaitSuccessor(this McrdProcess mcrd, int pid) => Until(
        () => mcrd.Workers().Single() is var worker && worker.GetProperty("status").GetString() == "Running" && worker.GetProperty("pid").GetInt32() != pid,
        $"a successor of {pid}");

    /// <summary>Until a process stands by and has nothing left to prepare: for as long as an mcrctl takes, it uses no CPU.</summary>
    public static int AwaitStandby(this McrdProcess mcrd)
    {
        int standby = 0;
        (int Pid, long Time) before = default;
        Until(
            () =>
            {
                standby = ChildProcesses.Of(mcrd.Process.Pid).Except(Workers(mcrd.Ctl("list-workers")).Select(w => w.GetProperty("pid").GetInt32())).FirstOrDefault();
                (int Pid, long Time) now = (standby, standby == 0 ? 0 : CpuTicks(standby));
                bool rests = now == before && IsFiltered(now.Pid);
                before = now;
                return rests;
            },
            "a process that stands by");
        return standby;
    }

    /// <summary>Stops it, unless that has been done. What each final line of its workers says.</summary>
    public static long[] FinalValues(this McrdProcess mcrd, string name) =>
    [
        .. (mcrd.Process.HasExited ? mcrd.Process.Output : mcrd.Stop().Output).Split('\n').Where(l => l.Contains("[STATS:Ingress FINAL]", StringComparison.Ordinal))
            .Select(l => long.Parse(l.Split($" {name}=")[1].Split(' ')[0], CultureInfo.InvariantCulture)),
    ];

    /// <summary>Descriptors, and threads but those of .NET's pool, which come and go as it sees fit.</summary>
    public static (int Descriptors, int Threads) UsageOf(int pid) =>
        (Directory.GetFiles($"/proc/{pid}/fd").Length, Directory.GetDirectories($"/proc/{pid}/task").Count(t => !NameOf(t).StartsWith(".NET TP", StringComparison.Ordinal)));

    /// <summary>One that ends meanwhile is taken for one of the pool's, which alone do.</summary>
    private static string NameOf(string task)
    {
        try
        {
            return File.ReadAllText($"{task}/comm");
        }
        catch (IOException)
        {
            return ".NET TP";
        }
    }

    private static JsonElement[] Workers(JsonElement answer) => [.. answer.GetProperty("Workers").EnumerateArray()];

    private static long Relayed(JsonElement answer, string? rule) => answer.GetProperty("Stats").EnumerateArray()
        .Where(s => rule is null || s.GetProperty("name").GetString() == rule).Sum(s => s.GetProperty("packets_relayed").GetInt64());

    /// <summary>It has begun to prepare (a native one has nothing to): what comes before is done when its system call filter is there.</summary>
    private static bool IsFiltered(int pid)
    {
        try
        {
            return !Seccomp.IsSupported || File.ReadLines($"/proc/{pid}/status").Any(l => l.StartsWith("Seccomp:", StringComparison.Ordinal) && l.EndsWith('2'));
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static long CpuTicks(int pid)
    {
        try
        {
            string[] fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
            return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
