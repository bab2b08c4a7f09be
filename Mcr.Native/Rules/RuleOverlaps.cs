namespace Mcr.Native.Rules;

/// <summary>What a rule cannot be beside because one of them is about several groups or ports. What is equal exactly is found elsewhere. Pure.</summary>
internal static class RuleOverlaps
{
    /// <summary>Whether any input or output of it is several.</summary>
    public static bool IsRange(ForwardingRule rule) => !rule.Input.Range.IsExact; // outputs are as large as the input, and of several inputs each is one group and port

    /// <param name="others">Those that may overlap: see <see cref="OverlapIndex"/>.</param>
    public static void Check(ForwardingRule candidate, IEnumerable<ForwardingRule> others, List<RuleProblem> problems)
    {
        CheckItself(candidate, problems);
        foreach (ForwardingRule other in others)
        {
            if (AreAmbiguous(candidate.Input, other.Input))
                problems.Add(new RuleProblem("input.port", $"{candidate.Input} overlaps {other.Input} of rule {other.Id}, and neither is narrower; give ports that it does not have, or remove that rule first"));
            for (int i = 0; i < candidate.Outputs.Length; i++)
            {
                if (other.Inputs.FirstOrDefault(input => Meet(candidate.Outputs[i], input)) is { } receiver)
                    problems.Add(new RuleProblem($"outputs[{i}]", $"{candidate.Outputs[i]} overlaps {receiver}, {(other.Select is null ? "the" : "an")} input of rule {other.Id}: the output would loop; use other groups, ports or another interface"));
            }

            foreach ((int number, RuleInput input) in candidate.Inputs.Index())
            {
                if (other.Outputs.FirstOrDefault(o => Meet(o, input)) is { } sender)
                    problems.Add(new RuleProblem(candidate.InputField(number), $"{input} overlaps {sender}, an output of rule {other.Id}: the output would loop; use other groups, ports or another interface"));
            }
        }
    }

    private static void CheckItself(ForwardingRule candidate, List<RuleProblem> problems)
    {
        if (!IsRange(candidate))
            return;
        for (int i = 0; i < candidate.Outputs.Length; i++)
        {
            RuleOutput output = candidate.Outputs[i];
            if (Meet(output, candidate.Input))
                problems.Add(new RuleProblem($"outputs[{i}]", $"{output} overlaps the rule's own input: the output would loop; use other groups, ports or another interface"));
            if (candidate.Outputs.Take(i).FirstOrDefault(o => o.Interface == output.Interface && !IsSame(o, output) && o.Range.Overlaps(output.Range)) is { } earlier)
                problems.Add(new RuleProblem($"outputs[{i}]", $"{output} overlaps {earlier}, and two datagrams could not be told apart there; use other groups or ports"));
        }
    }

    /// <summary>Not both exact: those are looked up in an index. What leaves another node is on none of this one's wires.</summary>
    private static bool Meet(RuleOutput output, RuleInput input) =>
        output.Node is null && output.Interface == input.Interface && !(output.Group.Equals(input.Group) && output.Port == input.Port) && output.Range.Overlaps(input.Range);

    private static bool IsSame(RuleOutput a, RuleOutput b) => a.Group.Equals(b.Group) && a.Port == b.Port;

    private static bool AreAmbiguous(RuleInput a, RuleInput b)
    {
        if (a.Interface != b.Interface || a.Equals(b) || a.Range.IsExact || b.Range.IsExact || a.Range.Length != b.Range.Length)
            return false;
        return Equals(a.Source, b.Source) && a.Range.Overlaps(b.Range);
    }
}
