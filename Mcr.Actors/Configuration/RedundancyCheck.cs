using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary>Whether a rule with <c>ha</c> can be on this node: the same for rules of files, of commands and of other nodes. Pure.</summary>
internal static class RedundancyCheck
{
    /// <param name="clusterNode">As which this node is in a cluster; null: it is in none.</param>
    /// <returns>null: it can.</returns>
    public static RuleProblem? WhyNot(ForwardingRule rule, string? clusterNode) => rule.Redundancy switch
    {
        null => null,
        _ when clusterNode is null => Problem("ha takes a cluster: set mcr.cluster.enabled = on, or leave it out"),
        { } redundancy when redundancy.RankOf(clusterNode) < 0 => Problem($"this node is {clusterNode}, and ha names {string.Join(", ", redundancy.Nodes[..^1])} and {redundancy.Nodes[^1]}; give the rule to one of those, or name this node, too"),
        _ => null,
    };

    private static RuleProblem Problem(string sentence) => new(RuleParser.RedundancyField, sentence);
}
