using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>
/// The rules of a <see cref="RelayState"/> while one decision changes them, and what is to be done about it: ten thousand are put in without
/// ten thousand states in between.
/// </summary>
internal sealed class RelayDraft(
    RuleSetBuilder rules,
    ImmutableDictionary<RuleId, RuleEntry>.Builder entries,
    ImmutableDictionary<string, ImmutableDictionary<RuleId, ForwardingRule>> byInterface,
    long revision)
{
    private readonly Dictionary<string, ImmutableDictionary<RuleId, ForwardingRule>.Builder> _siblings = []; // of the interfaces that have changed
    private readonly List<string> _homes = []; // those, in order

    private readonly Dictionary<RuleInput, ForwardingRule?> _before = []; // of the inputs whose rules have changed

    /// <summary>Of the state that this becomes.</summary>
    public long Revision => revision;

    public RuleSetBuilder Rules => rules;

    public ImmutableDictionary<RuleId, RuleEntry>.Builder Entries => entries;

    public ImmutableHashSet<RuleId>.Builder Changed { get; } = ImmutableHashSet.CreateBuilder<RuleId>();

    /// <summary>Whose rules have changed, in the order in which they did: who gives a rule up is told before who gets it.</summary>
    public IReadOnlyList<string> Homes => _homes;

    /// <summary>Nobody need wait for these any more.</summary>
    public List<RuleId> Dropped { get; } = [];

    public ImmutableArray<RelayEffect>.Builder Effects { get; } = ImmutableArray.CreateBuilder<RelayEffect>();

    /// <summary>Exactly this one.</summary>
    public bool Has(ForwardingRule rule) => rules.TryGet(rule.Id, out ForwardingRule? same) && same.Equals(rule);

    /// <summary>In place of the rule with the same input.</summary>
    public void Put(RuleWithOrigin rule, bool isOneOfMany, DateTimeOffset now)
    {
        // A copy, so that a rule which was removed and added again is not mistaken for the one that was there before.
        rule = rule with { Rule = rule.Rule with { } };
        RuleId id = rule.Rule.Id;
        MakeRoom(rule.Rule);
        _before.TryAdd(rule.Rule.Input, null);

        Changed.Add(id);
        Effects.Add(new RelayEffect.ToRules(new RuleCommands.Assign(rule, isOneOfMany)));
        rules.Put(rule.Rule);
        entries[id] = RuleEntry.New(rule, revision, now);
        Siblings(rule.Rule.Home)[id] = rule.Rule;
    }

    /// <summary>Takes out the rule with the same input: it is gone for checks, and its actor stays if it has the same id.</summary>
    public void MakeRoom(ForwardingRule next)
    {
        if (rules.ReplacedBy(next) is not { } replaced)
            return;
        if (replaced.Id != next.Id)
        {
            Drop(replaced);
            return;
        }

        _before.TryAdd(replaced.Input, replaced);
        Changed.Add(replaced.Id);
        rules.Remove(replaced.Id);
        Siblings(replaced.Home).Remove(replaced.Id); // the next one may be at home elsewhere: with more inputs, or with one only
    }

    public void Drop(ForwardingRule rule)
    {
        _before.TryAdd(rule.Input, rule);
        Changed.Add(rule.Id);
        Effects.Add(new RelayEffect.ToRules(new RuleCommands.Forget(rule.Id)));
        Dropped.Add(rule.Id);
        rules.Remove(rule.Id);
        entries.Remove(rule.Id);
        Siblings(rule.Home).Remove(rule.Id);
    }

    /// <summary>Of what was there before and is now.</summary>
    public RuleDifference Difference()
    {
        (ForwardingRule? Before, ForwardingRule? After)[] all =
        [
            .. _before.Select(b => (Before: b.Value, After: rules.At(b.Key))).Where(d => !Equals(d.Before, d.After))
                .OrderBy(d => (d.Before ?? d.After!).Input.CanonicalText, StringComparer.Ordinal),
        ];
        return new RuleDifference(
            [.. all.Where(d => d.Before is null).Select(d => d.After!)],
            [.. all.Where(d => d is { Before: not null, After: not null }).Select(d => new RuleReplacement(d.Before!, d.After!))],
            [.. all.Where(d => d.After is null).Select(d => d.Before!)]);
    }

    /// <summary>An interface without rules is not among them.</summary>
    public ImmutableDictionary<string, ImmutableDictionary<RuleId, ForwardingRule>> ByInterface()
    {
        ImmutableDictionary<string, ImmutableDictionary<RuleId, ForwardingRule>>.Builder all = byInterface.ToBuilder();
        foreach ((string name, ImmutableDictionary<RuleId, ForwardingRule>.Builder siblings) in _siblings)
        {
            if (siblings.Count == 0)
                all.Remove(name);
            else
                all[name] = siblings.ToImmutable();
        }

        return all.ToImmutable();
    }

    private ImmutableDictionary<RuleId, ForwardingRule>.Builder Siblings(string name)
    {
        if (!_siblings.TryGetValue(name, out ImmutableDictionary<RuleId, ForwardingRule>.Builder? siblings))
        {
            _homes.Add(name);
            _siblings.Add(name, siblings = byInterface.TryGetValue(name, out ImmutableDictionary<RuleId, ForwardingRule>? there) ? there.ToBuilder() : ImmutableDictionary.CreateBuilder<RuleId, ForwardingRule>());
        }

        return siblings;
    }
}
