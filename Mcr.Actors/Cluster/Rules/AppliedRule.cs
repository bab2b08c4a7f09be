namespace Mcr.Actors.Cluster.Rules;

/// <summary>What of a rule of this node is known to be done.</summary>
/// <param name="Value">What the node runs, as it says itself; null: it does not.</param>
/// <param name="Seen">The writes that this comes after; the node's next change of the rule takes the place of these, and does not know of others.</param>
internal sealed record AppliedRule(RuleValue? Value, SeenWrites Seen)
{
    public static readonly AppliedRule None = new(null, SeenWrites.None);
}

/// <summary>What the cluster wants this node to run, and it refuses.</summary>
/// <param name="Why">A sentence.</param>
/// <param name="Seen">Of the register that was refused.</param>
internal sealed record RefusedRule(string Why, SeenWrites Seen);
