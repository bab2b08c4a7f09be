using Mcr.Actors.Workers;

namespace Mcr.Actors.Messages;

/// <summary>
/// From a worker's actor to its interface. Each names its seat, so that what an earlier worker said is not taken for a later one's.
/// </summary>
internal abstract record WorkerEvents(WorkerSeat Seat)
{
    public sealed record Changed(WorkerSeat Seat, WorkerStatus Status, int Pid, int Restarts) : WorkerEvents(Seat);

    /// <summary>A new process, which has no rules yet.</summary>
    public sealed record Ready(WorkerSeat Seat, WorkerLife Life) : WorkerEvents(Seat);

    public sealed record Applied(WorkerSeat Seat, long Generation) : WorkerEvents(Seat);

    public sealed record Refused(WorkerSeat Seat, long Generation, string Why) : WorkerEvents(Seat);

    public sealed record Obeyed(WorkerSeat Seat, long Ticket) : WorkerEvents(Seat);

    /// <summary>It relays, and this is the hash of the rules it uses now. Told four times a second.</summary>
    public sealed record Pulse(WorkerSeat Seat, ulong RulesetHash) : WorkerEvents(Seat);

    /// <summary>The process is gone and a new one is started after <paramref name="Delay"/>.</summary>
    /// <param name="Lived">From its start to its end.</param>
    /// <param name="TooOften">Waiting does not seem to help.</param>
    public sealed record Down(WorkerSeat Seat, string How, TimeSpan Lived, TimeSpan Delay, bool TooOften) : WorkerEvents(Seat);

    /// <summary>As asked for. The last event.</summary>
    public sealed record Stopped(WorkerSeat Seat) : WorkerEvents(Seat);
}
