using System.Collections.Immutable;
using Mcr.Native.Ingress;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// Who takes flows in while some workers are not there. One that is started again soon keeps its flows: they wait in its queue, and the next process
/// goes on with them. One that is not gives them to the others, and gets its share again once it runs (<see cref="WorkerChange.Return"/>). Pure.
/// </summary>
internal static class WorkerShares
{
    /// <summary>Between the delays of half a second and of a second that a worker's backoff has, whatever chance makes of them.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(750);

    /// <summary>Nobody reads where the flows come from, so nothing needs to be held or drained; but what waits there would be overtaken.</summary>
    /// <param name="away">Workers that are not started again soon.</param>
    /// <param name="running">Those that run and have rules.</param>
    /// <returns>The next table, and those whose queues nobody shall read any more; null when there is nothing to give, or nobody to give it to.</returns>
    public static (BucketTable Next, ImmutableArray<int> Givers)? GiveAway(BucketTable now, ImmutableHashSet<int> away, IReadOnlyCollection<int> running)
    {
        ImmutableArray<int> givers = [.. away.Where(seat => seat < now.Seats && now.Serves(seat)).Order()];
        if (givers.IsEmpty || running.Count == 0)
            return null;

        // Whoever has nothing yet would get flows of those that run, which have to be drained first: its turn comes later.
        ImmutableHashSet<int> without = away.Union(Idle(now));
        return (now.Rebalance(now.Seats, without.Count < now.Seats ? without : away, out _), givers);
    }

    /// <summary>Those that have no flows.</summary>
    public static IEnumerable<int> Idle(BucketTable now) => Enumerable.Range(0, now.Seats).Where(seat => !now.Serves(seat));

    /// <summary>Somebody runs and has no flows.</summary>
    /// <inheritdoc cref="GiveAway"/>
    public static bool IsReturning(BucketTable now, IEnumerable<int> running) => Idle(now).Intersect(running).Any();
}
