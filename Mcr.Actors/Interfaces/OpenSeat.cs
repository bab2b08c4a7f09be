using System.Globalization;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Workers;

namespace Mcr.Actors.Interfaces;

/// <summary>One worker's place while it is there, and what is known of who sits in it. Owned by the interface's actor.</summary>
internal sealed class OpenSeat(WorkerSeat seat, IInterfacePort port, IReadOnlyList<int> cores, TimeProvider time)
{
    private long _logged = time.GetTimestamp();
    private WorkerCounters _lastLogged = port.ReadCounters(seat.Number);

    public WorkerSeat Seat => seat;

    public WorkerEvents.Changed Worker { get; set; } = new(seat, WorkerStatus.Starting, 0, 0);

    /// <summary>The process that is or was ready last; null before the first.</summary>
    public WorkerLife? Life { get; set; }

    /// <summary>How often the worker had to be told all rules again.</summary>
    public int Repairs { get; set; }

    public TrafficMeter Traffic { get; } = new(time.GetElapsedTime(0), port.ReadCounters(seat.Number).Traffic);

    public WorkerCounters ReadCounters() => port.ReadCounters(seat.Number);

    /// <returns>Totals now and at the last call, and how long ago that was.</returns>
    public (WorkerCounters Now, WorkerCounters Before, TimeSpan Elapsed) TakeStats()
    {
        (WorkerCounters Now, WorkerCounters Before, TimeSpan Elapsed) stats = (ReadCounters(), _lastLogged, time.GetElapsedTime(_logged));
        _lastLogged = stats.Now;
        _logged = time.GetTimestamp();
        return stats;
    }

    public WorkerView View(InterfaceState state) => View(state, ReadCounters());

    private WorkerView View(InterfaceState state, WorkerCounters counters) => new(
        Worker.Pid,
        seat.Interface,
        seat.Number,
        [.. cores],
        Worker.Status,
        Worker.Restarts,
        Hex(counters.RulesetHash),
        Hex(state.Hash),
        state.SyncOf(seat.Number),
        Repairs)
    {
        Counters = counters,
        Traffic = Traffic.View,
    };

    private static string Hex(ulong hash) => hash.ToString("x16", CultureInfo.InvariantCulture);
}
