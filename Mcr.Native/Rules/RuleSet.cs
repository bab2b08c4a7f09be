using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Mcr.Native.Rules;

/// <summary>
/// The rules of one node: immutable, indexed so that checking and adding one rule does not look at all others.
/// Its invariants: ids, names and inputs are unique, and no output is an input (a loop).
/// </summary>
public sealed class RuleSet
{
    public static readonly RuleSet Empty = new(
        ImmutableDictionary<RuleId, ForwardingRule>.Empty,
        ImmutableDictionary<RuleInput, RuleId>.Empty,
        ImmutableDictionary<string, RuleId>.Empty,
        ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>>.Empty,
        ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>>.Empty);

    private readonly ImmutableDictionary<RuleId, ForwardingRule> _byId;
    private readonly ImmutableDictionary<RuleInput, RuleId> _byInput;
    private readonly ImmutableDictionary<string, RuleId> _byName;
    private readonly ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> _inputs;
    private readonly ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> _outputs;

    private RuleSet(
        ImmutableDictionary<RuleId, ForwardingRule> byId,
        ImmutableDictionary<RuleInput, RuleId> byInput,
        ImmutableDictionary<string, RuleId> byName,
        ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> inputs,
        ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> outputs)
    {
        _byId = byId;
        _byInput = byInput;
        _byName = byName;
        _inputs = inputs;
        _outputs = outputs;
    }

    public int Count => _byId.Count;

    /// <summary>In canonical order of their inputs, so that lists and hashes do not depend on history.</summary>
    public IEnumerable<ForwardingRule> Rules => _byId.Values.OrderBy(r => r.Input.CanonicalText, StringComparer.Ordinal);

    public bool TryGet(RuleId id, [NotNullWhen(true)] out ForwardingRule? rule) => _byId.TryGetValue(id, out rule);

    public bool TryGetByName(string name, [NotNullWhen(true)] out ForwardingRule? rule)
    {
        rule = null;
        return _byName.TryGetValue(name, out RuleId id) && _byId.TryGetValue(id, out rule);
    }

    /// <summary>The rule that <paramref name="candidate"/> would replace: the one with the same input.</summary>
    public ForwardingRule? ReplacedBy(ForwardingRule candidate) =>
        _byInput.TryGetValue(candidate.Input, out RuleId id) ? _byId[id] : null;

    /// <summary>Why <paramref name="candidate"/> cannot be in this set (the rule it replaces aside); empty when it can.</summary>
    public IReadOnlyList<RuleProblem> Check(ForwardingRule candidate)
    {
        var problems = new List<RuleProblem>();
        RuleId? replaced = ReplacedBy(candidate)?.Id;
        if (_byId.TryGetValue(candidate.Id, out ForwardingRule? same) && same.Id != replaced)
            problems.Add(new RuleProblem("id", $"'{candidate.Id}' is the id of the rule for {same.Input}; choose another id, or remove that rule first"));
        if (candidate.Name is not null && _byName.TryGetValue(candidate.Name, out RuleId named) && named != replaced)
            problems.Add(new RuleProblem("name", $"'{candidate.Name}' is the name of rule {named}; choose another name, or remove that rule first"));

        var input = Endpoint.Of(candidate.Input);
        var seen = new HashSet<Endpoint>();
        for (int i = 0; i < candidate.Outputs.Length; i++)
        {
            RuleOutput output = candidate.Outputs[i];
            var endpoint = Endpoint.Of(output);
            if (!seen.Add(endpoint))
                problems.Add(new RuleProblem($"outputs[{i}]", $"{output} is listed twice, and every datagram would be sent twice; remove one"));
            if (endpoint == input)
                problems.Add(new RuleProblem($"outputs[{i}]", $"{output} is the rule's own input: the output would loop; send to another group, port or interface"));
            else if (Other(_inputs, endpoint, replaced) is { } receiver)
                problems.Add(new RuleProblem($"outputs[{i}]", $"{output} is the input of rule {receiver}: the output would loop; use another group, port or interface, or take rule {receiver}'s outputs into this rule"));
        }

        if (Other(_outputs, input, replaced) is { } sender)
            problems.Add(new RuleProblem("input", $"{candidate.Input} is an output of rule {sender}: the output would loop; use another group, port or interface, or take this rule's outputs into rule {sender}"));
        return problems;
    }

    /// <summary>The set with <paramref name="rule"/>, which has passed <see cref="Check"/>, in place of the rule with the same input.</summary>
    public RuleSet With(ForwardingRule rule)
    {
        RuleSet rest = ReplacedBy(rule) is { } replaced ? Without(replaced.Id) : this;
        return new RuleSet(
            rest._byId.Add(rule.Id, rule),
            rest._byInput.Add(rule.Input, rule.Id),
            rule.Name is null ? rest._byName : rest._byName.Add(rule.Name, rule.Id),
            Add(rest._inputs, Endpoint.Of(rule.Input), rule.Id),
            rule.Outputs.Aggregate(rest._outputs, (index, output) => Add(index, Endpoint.Of(output), rule.Id)));
    }

    public RuleSet Without(RuleId id)
    {
        if (!_byId.TryGetValue(id, out ForwardingRule? rule))
            return this;
        return new RuleSet(
            _byId.Remove(id),
            _byInput.Remove(rule.Input),
            rule.Name is null ? _byName : _byName.Remove(rule.Name),
            Remove(_inputs, Endpoint.Of(rule.Input), id),
            rule.Outputs.Aggregate(_outputs, (index, output) => Remove(index, Endpoint.Of(output), id)));
    }

    private static RuleId? Other(ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> index, Endpoint endpoint, RuleId? except) =>
        index.TryGetValue(endpoint, out ImmutableHashSet<RuleId>? ids) && ids.Where(id => id != except).Select(id => (RuleId?)id).FirstOrDefault() is { } other ? other : null;

    private static ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> Add(ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> index, Endpoint at, RuleId id) =>
        index.SetItem(at, (index.GetValueOrDefault(at) ?? []).Add(id));

    private static ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> Remove(ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> index, Endpoint at, RuleId id)
    {
        ImmutableHashSet<RuleId> left = (index.GetValueOrDefault(at) ?? []).Remove(id);
        return left.IsEmpty ? index.Remove(at) : index.SetItem(at, left);
    }

    /// <summary>What a loop is about: the same datagrams on the same wire, whoever sends them.</summary>
    private readonly record struct Endpoint(string Interface, IPAddress Group, ushort Port)
    {
        public static Endpoint Of(RuleInput input) => new(input.Interface, input.Group, input.Port);

        public static Endpoint Of(RuleOutput output) => new(output.Interface, output.Group, output.Port);
    }
}
