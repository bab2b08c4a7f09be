using System.Collections.Immutable;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>
/// What is known of one rule: the writes that no other write has seen (one, or several that did not know of each other), and which have been seen at
/// all. Merging is commutative, associative and idempotent: to each register a write is unknown, there or overwritten, and merging takes
/// the later of the two. Immutable and pure.
/// </summary>
internal sealed class RuleRegister : IEquatable<RuleRegister>
{
    public static readonly RuleRegister Empty = new([], SeenWrites.None);

    private RuleRegister(ImmutableArray<RuleWrite> writes, SeenWrites seen)
    {
        Writes = writes;
        Seen = seen;
        foreach (RuleWrite write in writes)
        {
            if (Winner is null || RuleWrite.Rank(write, Winner) > 0)
                Winner = write;
        }
    }

    /// <summary>Sorted by writer and number.</summary>
    public ImmutableArray<RuleWrite> Writes { get; }

    /// <summary>Has every one of <see cref="Writes"/>, and those that they have taken the place of.</summary>
    public SeenWrites Seen { get; }

    /// <summary>What counts, the same on each node; null when there is nothing.</summary>
    public RuleWrite? Winner { get; }

    /// <summary>null: no such rule, or it was removed.</summary>
    public RuleValue? Value => Winner?.Value;

    /// <summary>A conflict: writes which neither knew of the winner nor say the same. They are kept until somebody writes who has seen them all.</summary>
    public IEnumerable<RuleWrite> Losers => Writes.Length < 2 ? [] : Writes.Where(w => !RuleValue.IsSame(w.Value, Value));

    public static RuleRegister Of(IEnumerable<RuleWrite> writes, SeenWrites seen)
    {
        RuleWrite[] sorted = [.. writes.GroupBy(w => (w.Writer, w.Number), (_, same) => same.Aggregate(RuleWrite.Agree))];
        Array.Sort(sorted, RuleWrite.ByNumber);
        return new RuleRegister([.. sorted], sorted.Aggregate(seen, (s, w) => s.And(w)));
    }

    /// <param name="context">What the writer had seen: it takes the place of that, and of nothing else.</param>
    public RuleRegister With(RuleWrite write, SeenWrites context) => Of(Writes.Where(w => !context.Has(w)).Append(write), Seen);

    /// <summary>The same object when the other has nothing new.</summary>
    public RuleRegister Merge(RuleRegister other)
    {
        if (Equals(other))
            return this;
        var writes = new List<RuleWrite>(Writes.Length + other.Writes.Length);
        foreach (RuleWrite mine in Writes)
        {
            if (other.Find(mine) is { } theirs)
                writes.Add(RuleWrite.Agree(mine, theirs));
            else if (!other.Seen.Has(mine))
                writes.Add(mine);
        }

        writes.AddRange(other.Writes.Where(theirs => !Seen.Has(theirs)));
        SeenWrites seen = Seen.And(other.Seen);
        if (ReferenceEquals(seen, Seen) && writes.SequenceEqual(Writes))
            return this;
        writes.Sort(RuleWrite.ByNumber);
        var merged = new RuleRegister([.. writes], seen);
        return merged.Equals(other) ? other : merged;
    }

    public bool Equals(RuleRegister? other) => other is not null && (ReferenceEquals(this, other) || (Seen.Equals(other.Seen) && Writes.AsSpan().SequenceEqual(other.Writes.AsSpan())));

    public override bool Equals(object? obj) => Equals(obj as RuleRegister);

    public override int GetHashCode() => HashCode.Combine(Writes.Length, Seen);

    private RuleWrite? Find(RuleWrite write)
    {
        foreach (RuleWrite mine in Writes)
        {
            if (mine.Number == write.Number && mine.Writer == write.Writer)
                return mine;
        }

        return null;
    }
}
