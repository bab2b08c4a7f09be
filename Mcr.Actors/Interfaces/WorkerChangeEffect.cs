using Mcr.Actors.Platform;
using Mcr.Native.Ingress;

namespace Mcr.Actors.Interfaces;

/// <summary>What <see cref="WorkerChange"/> wants done, in order.</summary>
internal abstract record WorkerChangeEffect
{
    /// <param name="Number">The worker's; nothing is to be done when it does not run.</param>
    public sealed record ToWorker(int Number, WorkerCommand Command) : WorkerChangeEffect;

    /// <summary>From now on flows go where the table says.</summary>
    public sealed record Use(BucketTable Table) : WorkerChangeEffect;

    /// <summary>The worker is to stop; see <see cref="WorkerChange.Stopped"/>.</summary>
    public sealed record Stop(int Number) : WorkerChangeEffect;

    /// <summary>What is awaited next is given up after this.</summary>
    public sealed record Wait(TimeSpan Longest) : WorkerChangeEffect;

    /// <summary>The operator should know.</summary>
    public sealed record Warn(string Sentence) : WorkerChangeEffect;
}
