using System.Collections.Immutable;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>Which writes of one rule somebody has seen: of each writer all up to a number. A version vector, immutable, sorted by writer.</summary>
internal sealed class SeenWrites : IEquatable<SeenWrites>
{
    public static readonly SeenWrites None = new([]);

    private SeenWrites(ImmutableArray<KeyValuePair<string, long>> latest) => Latest = latest;

    public ImmutableArray<KeyValuePair<string, long>> Latest { get; }

    /// <summary>0: none of it.</summary>
    public long this[string writer]
    {
        get
        {
            foreach ((string name, long number) in Latest)
            {
                if (name == writer)
                    return number;
            }

            return 0;
        }
    }

    public static SeenWrites Of(IEnumerable<KeyValuePair<string, long>> latest)
    {
        KeyValuePair<string, long>[] sorted = [.. latest.Where(l => l.Value > 0).GroupBy(l => l.Key, (w, all) => new KeyValuePair<string, long>(w, all.Max(l => l.Value))).OrderBy(l => l.Key, StringComparer.Ordinal)];
        return sorted.Length == 0 ? None : new SeenWrites([.. sorted]);
    }

    public bool Has(RuleWrite write) => this[write.Writer] >= write.Number;

    public bool Has(SeenWrites other)
    {
        if (ReferenceEquals(this, other))
            return true;
        foreach ((string writer, long number) in other.Latest)
        {
            if (this[writer] < number)
                return false;
        }

        return true;
    }

    /// <summary>The same object when there is nothing new.</summary>
    public SeenWrites And(RuleWrite write) => Has(write) ? this : Of([.. Latest, new(write.Writer, write.Number)]);

    /// <inheritdoc cref="And(RuleWrite)"/>
    public SeenWrites And(SeenWrites other) => Has(other) ? this : other.Has(this) ? other : Of([.. Latest, .. other.Latest]);

    public bool Equals(SeenWrites? other) => other is not null && (ReferenceEquals(this, other) || Latest.AsSpan().SequenceEqual(other.Latest.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as SeenWrites);

    public override int GetHashCode() => Latest.IsEmpty ? 0 : HashCode.Combine(Latest.Length, Latest[0].Key, Latest[0].Value);

    public override string ToString() => string.Join(' ', Latest.Select(l => $"{l.Key}:{l.Value}"));
}
