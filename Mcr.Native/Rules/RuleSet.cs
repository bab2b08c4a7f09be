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
        ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>>.Empty,
        OverlapIndex.Empty);

    private readonly ImmutableDictionary<RuleId, ForwardingRule> _byId;
    private readonly ImmutableDictionary<RuleInput, RuleId> _byInput;
    private readonly ImmutableDictionary<string, RuleId> _byName;
    private readonly ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> _inputs;
    private readonly ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> _outputs;
    private readonly OverlapIndex _overlaps;

    internal RuleSet(
        ImmutableDictionary<RuleId, ForwardingRule> byId,
        ImmutableDictionary<RuleInput, RuleId> byInput,
        ImmutableDictionary<string, RuleId> byName,
        ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> inputs,
        ImmutableDictionary<Endpoint, ImmutableHashSet<RuleId>> outputs,
        OverlapIndex overlaps)
    {
        _byId = byId;
        _byInput = byInput;
        _byName = byName;
        _inputs = inputs;
        _outputs = outputs;
        _overlaps = overlaps;
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

    /// <summary>The rule that <paramref name="candidate"/> would replace: the one with the same input; of several inputs the first.</summary>
    public ForwardingRule? ReplacedBy(ForwardingRule candidate) =>
        _byInput.TryGetValue(candidate.Input, out RuleId id) ? _byId[id] : null;

    /// <inheritdoc cref="RuleSetBuilder.Check"/>
    public IReadOnlyList<RuleProblem> Check(ForwardingRule candidate) => ToBuilder().Check(candidate);

    /// <summary>The set with <paramref name="rule"/>, which has passed <see cref="Check"/>, in place of the rule with the same input.</summary>
    public RuleSet With(ForwardingRule rule)
    {
        RuleSetBuilder builder = ToBuilder();
        builder.Put(rule);
        return builder.ToImmutable();
    }

    public RuleSet Without(RuleId id)
    {
        RuleSetBuilder builder = ToBuilder();
        return builder.Remove(id) ? builder.ToImmutable() : this;
    }

    /// <summary>For many changes at once. This set stays as it is.</summary>
    internal RuleSetBuilder ToBuilder() => new(_byId.ToBuilder(), _byInput.ToBuilder(), _byName.ToBuilder(), _inputs.ToBuilder(), _outputs.ToBuilder(), _overlaps.ToBuilder());

    /// <summary>What a loop is about: the same datagrams on the same wire, whoever sends them.</summary>
    /// <param name="Node">Of another node's wire, which is no input of this one's; null for this node's.</param>
    internal readonly record struct Endpoint(string? Node, string Interface, IPAddress Group, ushort Port)
    {
        public static Endpoint Of(RuleInput input) => input.From is { } from ? new(from.Node, $"from {from.Rule}", input.Group, input.Port) : new(null, input.Interface, input.Group, input.Port);

        public static Endpoint Of(RuleOutput output) => new(output.Node, output.Rule is { } rule ? $"into {rule}" : output.Interface, output.Group, output.Port);
    }
}
