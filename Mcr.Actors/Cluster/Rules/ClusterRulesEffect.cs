using System.Collections.Immutable;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>What <see cref="ClusterRules"/> wants done, in order.</summary>
internal abstract record ClusterRulesEffect
{
    /// <summary>
    /// Bring <see cref="ClusterRules.ToSave"/> to disk, of this state or of a later one. What follows it, and an operator's answer, waits for the end of that,
    /// good or bad: a write that its own node has forgotten would come back to it as news, and the file says what is about to be applied.
    /// </summary>
    public sealed record Save : ClusterRulesEffect;

    /// <summary>Merge into DistributedData's entry <see cref="RuleKey.NameOf"/>.</summary>
    public sealed record Replicate(int Index, RuleShard Shard) : ClusterRulesEffect;

    /// <summary>Tell the operator; the same writes are told of once on each node.</summary>
    public sealed record ConflictFound(RuleKey Key, RuleWrite Winner, ImmutableArray<RuleWrite> Losers) : ClusterRulesEffect;

    /// <summary>
    /// Change the rules of this node, all of these as one change if they can be together, and say what came of each
    /// (<see cref="ClusterRules.ApplyDone"/>) when the relay's own state is on disk.
    /// </summary>
    public sealed record Apply(ImmutableArray<RuleApply> Rules) : ClusterRulesEffect;
}

/// <param name="Value">null: remove it.</param>
/// <param name="Expected">What runs here as far as is known (null: no such rule). If it is otherwise by now, do nothing and say <see cref="ApplyOutcome.Outdated"/>: somebody's change would be lost.</param>
internal sealed record RuleApply(string Id, RuleValue? Value, RuleValue? Expected);

/// <param name="Refused">A sentence; null: it is done, or outdated.</param>
internal sealed record ApplyOutcome(string Id, string? Refused = null)
{
    /// <summary>Nothing was done, for it was changed here meanwhile.</summary>
    public bool Outdated { get; init; }
}
