using System.Collections.Immutable;
using System.Globalization;

namespace Mcr.Native.Rules;

/// <summary>Outputs of other nodes, and which of these back each other up.</summary>
public sealed partial class RuleParser
{
    /// <returns>None where it is this node's.</returns>
    private (ImmutableArray<string> Nodes, ImmutableArray<string> Pair) Nodes(string path, OutputDraft draft)
    {
        if (draft.Node is null)
        {
            if (draft.Pair is not null)
                Problem($"{path}.pair", $"is for outputs of other nodes, and there is no node; write node = {Quote(draft.Pair)}, or leave it out");
            return ([], []);
        }

        ImmutableArray<string> nodes = Names($"{path}.node", draft.Node);
        if (nodes.Length > 1)
        {
            if (draft.Pair is not null)
                Problem($"{path}.pair", $"is for one node, and node = {Quote(draft.Node)} names {nodes.Length}, which are a pair by that; leave it out");
            return (nodes, nodes);
        }

        if (draft.Pair is null)
            return (nodes, []);
        ImmutableArray<string> pair = Names($"{path}.pair", draft.Pair);
        if (pair.Length < RedundancySettings.MinNodes)
            Problem($"{path}.pair", $"one node backs nobody up; give {RedundancySettings.MinNodes} to {RedundancySettings.MaxNodes} such as b+c, or leave it out");
        else if (!pair.Contains(nodes[0]))
            Problem($"{path}.pair", $"'{Quote(draft.Pair)}' is without '{Quote(nodes[0])}', the node of the output; name that one, too");
        return (nodes, pair);
    }

    private ImmutableArray<string> Names(string field, string text)
    {
        ImmutableArray<string> names = NodeName.ReadAll(text, sentence => Problem(field, sentence));
        if (names.Length > RedundancySettings.MaxNodes)
            Problem(field, $"{names.Length} nodes are more than the {RedundancySettings.MaxNodes} that may back each other up; leave some out");
        return names;
    }

    /// <summary>Each of these forwards the rule at times, and none has a leg to itself.</summary>
    private void CheckLegs(RedundancySettings redundancy)
    {
        foreach ((int number, string? node) in _draft.MoreInputs.Select(i => i.Node).Prepend(_draft.InputNode).Index())
        {
            if (node is not null && redundancy.Nodes.Contains(node))
                Problem(string.Create(CultureInfo.InvariantCulture, $"inputs[{number}].node"), $"'{node}' is one of the nodes that back each other up for this rule ({RedundancyField}), and has this input, too; name a node that is none of these");
        }

        for (int i = 0; i < _draft.Outputs.Count; i++)
        {
            foreach ((string key, string? text) in new[] { ("node", _draft.Outputs[i].Node), ("pair", _draft.Outputs[i].Pair) })
            {
                if (text?.Split(NodeName.Between, StringSplitOptions.TrimEntries).FirstOrDefault(n => redundancy.Nodes.Contains(n)) is { } node)
                    Problem($"outputs[{i}].{key}", $"'{node}' is one of the nodes that back each other up for this rule ({RedundancyField}), and sends from its own interfaces; name nodes that are none of these, or leave node out");
            }
        }
    }
}
