using Akka.Actor;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Workers;

namespace Mcr.Actors.Interfaces;

/// <summary>What an interface has while it has rules and a device: sockets, a worker, meters. Owned by its actor.</summary>
internal sealed class OpenPort(IInterfacePort port, WorkerSeat seat, IActorRef workers, IReadOnlyList<int> cores, TimeProvider time)
{
    private long _sampled = time.GetTimestamp();
    private long _logged = time.GetTimestamp();
    private WorkerCounters _lastLogged = port.ReadCounters();

    public IInterfacePort Port => port;

    public WorkerSeat Seat => seat;

    /// <summary>The parent of the worker's actor.</summary>
    public IActorRef Workers => workers;

    public RuleMeters Meters { get; } = new(port);

    public WorkerEvents.Changed Worker { get; set; } = new(seat, WorkerStatus.Starting, 0, 0);

    /// <summary>The process that is or was ready last; null before the first.</summary>
    public WorkerLife? Life { get; set; }

    /// <summary>The worker has been told to stop; everything is closed when it has.</summary>
    public bool IsClosing { get; set; }

    public void Sample()
    {
        Meters.Sample(time.GetElapsedTime(_sampled));
        _sampled = time.GetTimestamp();
    }

    /// <returns>Totals now and at the last call, and how long ago that was.</returns>
    public (WorkerCounters Now, WorkerCounters Before, TimeSpan Elapsed) TakeStats()
    {
        (WorkerCounters Now, WorkerCounters Before, TimeSpan Elapsed) stats = (port.ReadCounters(), _lastLogged, time.GetElapsedTime(_logged));
        _lastLogged = stats.Now;
        _logged = time.GetTimestamp();
        return stats;
    }

    public InterfaceEvents.Report Report(InterfaceState state)
    {
        var worker = new WorkerView(
            Worker.Pid,
            seat.Interface,
            seat.Number,
            [.. cores],
            Worker.Status,
            Worker.Restarts,
            Hex(port.ReadCounters().RulesetHash),
            Hex(state.Hash));
        return new InterfaceEvents.Report([worker], Meters.Read(state.Planned));
    }

    private static string Hex(ulong hash) => hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
