using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Mcr.Native.Rules;

/// <summary>A <see cref="RuleSet"/> while it changes: many rules are put in for little more than their number. One thread's.</summary>
internal sealed class RuleSetBuilder(
    ImmutableDictionary<RuleId, ForwardingRule>.Builder byId,
    ImmutableDictionary<RuleInput, RuleId>.Builder byInput,
    ImmutableDictionary<string, RuleId>.Builder byName,
    ImmutableDictionary<RuleSet.Endpoint, ImmutableHashSet<RuleId>>.Builder inputs,
    ImmutableDictionary<RuleSet.Endpoint, ImmutableHashSet<RuleId>>.Builder outputs,
    OverlapIndex.Builder overlaps)
{
    public bool TryGet(RuleId id, [NotNullWhen(true)] out ForwardingRule? rule) => byId.TryGetValue(id, out rule);

    /// <summary>The rule that <paramref name="candidate"/> would replace: the one with the same input; of several inputs the first.</summary>
    public ForwardingRule? ReplacedBy(ForwardingRule candidate) => At(candidate.Input);

    /// <summary>The rule with this input; of several inputs it is the first.</summary>
    public ForwardingRule? At(RuleInput input) => byInput.TryGetValue(input, out RuleId id) ? byId[id] : null;

    /// <summary>Why <paramref name="candidate"/> cannot be in this set (the rule it replaces aside); empty when it can.</summary>
    public IReadOnlyList<RuleProblem> Check(ForwardingRule candidate)
    {
        var problems = new List<RuleProblem>();
        RuleId? replaced = ReplacedBy(candidate)?.Id;
        if (byId.TryGetValue(candidate.Id, out ForwardingRule? same) && same.Id != replaced)
            problems.Add(new RuleProblem("id", $"'{candidate.Id}' is the id of the rule for {same.Input}; choose another id, or remove that rule first"));
        if (candidate.Name is not null && byName.TryGetValue(candidate.Name, out RuleId named) && named != replaced)
            problems.Add(new RuleProblem("name", $"'{candidate.Name}' is the name of rule {named}; choose another name, or remove that rule first"));

        HashSet<RuleSet.Endpoint> own = [.. candidate.Inputs.Select(RuleSet.Endpoint.Of)];
        var seen = new HashSet<RuleSet.Endpoint>();
        for (int i = 0; i < candidate.Outputs.Length; i++)
        {
            RuleOutput output = candidate.Outputs[i];
            var endpoint = RuleSet.Endpoint.Of(output);
            if (!seen.Add(endpoint))
                problems.Add(new RuleProblem($"outputs[{i}]", $"{output} is listed twice, and every datagram would be sent twice; remove one"));
            if (own.Contains(endpoint))
                problems.Add(new RuleProblem($"outputs[{i}]", $"{output} is {(candidate.Select is null ? "the rule's own input" : "one of the rule's own inputs")}: the output would loop; send to another group, port or interface"));
            else if (Other(inputs, endpoint, replaced) is { } receiver)
                problems.Add(new RuleProblem($"outputs[{i}]", $"{output} is {(byId[receiver].Select is null ? "the" : "an")} input of rule {receiver}: the output would loop; use another group, port or interface, or take rule {receiver}'s outputs into this rule"));
        }

        foreach ((int number, RuleInput input) in candidate.Inputs.Index())
            CheckInput(candidate.InputField(number), input, replaced, problems);
        RuleOverlaps.Check(candidate, overlaps.Near(candidate).Where(id => id != replaced).Select(id => byId[id]), problems);
        return problems;
    }

    /// <summary>Puts in <paramref name="rule"/>, which has passed <see cref="Check"/>, in place of the rule with the same input.</summary>
    public void Put(ForwardingRule rule)
    {
        if (ReplacedBy(rule) is { } replaced)
            Remove(replaced.Id);
        byId.Add(rule.Id, rule);
        byInput.Add(rule.Input, rule.Id);
        overlaps.Add(rule);
        if (rule.Name is not null)
            byName.Add(rule.Name, rule.Id);
        foreach (RuleInput input in rule.Inputs)
            Add(inputs, RuleSet.Endpoint.Of(input), rule.Id);
        foreach (RuleOutput output in rule.Outputs)
            Add(outputs, RuleSet.Endpoint.Of(output), rule.Id);
    }

    /// <returns>false: there is no such rule.</returns>
    public bool Remove(RuleId id)
    {
        if (!byId.TryGetValue(id, out ForwardingRule? rule))
            return false;
        byId.Remove(id);
        byInput.Remove(rule.Input);
        overlaps.Remove(rule);
        if (rule.Name is not null)
            byName.Remove(rule.Name);
        foreach (RuleInput input in rule.Inputs)
            Remove(inputs, RuleSet.Endpoint.Of(input), id);
        foreach (RuleOutput output in rule.Outputs)
            Remove(outputs, RuleSet.Endpoint.Of(output), id);
        return true;
    }

    public RuleSet ToImmutable() => new(byId.ToImmutable(), byInput.ToImmutable(), byName.ToImmutable(), inputs.ToImmutable(), outputs.ToImmutable(), overlaps.ToImmutable());

    /// <summary>What comes to an input goes to one rule, and none of it comes out of this node.</summary>
    private void CheckInput(string field, RuleInput input, RuleId? replaced, List<RuleProblem> problems)
    {
        var endpoint = RuleSet.Endpoint.Of(input);
        if (inputs.TryGetValue(endpoint, out ImmutableHashSet<RuleId>? there) && there.Where(id => id != replaced).Select(id => byId[id]).FirstOrDefault(r => r.Inputs.Any(i => IsSamePlace(i, input))) is { } taken)
        {
            problems.Add(new RuleProblem(field, input.Leg is null && taken.Input.Leg is null
                ? $"{input} is an input of rule {taken.Id}, too, and what comes there goes to one rule; take rule {taken.Id}'s outputs into this rule, or remove that rule first"
                : $"{input} is the input of rule {taken.Id}{(taken.Input.Leg is { } leg ? $", the end of a leg of {leg}" : "")}, too, and a worker can give what comes there to one of them; use another port, or give legs other ones (mcr.cluster.legs.ports)"));
        }

        if (Other(outputs, endpoint, replaced) is { } sender)
            problems.Add(new RuleProblem(field, $"{input} is an output of rule {sender}: the output would loop; use another group, port or interface, or take this rule's outputs into rule {sender}"));
    }

    /// <summary>Of rules with equal inputs one takes the place of the other; a leg's end and a rule that is none cannot.</summary>
    private static bool IsSamePlace(RuleInput one, RuleInput other) => (one with { Leg = null }).Equals(other with { Leg = null });

    private static RuleId? Other(ImmutableDictionary<RuleSet.Endpoint, ImmutableHashSet<RuleId>>.Builder index, RuleSet.Endpoint endpoint, RuleId? except)
    {
        if (!index.TryGetValue(endpoint, out ImmutableHashSet<RuleId>? ids))
            return null;
        foreach (RuleId id in ids)
        {
            if (id != except)
                return id;
        }

        return null;
    }

    private static void Add(ImmutableDictionary<RuleSet.Endpoint, ImmutableHashSet<RuleId>>.Builder index, RuleSet.Endpoint at, RuleId id) =>
        index[at] = (index.GetValueOrDefault(at) ?? []).Add(id);

    private static void Remove(ImmutableDictionary<RuleSet.Endpoint, ImmutableHashSet<RuleId>>.Builder index, RuleSet.Endpoint at, RuleId id)
    {
        ImmutableHashSet<RuleId> left = (index.GetValueOrDefault(at) ?? []).Remove(id);
        if (left.IsEmpty)
            index.Remove(at);
        else
            index[at] = left;
    }
}
