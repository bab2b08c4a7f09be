using Mcr.Actors.Platform;
using Mcr.Actors.Workers;

namespace Mcr.Actors.Messages;

/// <summary>From an interface to its workers.</summary>
internal static class WorkerCommands
{
    /// <summary>Passed on to that process while it runs, and dropped otherwise: a process that becomes ready is told everything.</summary>
    public sealed record Execute(WorkerSeat Seat, WorkerLife Life, WorkerCommand Command);

    /// <summary>The process is killed, if it is still that one, and another is started; <paramref name="Why"/> as in "worker 0 of eth0 …".</summary>
    public sealed record Restart(WorkerSeat Seat, WorkerLife Life, string Why);

    /// <summary>What made it end has been changed: whatever it waits for, it is started at once, and its earlier ends are forgotten.</summary>
    public sealed record StartNow(WorkerSeat Seat);

    /// <summary>One more worker.</summary>
    public sealed record Start(WorkerSeat Seat);

    /// <summary>To one of them; answered by <see cref="WorkerEvents.Stopped"/>.</summary>
    public sealed record StopOne(WorkerSeat Seat);

    /// <summary>It has stopped, and its actor may go.</summary>
    public sealed record Forget(WorkerSeat Seat);

    /// <summary>To all of them; answered by one <see cref="WorkerEvents.Stopped"/> for each.</summary>
    /// <param name="Hold">Let go of the process instead of stopping it.</param>
    public sealed record Stop(bool Hold);
}
