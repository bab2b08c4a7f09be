using System.Collections.Immutable;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>What a node keeps of <see cref="ClusterRules"/> over a restart.</summary>
/// <param name="Node">This one.</param>
/// <param name="Writer">Its name as a writer.</param>
/// <param name="Number">Of its last write; at a start greater than any that was ever used.</param>
internal sealed record SavedRules(string Node, string Writer, long Number)
{
    /// <summary>Nothing is known of the time before: what runs here is older than anything that the cluster knows.</summary>
    public bool IsNew { get; init; }

    public ImmutableArray<RuleShard> Shards { get; init; } = NoShards;

    public ImmutableDictionary<string, AppliedRule> Applied { get; init; } = ImmutableDictionary<string, AppliedRule>.Empty;

    /// <summary>What was about to be done: (the value, the writes seen). Done if that is what runs.</summary>
    public ImmutableDictionary<string, AppliedRule> Applying { get; init; } = ImmutableDictionary<string, AppliedRule>.Empty;

    /// <summary>The writes of conflicts that the operator has been told of.</summary>
    public ImmutableDictionary<RuleKey, SeenWrites> Told { get; init; } = ImmutableDictionary<RuleKey, SeenWrites>.Empty;

    internal static ImmutableArray<RuleShard> NoShards { get; } = [.. Enumerable.Repeat(RuleShard.Empty, RuleKey.Shards)];

    /// <summary>For a node that has lost what ran on it (its <c>rules.json</c> was damaged): what it lacks is then not taken for removed.</summary>
    public SavedRules WithoutApplied() => this with { IsNew = true, Applied = Applied.Clear(), Applying = Applying.Clear() };
}
