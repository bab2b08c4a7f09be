using System.Globalization;
using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary>Whether a rule that names nodes, with <c>ha</c> or at an output, can be on this one: the same for rules of files, of commands and of other nodes. Pure.</summary>
internal static class NodeCheck
{
    /// <param name="clusterNode">As which this node is in a cluster; null: it is in none.</param>
    /// <returns>null: it can.</returns>
    public static RuleProblem? WhyNot(ForwardingRule rule, string? clusterNode) => OfRedundancy(rule, clusterNode) ?? OfInputs(rule, clusterNode) ?? OfOutputs(rule, clusterNode);

    private static RuleProblem? OfRedundancy(ForwardingRule rule, string? clusterNode) => rule.Redundancy switch
    {
        null => null,
        _ when clusterNode is null => Problem("ha takes a cluster: set mcr.cluster.enabled = on, or leave it out"),
        { } redundancy when redundancy.RankOf(clusterNode) < 0 => Problem($"this node is {clusterNode}, and ha names {string.Join(", ", redundancy.Nodes[..^1])} and {redundancy.Nodes[^1]}; give the rule to one of those, or name this node, too"),
        _ => null,
    };

    private static RuleProblem? OfInputs(ForwardingRule rule, string? clusterNode)
    {
        foreach ((int number, RuleInput input) in rule.Inputs.Index())
        {
            string field = $"{rule.InputField(number)}.node";
            if (input.From is not { } from)
                continue;
            if (clusterNode is null)
                return new RuleProblem(field, $"{from.Node} is another node, and there are others in a cluster only: set mcr.cluster.enabled = on, or give an interface, a group and a port in place of node and rule");
            if (from.Node == clusterNode)
                return new RuleProblem(field, $"{from.Node} is this node itself; give the interface, the group and the port that its rule {from.Rule} takes in, in place of node and rule");
        }

        return null;
    }

    private static RuleProblem? OfOutputs(ForwardingRule rule, string? clusterNode)
    {
        for (int i = 0; i < rule.Outputs.Length; i++)
        {
            RuleOutput output = rule.Outputs[i];
            if (output.Node is null)
                continue;
            if (clusterNode is null)
                return Problem(i, "node", $"{output.Node} is another node, and there are others in a cluster only: set mcr.cluster.enabled = on, or leave node out");
            if (output.Node == clusterNode)
                return Problem(i, "node", $"{output.Node} is this node itself; {(output.Rule is null ? "leave node out" : $"give rule {output.Rule} this rule's input, too, in place of this output")}");
            if (output.Pair.Contains(clusterNode))
                return Problem(i, "pair", $"{clusterNode} is this node itself, which has the rule's input and gets nothing of it by a leg; leave it out of the pair");
        }

        return null;
    }

    private static RuleProblem Problem(string sentence) => new(RuleParser.RedundancyField, sentence);

    private static RuleProblem Problem(int output, string key, string sentence) => new(string.Create(CultureInfo.InvariantCulture, $"outputs[{output}].{key}"), sentence);
}
