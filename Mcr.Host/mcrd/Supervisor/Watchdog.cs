using Mcr.Actors.Messages;
using Mcr.Actors.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mcr.Host.Mcrd.Supervisor;

/// <summary>
/// Tells systemd that mcrd is alive, while that is true: its actors answer, and its workers are well. A worker that ended, hung, cannot be started or ends again and again is for the
/// actors to heal; only when they have not done anything about one for <see cref="LongestHealing"/> they have failed, or cannot (one that was killed and does not die has the sockets), and mcrd is to be
/// started again: that costs no worker that runs, and the next mcrd has sockets and a worker of its own.
/// </summary>
internal sealed class Watchdog(ServiceManager manager, SnapshotSource source, TimeProvider time, ILogger<Watchdog> log) : BackgroundService
{
    public static readonly TimeSpan LongestHealing = TimeSpan.FromMinutes(2);

    /// <summary>Of the three in the time that systemd waits.</summary>
    private const int LooksToBeSure = 2;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        if (manager.Watchdog is not { } patience)
            return;
        log.LogInformation("systemd is told every {Seconds} s that mcrd and its workers are well", patience.TotalSeconds / 3);
        using var timer = new PeriodicTimer(patience / 3, time);
        var health = WorkersHealth.Fresh;
        int unwell = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                RelaySnapshot snapshot = await source.TakeAsync(stop);
                (health, string? why) = health.Look(snapshot, time.GetElapsedTime(0), LongestHealing);
                if (why is null)
                    manager.Alive();
                if (why is not null && ++unwell == LooksToBeSure)
                    log.LogError("systemd is not told that mcrd is well, and will start it again: {Why}", why);
                if (why is null && unwell >= LooksToBeSure)
                    log.LogInformation("systemd is told again that mcrd is well");
                unwell = why is null ? 0 : unwell;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // mcrd ends.
        }
    }
}
