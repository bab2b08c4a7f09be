using System.Collections.Immutable;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Metrics;

namespace Mcr.Host.Mcrd.Supervisor;

/// <summary>
/// Since when nothing has been done about each worker that does not run, look by look. One that ends again and again, or cannot be started, is started anew all the time and has another number of
/// restarts each time: its actor does what there is to do, and a new mcrd would do the same, without what this one has found out about the rule to blame. Immutable, pure.
/// </summary>
internal sealed record WorkersHealth
{
    public static readonly WorkersHealth Fresh = new();

    private ImmutableDictionary<(string Interface, int Number, int Restarts), TimeSpan> Since { get; init; } = ImmutableDictionary<(string, int, int), TimeSpan>.Empty;

    /// <param name="now">By a clock that nobody sets.</param>
    /// <param name="longest">A worker may be left as it is for so long: longer than any wait for its start, its end or its next start.</param>
    /// <returns>What is wrong as a sentence, or null.</returns>
    public (WorkersHealth Next, string? Why) Look(RelaySnapshot snapshot, TimeSpan now, TimeSpan longest)
    {
        if (snapshot.Missing.TryGetValue("workers", out string? unanswered))
            return (this, $"its workers are not known: {unanswered}");
        WorkerEntry[] idle = [.. snapshot.Workers.Where(w => w.Status != nameof(WorkerStatus.Running))];
        WorkersHealth next = new() { Since = idle.ToImmutableDictionary(Place, w => Since.GetValueOrDefault(Place(w), now)) };
        WorkerEntry? left = idle.FirstOrDefault(w => now - next.Since[Place(w)] >= longest);
        return (next, left is null ? null : $"worker {left.Number} of {left.Interface} is {left.Status.ToLowerInvariant()}, and nothing has been done about it for {(now - next.Since[Place(left)]).TotalSeconds:0} s");
    }

    private static (string Interface, int Number, int Restarts) Place(WorkerEntry worker) => (worker.Interface, worker.Number, worker.Restarts);
}
