using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Cluster.Rules.ClusterRulesEffect>;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>
/// What operators do here to the rules of a node that is away. (Rules of a node that is there are changed on it: it says at once whether it can
/// run them.) A refusal is a sentence, and then nothing is done.
/// </summary>
internal sealed partial record ClusterRules
{
    /// <param name="value">Not of a file; it runs there when the node is back and accepts it.</param>
    public (ClusterRules Next, Effects Effects, string? Refusal) Put(RuleKey key, RuleValue value, string by, DateTimeOffset now)
    {
        if (WhyNot(key, value) is { } refusal)
            return (this, [], refusal);
        return RuleValue.IsSame(this[key].Value, value) && !this[key].Losers.Any() ? (this, [], null) : Write([(key, value)], by, now);
    }

    public (ClusterRules Next, Effects Effects, string? Refusal) Remove(RuleKey key, string by, DateTimeOffset now)
    {
        if (WhyNot(key, null) is { } refusal)
            return (this, [], refusal);
        return this[key].Value is null ? (this, [], $"node {key.Node} has no rule {key.Id}, as far as {Node} knows") : Write([(key, null)], by, now);
    }

    /// <summary>Removes all rules of a node that does not come back, those of its files, too.</summary>
    public (ClusterRules Next, Effects Effects, string? Refusal) Forget(string node, string by, DateTimeOffset now)
    {
        if (node == Node)
            return (this, [], $"{node} is this node; it cannot forget its own rules");
        (RuleKey, RuleValue?)[] gone = [.. Rules().Where(r => r.Key.Node == node).Select(r => (r.Key, (RuleValue?)null))];
        return gone.Length == 0 ? (this, [], $"{Node} knows no rule of a node '{node}'") : Write(gone, by, now);
    }

    /// <returns>Why an operator cannot have that here; null: he can.</returns>
    public string? WhyNot(RuleKey key, RuleValue? value) =>
        key.Node == Node ? $"{key.Node} is this node: change its rules here, without the detour over the cluster"
        : this[key].Value is { } before && !RuleValue.IsSame(before, value) ? FileRules.WhyNot(key.Id, key.Node, before.IsFile, before.Origin)
        : null;

    private (ClusterRules Next, Effects Effects, string? Refusal) Write((RuleKey Key, RuleValue? Value)[] writes, string by, DateTimeOffset now)
    {
        var step = new Step(this, by, now);
        foreach ((RuleKey key, RuleValue? value) in writes)
            step.Write(key, value, this[key].Seen);
        (ClusterRules next, Effects effects) = step.End(saves: false);
        return (next, effects, null);
    }
}
