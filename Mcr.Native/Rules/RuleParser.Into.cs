using System.Globalization;

namespace Mcr.Native.Rules;

/// <summary>Outputs that are an input of another node's rule, and inputs that are an output of one: the two ends of a leg.</summary>
public sealed partial class RuleParser
{
    private const string RuleForms = "the id or the name of a rule of that node";

    /// <param name="input">null: it has a problem.</param>
    /// <returns>None with a problem.</returns>
    private IEnumerable<RuleOutput> IntoRule(string path, OutputDraft draft, GroupRange? input)
    {
        int before = _problems.Count;
        CheckRuleText($"{path}.rule", draft.Rule!);
        if (draft.Node is null)
            Problem($"{path}.node", $"is missing, and rule = {Quote(draft.Rule!)} is of another node; give the node that has that rule");
        foreach ((string key, string? text) in new[] { ("interface", draft.Interface), ("group", draft.Group), ("port", draft.Port), ("ttl", draft.Ttl), ("source", draft.Source) })
        {
            if (!string.IsNullOrEmpty(text))
                Problem($"{path}.{key}", $"cannot be with rule: where and how it is sent on is what the outputs of rule '{Quote(draft.Rule!)}' say; leave it out, or leave rule out");
        }

        if (draft.Pair is not null)
            Problem($"{path}.pair", "cannot be with rule: a rule is one node's, and none that back each other up send it on; leave it out, and give an output for each node that has such a rule");
        if (input?.IsExact == false && input.Value.Port != 0)
            Problem($"{path}.rule", $"'{Quote(draft.Rule!)}' gets what is sent there by a leg, which carries the payload only and not where it was sent to; give a rule with one group and one port for each that goes there");
        Func<RuleOutput, RuleOutput> options = OnTheWay(path, draft);
        string[] nodes = draft.Node is null ? [] : [.. Names($"{path}.node", draft.Node)];
        if (nodes.Length > 1)
            Problem($"{path}.node", $"'{Quote(draft.Node!)}' is {nodes.Length} nodes, and rule = {Quote(draft.Rule!)} is of one; give an output for each of them");
        return _problems.Count != before ? [] : [options(RuleOutput.To(draft.Rule!) with { Node = nodes[0] })];
    }

    private WrittenInput FromRule(string path, InputDraft draft)
    {
        int before = _problems.Count;
        if (draft.Node is not { } node)
            Problem($"{path}.node", $"is missing, and rule = {Quote(draft.Rule!)} is of another node; give the node that has that rule, or an interface, a group and a port in place of rule");
        else if (!NodeName.IsValid(node))
            Problem($"{path}.node", $"'{Quote(node)}' is no name of a node; those have {NodeName.Wanted}, and begin with a letter or a digit");
        if (draft.Rule is not { } rule)
            Problem($"{path}.rule", $"is missing, and what comes from node {Quote(draft.Node!)} is of a rule there; give {RuleForms}");
        else
            CheckRuleText($"{path}.rule", rule);
        foreach ((string key, string? text) in new[] { ("interface", draft.Interface), ("group", draft.Group), ("port", draft.Port), ("source", draft.Source) })
        {
            if (!string.IsNullOrEmpty(text))
                Problem($"{path}.{key}", "cannot be with node and rule: what comes from there comes by a leg, which makes itself a place; leave it out, or leave these out");
        }

        if (!HasSeveral)
            Problem(path, $"what a rule of another node sends is one of several inputs, and this rule has one and no {SelectField}; give {SelectField} and another input, or let that rule have an output with node, interface, group and port, which needs no rule here");
        return new WrittenInput(path, null, null, _problems.Count == before ? RuleInput.Of(new RuleOrigin(draft.Node!, draft.Rule!)) : null);
    }

    private void CheckRuleText(string field, string text)
    {
        if (text.Length is 0 or > ForwardingRule.MaxNameLength || text.Any(char.IsControl))
            Problem(field, $"'{Quote(text)}' is neither an id nor a name of a rule; give {RuleForms}, which is 1 to {ForwardingRule.MaxNameLength} printable characters");
    }

    /// <summary>What comes by a leg is a payload and nothing more, and goes on by no other leg: two such rules could be each other's input.</summary>
    private void CheckMadeOfLegs()
    {
        InputDraft[] inputs = [new InputDraft { Node = _draft.InputNode, Rule = _draft.InputRule }, .. _draft.MoreInputs];
        if (inputs.FirstOrDefault(i => i.Node is not null || i.Rule is not null) is not { } leg)
            return;
        string from = $"input of this rule is of node {Quote(leg.Node ?? "")} by a leg";
        foreach ((int number, OutputDraft output) in _draft.Outputs.Take(ForwardingRule.MaxOutputs).Index())
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"outputs[{number}]");
            if (output.Node is not null || output.Rule is not null)
                Problem($"{path}.node", $"an {from}, and what comes by a leg is not sent on by another; give an interface of this node, or let the rules of the other nodes send there, too");
            if (output.Source == "keep")
                Problem($"{path}.source", $"'keep' cannot be where an {from}, which carries the payload only and not whom it came from; give rewrite, or an address");
            if (output.Ttl == "decrement")
                Problem($"{path}.ttl", $"'decrement' cannot be where an {from}, which carries the payload only and not the time to live that it came with; give a number from 1 to 255");
        }
    }
}
