namespace Mcr.Actors.Cluster;

/// <summary>
/// How often this node has gone from island to island, and how long it stays therefore where it is. What each node knows may be such that it goes round in a circle: this bounds how fast, whatever
/// the network is like. The first move is followed by no wait; each one after it by twice as long a wait as the last. Immutable, pure.
/// </summary>
/// <param name="Count">Of moves in a row.</param>
/// <param name="Last">When the last one was, on any clock that does not jump.</param>
internal sealed record MovesState(int Count, TimeSpan Last)
{
    public static readonly MovesState None = new(0, TimeSpan.Zero);

    public static readonly TimeSpan FirstHold = TimeSpan.FromSeconds(2);

    public static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(64);

    /// <summary>Who has stayed so long begins to count anew.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromMinutes(5);

    /// <summary>So long the next life of this node in the cluster moves nowhere.</summary>
    public TimeSpan Hold => Count < 2 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(LongestHold.Ticks, FirstHold.Ticks << Math.Min(Count - 2, 30)));

    public MovesState Moved(TimeSpan now) => new(now - Last >= Settled ? 1 : Count + 1, now);
}
