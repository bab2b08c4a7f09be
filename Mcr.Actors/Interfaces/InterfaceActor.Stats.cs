using Akka.Event;
using Mcr.Actors.Platform;

namespace Mcr.Actors.Interfaces;

/// <summary>The lines of statistics that its workers' counters make, and the rates of its rules.</summary>
internal sealed partial class InterfaceActor
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    /// <summary>Of a facility of their own.</summary>
    private readonly ILoggingAdapter _statsLog = Logging.GetLogger(Context.System, typeof(StatsLines));

    private void LogStats()
    {
        if (_open is null)
            return;
        foreach (OpenSeat seat in _open.Seats)
        {
            (WorkerCounters now, WorkerCounters before, TimeSpan elapsed) = seat.TakeStats();
            Log(StatsLines.Periodic(now, before, elapsed, _name, seat.Seat.Number));
        }
    }

    private void Log(IEnumerable<(string Template, object[] Values)> lines)
    {
        foreach ((string template, object[] values) in lines)
            _statsLog.Info(template, values);
    }

    private sealed record SampleTick;

    private sealed record StatsTick;
}
