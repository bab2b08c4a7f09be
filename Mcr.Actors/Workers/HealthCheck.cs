using System.Globalization;
using Mcr.Actors.Platform;

namespace Mcr.Actors.Workers;

/// <summary>
/// Whether a running worker is well, look by look; one each <see cref="Interval"/>. Time is counted in looks: when this host stood still, the
/// worker did too, and is not to blame. Immutable, pure.
/// </summary>
/// <param name="Heartbeat">At the last look.</param>
/// <param name="Still">Looks in a row at which it was the same.</param>
internal sealed record HealthCheck(long Heartbeat, int Still)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>A second.</summary>
    public const int PatientLooks = 4;

    /// <summary>Before a worker has its first rules its loop does not run; ten seconds, for many rules.</summary>
    public const int LooksForFirstRules = 40;

    public static readonly HealthCheck Fresh = new(-1, 0);

    /// <param name="isRelaying">It has confirmed rules.</param>
    /// <param name="memoryLimit">In bytes; 0: none.</param>
    /// <returns>What is wrong, as in "worker 0 of eth0 …", or null.</returns>
    public (HealthCheck Next, string? Fault) Look(WorkerHealth health, bool isRelaying, long memoryLimit)
    {
        HealthCheck next = new(health.Heartbeat, health.Heartbeat == Heartbeat ? Still + 1 : 0);
        if (memoryLimit > 0 && health.MemoryBytes > memoryLimit)
            return (next, $"uses {MiB(health.MemoryBytes)} MiB of memory, more than its limit of {MiB(memoryLimit)} (worker.memory-limit)");
        int patience = isRelaying ? PatientLooks : LooksForFirstRules;
        if (next.Still < patience)
            return (next, null);
        string time = string.Create(CultureInfo.InvariantCulture, $"{(Interval * patience).TotalSeconds:0.#} s");
        return (next, health.IsStopped ? $"was stopped by a signal and has done nothing for {time}" : $"hangs: its loop has stood still for {time}");
    }

    private static string MiB(long bytes) => (bytes >> 20).ToString(CultureInfo.InvariantCulture);
}
