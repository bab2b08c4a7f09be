using Mcr.Native.Redundancy;

namespace Mcr.Actors.Redundancy;

/// <summary>What this node's workers are to do with a redundant rule. Immutable.</summary>
internal sealed record TakeoverWish
{
    /// <summary>How long what is said of others holds: who hears nothing more of it forgets it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

    public static readonly TakeoverWish None = new();

    public EchoPeers Peers { get; init; } = EchoPeers.None;

    /// <summary>It is not to forward: the node is drained.</summary>
    public bool IsWithheld { get; init; }

    /// <summary>See <see cref="TakeoverOrders.FreeUntil"/>.</summary>
    public bool IsFree { get; init; }

    /// <summary>See <see cref="TakeoverOrders.SuspectUntil"/>.</summary>
    public bool IsSuspect { get; init; }

    /// <summary>Of the order, which is obeyed once.</summary>
    public long Number { get; init; }

    public TakeoverOrder Kind { get; init; }

    /// <summary>Whom a <see cref="TakeoverOrder.YieldTo"/> is for.</summary>
    public int Rank { get; init; }

    /// <param name="now">The boot clock.</param>
    /// <param name="isUnfit">It cannot forward.</param>
    public TakeoverOrders Orders(long now, bool isUnfit)
    {
        long until = now + (Lease.Ticks * 100);
        return new TakeoverOrders
        {
            Withheld = IsWithheld || isUnfit ? 1 : 0,
            FreeUntil = IsFree ? until : 0,
            SuspectUntil = IsSuspect ? until : 0,
            Order = TakeoverOrders.Make(Number, Kind, Rank),
        };
    }
}
