using System.Diagnostics;
using System.Globalization;
using Mcr.Actors.Control;
using Microsoft.Extensions.Hosting.Systemd;

namespace Mcr.Host.Mcrd.Supervisor;

/// <summary>
/// What systemd is told of mcrd (sd_notify(3)), where it has given us a socket for that (NOTIFY_SOCKET): ready, reading its files again, stopping, alive. Elsewhere nothing is said. Thread-safe.
/// </summary>
internal sealed class ServiceManager(ISystemdNotifier notifier)
{
    public static ServiceManager OfEnvironment() => new(new SystemdNotifier());

    /// <summary>How long systemd waits for <see cref="Alive"/> before it kills mcrd (WATCHDOG_USEC, for this process: WATCHDOG_PID); null: it does not.</summary>
    public static TimeSpan? WatchdogOf(Func<string, string?> environment, int pid) =>
        long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long us) && us > 0
        && (environment("WATCHDOG_PID") is not { Length: > 0 } whose || whose == pid.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(us)
            : null;

    public TimeSpan? Watchdog { get; init; } = WatchdogOf(Environment.GetEnvironmentVariable, Environment.ProcessId);

    /// <param name="state">A sentence, for <c>systemctl status</c>.</param>
    public void Ready(string state) => Tell($"READY=1\nSTATUS={state}");

    public void Stopping(string state) => Tell($"STOPPING=1\nSTATUS={state}");

    public void Alive() => Tell("WATCHDOG=1");

    public void Status(string state) => Tell($"STATUS={state}");

    /// <param name="answer">null: it begins.</param>
    public void Reload(ControlResponse? answer)
    {
        if (answer is null)
            Tell(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}\nSTATUS=the configuration is read again"));
        else
            Ready(answer is ControlResponse.Error error ? $"the configuration was not taken: {string.Join("; ", error.Problems)}" : "the configuration was read again");
    }

    private void Tell(string state)
    {
        if (notifier.IsEnabled)
            notifier.Notify(new ServiceState(state.Replace('\r', ' ')));
    }
}
