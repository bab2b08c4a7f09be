using System.Collections.Immutable;
using Akka.DistributedData;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>The rules, of all nodes, whose keys hash to one number: one entry of DistributedData. Nothing is ever taken out: what was removed stays as a tombstone. Immutable.</summary>
internal sealed class RuleShard(ImmutableDictionary<RuleKey, RuleRegister> rules) : IReplicatedData<RuleShard>, IEquatable<RuleShard>
{
    public static readonly RuleShard Empty = new(ImmutableDictionary<RuleKey, RuleRegister>.Empty);

    public ImmutableDictionary<RuleKey, RuleRegister> Rules { get; } = rules;

    public RuleRegister this[RuleKey key] => Rules.TryGetValue(key, out RuleRegister? register) ? register : RuleRegister.Empty;

    /// <summary>The same object when the other has nothing new.</summary>
    public RuleShard Merge(RuleShard other)
    {
        if (ReferenceEquals(this, other) || other.Rules.IsEmpty)
            return this;
        if (Rules.IsEmpty)
            return other;
        ImmutableDictionary<RuleKey, RuleRegister>.Builder merged = Rules.ToBuilder();
        foreach ((RuleKey key, RuleRegister theirs) in other.Rules)
        {
            RuleRegister mine = this[key];
            RuleRegister both = mine.Merge(theirs);
            if (!ReferenceEquals(both, mine) || !Rules.ContainsKey(key))
                merged[key] = both;
        }

        ImmutableDictionary<RuleKey, RuleRegister> next = merged.ToImmutable();
        return ReferenceEquals(next, Rules) ? this : new RuleShard(next);
    }

    IReplicatedData IReplicatedData.Merge(IReplicatedData other) => Merge((RuleShard)other);

    public bool Equals(RuleShard? other) => other is not null
        && (ReferenceEquals(Rules, other.Rules) || (Rules.Count == other.Rules.Count && Rules.All(r => other.Rules.TryGetValue(r.Key, out RuleRegister? theirs) && r.Value.Equals(theirs))));

    public override bool Equals(object? obj) => Equals(obj as RuleShard);

    public override int GetHashCode() => Rules.Aggregate(Rules.Count, (hash, r) => hash ^ HashCode.Combine(r.Key, r.Value));
}
