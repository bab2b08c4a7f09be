using System.Collections.Immutable;

namespace Mcr.Native.Ingress;

/// <summary>One bucket of flows that changes its seat.</summary>
public readonly record struct BucketMove(int Bucket, int From, int To);

/// <summary>
/// Which seat (0, 1, …: a worker and its ingress socket) serves which of the buckets that flows are hashed into. Immutable, pure.
/// A flow never changes its bucket, so only a move of a bucket can move a flow.
/// </summary>
public sealed class BucketTable
{
    /// <summary>With 64 workers some have 4 and none more; the kernel finds a bucket's seat in at most 8 comparisons.</summary>
    public const int Buckets = 256;

    private BucketTable(int seats, ImmutableArray<byte> seatOf)
    {
        Seats = seats;
        SeatOf = seatOf;
    }

    /// <summary>Everything to the first seat.</summary>
    public static BucketTable One { get; } = new(1, [.. new byte[Buckets]]);

    public int Seats { get; }

    /// <summary>By bucket.</summary>
    public ImmutableArray<byte> SeatOf { get; }

    /// <summary>Whether any flow goes to the seat.</summary>
    public bool Serves(int seat) => SeatOf.AsSpan().Contains((byte)seat);

    /// <summary>The seats that would have buckets which they do not have now.</summary>
    public IEnumerable<int> Takers(BucketTable next) => Enumerable.Range(0, Buckets).Where(bucket => SeatOf[bucket] != next.SeatOf[bucket]).Select(bucket => (int)next.SeatOf[bucket]).Distinct();

    /// <summary>A table from what was written of it.</summary>
    /// <returns>null for what cannot be one.</returns>
    public static BucketTable? TryRestore(long seats, ReadOnlySpan<byte> seatOf)
    {
        if (seats is < 1 or > Buckets || seatOf.Length != Buckets)
            return null;
        foreach (byte seat in seatOf)
        {
            if (seat >= seats)
                return null;
        }

        return new BucketTable((int)seats, [.. seatOf]);
    }

    /// <summary>
    /// The table for another number of seats, with as few moves as there can be: numbers of buckets differ by one at most, seats that
    /// stay keep theirs. No seat both gives and takes, so that takers can be held while givers drain.
    /// </summary>
    /// <param name="seats">From 1 to <see cref="Buckets"/>. When it shrinks, the last seats go.</param>
    public BucketTable Rebalance(int seats, out ImmutableArray<BucketMove> moves) => Rebalance(seats, ImmutableHashSet<int>.Empty, out moves);

    /// <param name="absent">Seats that keep their numbers and get no bucket; but when nobody is there, it is as if all were.</param>
    /// <inheritdoc cref="Rebalance(int, out ImmutableArray{BucketMove})"/>
    public BucketTable Rebalance(int seats, IReadOnlySet<int> absent, out ImmutableArray<BucketMove> moves)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seats, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seats, Buckets);
        int[] owned = new int[Math.Max(seats, Seats)];
        foreach (byte seat in SeatOf)
            owned[seat]++;
        int[] present = [.. Enumerable.Range(0, seats).Where(seat => !absent.Contains(seat))];
        int[] share = Shares(owned, present.Length > 0 ? present : [.. Enumerable.Range(0, seats)]);

        byte[] next = [.. SeatOf];
        var moved = ImmutableArray.CreateBuilder<BucketMove>();
        int taker = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            int from = next[bucket];
            if (owned[from] <= share[from])
                continue;
            while (owned[taker] >= share[taker])
                taker++;
            owned[from]--;
            owned[taker]++;
            next[bucket] = (byte)taker;
            moved.Add(new BucketMove(bucket, from, taker));
        }

        moves = moved.ToImmutable();
        return new BucketTable(seats, [.. next]);
    }

    /// <summary>How many buckets each seat shall have. The odd ones go to those that have the most already: they need not move.</summary>
    private static int[] Shares(int[] owned, int[] seats)
    {
        int[] share = new int[owned.Length];
        int odd = Buckets % seats.Length;
        foreach (int seat in seats.OrderByDescending(s => owned[s]).ThenBy(s => s))
            share[seat] = (Buckets / seats.Length) + (odd-- > 0 ? 1 : 0);
        return share;
    }
}
