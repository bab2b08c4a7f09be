using Mcr.Actors.Platform;

namespace Mcr.Actors.Workers;

/// <summary>
/// One process of a worker, from start to end; compared by reference. What is said by it or to it carries it, so that neither an earlier
/// process' last words nor commands that were meant for it reach a later one.
/// </summary>
internal sealed class WorkerLife
{
    /// <summary>Set and used by the worker's actor only; null while it is being started.</summary>
    public IWorkerProcess? Process { get; set; }
}
