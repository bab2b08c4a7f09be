using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Mcr.Actors.Control;
using Microsoft.Extensions.Hosting.Systemd;

namespace Mcr.Host.Mcrd.Supervisor;

/// <summary>
/// What systemd is told of mcrd (sd_notify(3)), where it has given us a socket for that (NOTIFY_SOCKET): ready, reading its files again, stopping, alive. Elsewhere nothing is said. Thread-safe.
/// </summary>
internal sealed class ServiceManager(ISystemdNotifier notifier)
{
    private const int LongestStatus = 500;

    private volatile bool _wasReady;

    public static ServiceManager OfEnvironment() => new(new SystemdNotifier());

    /// <summary>How long systemd waits for <see cref="Alive"/> before it kills mcrd (WATCHDOG_USEC, for this process: WATCHDOG_PID); null: it does not.</summary>
    public static TimeSpan? WatchdogOf(Func<string, string?> environment, int pid) =>
        long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long us) && us > 0
        && (environment("WATCHDOG_PID") is not { Length: > 0 } whose || whose == pid.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(us)
            : null;

    public TimeSpan? Watchdog { get; init; } = WatchdogOf(Environment.GetEnvironmentVariable, Environment.ProcessId);

    /// <param name="state">A sentence, for <c>systemctl status</c>.</param>
    public void Ready(string state)
    {
        _wasReady = true;
        Tell("READY=1");
        Status(state);
    }

    public void Stopping(string state)
    {
        Tell("STOPPING=1");
        Status(state);
    }

    public void Alive() => Tell("WATCHDOG=1");

    /// <param name="answer">null: it begins.</param>
    public void Reload(ControlResponse? answer)
    {
        if (!_wasReady)
            return; // it is still starting
        if (answer is null)
            Tell(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}"));
        else
            Ready(answer is ControlResponse.Error error ? $"the configuration was not taken: {string.Join("; ", error.Problems)}" : "the configuration was read again");
    }

    /// <summary>By itself, in one line and not long: of what is too long systemd takes nothing, and a line is an assignment.</summary>
    private void Status(string state)
    {
        string line = new([.. state.Take(LongestStatus).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)]);
        Tell($"STATUS={line}");
    }

    private void Tell(string state)
    {
        try
        {
            if (notifier.IsEnabled)
                notifier.Notify(new ServiceState(state));
        }
        catch (SocketException)
        {
            // systemd is being executed anew, or no descriptor is left: the next word comes soon enough.
        }
    }
}
