using Mcr.Actors.Platform;

namespace Mcr.Actors.Messages;

/// <summary>From an interface to its workers.</summary>
internal static class WorkerCommands
{
    /// <summary>Passed on while the worker runs, and dropped otherwise: a worker that becomes ready is told everything.</summary>
    public sealed record Execute(WorkerCommand Command);

    /// <summary>Answered by <see cref="WorkerEvents.Stopped"/>.</summary>
    /// <param name="Hold">Let go of the process instead of stopping it.</param>
    public sealed record Stop(bool Hold);
}
