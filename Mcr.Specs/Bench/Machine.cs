using System.Globalization;

namespace Mcr.Specs.Bench;

/// <summary>CPU time, from what the kernel counts.</summary>
internal static class Machine
{
    private const long NanosecondsPerTick = 10_000_000; // USER_HZ is 100 everywhere

    /// <summary>Of all threads of the processes, in ns (the scheduler's own count, not ticks). One that has ended counts as 0.</summary>
    public static long CpuOf(IEnumerable<int> pids) => pids.Sum(CpuOf);

    /// <summary>
    /// Time that the CPUs were idle, in ns and in steps of a tick. The kernel takes it when a CPU goes to sleep and wakes, so it is no
    /// sample, as the other columns of /proc/stat are: busy time is what is left of the elapsed time.
    /// </summary>
    /// <returns>And the time that the hypervisor took: nobody's work here.</returns>
    public static (long Idle, long Stolen) Idle()
    {
        string[] columns = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return ((Ticks(columns[4]) + Ticks(columns[5])) * NanosecondsPerTick, Ticks(columns[8]) * NanosecondsPerTick);
    }

    /// <summary>Until other programs than this one leave the CPUs alone, but for a tenth; at most for two seconds, as some never do.</summary>
    public static void WaitUntilIdle()
    {
        var window = TimeSpan.FromMilliseconds(100);
        var patience = TimeSpan.FromSeconds(2);
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        long busy;
        do
        {
            CpuMeter meter = CpuMeter.Start([]);
            Thread.Sleep(window);
            busy = meter.Read().Busy;
        }
        while (busy > window.TotalNanoseconds / 10 && System.Diagnostics.Stopwatch.GetElapsedTime(began) < patience);
    }

    /// <summary>The CPU's name, from /proc/cpuinfo.</summary>
    public static string CpuName() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown CPU";

    public static string Kernel() => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    /// <param name="name">As the thread is called.</param>
    public static bool HasThread(IEnumerable<int> pids, string name) => pids.Any(pid =>
    {
        try
        {
            return Directory.GetDirectories($"/proc/{pid}/task").Any(t => File.ReadAllText(Path.Combine(t, "comm")).Trim() == name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it is gone
        }
    });

    private static long CpuOf(int pid)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{pid}/task").Sum(t => Ticks(File.ReadAllText(Path.Combine(t, "schedstat")).Split(' ')[0]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static long Ticks(string number) => long.Parse(number, CultureInfo.InvariantCulture);
}

/// <summary>What the machine and some processes did since <see cref="Start"/>.</summary>
internal sealed class CpuMeter
{
    private readonly IReadOnlyList<int> _pids;
    private readonly long _began = System.Diagnostics.Stopwatch.GetTimestamp();
    private readonly long _cpu;
    private readonly (long Idle, long Stolen) _idle = Machine.Idle();
    private readonly TimeSpan _own = Environment.CpuUsage.TotalTime;

    private CpuMeter(IReadOnlyList<int> pids)
    {
        _pids = pids;
        _cpu = Machine.CpuOf(pids);
    }

    public static CpuMeter Start(IReadOnlyList<int> pids) => new(pids);

    /// <returns>In ns: of the processes, and of all CPUs but for what this program itself took.</returns>
    public (long Processes, long Busy) Read()
    {
        (long idle, long stolen) = Machine.Idle();
        double elapsed = System.Diagnostics.Stopwatch.GetElapsedTime(_began).TotalNanoseconds * Environment.ProcessorCount;
        double own = (Environment.CpuUsage.TotalTime - _own).TotalNanoseconds;
        return (Machine.CpuOf(_pids) - _cpu, (long)(elapsed - own) - (idle - _idle.Idle) - (stolen - _idle.Stolen));
    }
}
