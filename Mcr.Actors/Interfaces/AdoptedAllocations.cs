using System.Collections.Immutable;
using Mcr.Actors.Legs;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// The allocations of an mcrd that is gone, from what its workers run and have open: rules keep their entries, sockets their ids. What nobody
/// wants any more is there like what is wanted, for the next plan to retire; groups are not: they are joined anew. Pure.
/// </summary>
internal static class AdoptedAllocations
{
    /// <param name="desired">The rules of the interface. One with the input of a rule that runs is that rule.</param>
    /// <param name="node">This one's name.</param>
    public static Allocations Rebuild(AdoptedPort adopted, ImmutableDictionary<RuleId, ForwardingRule> desired, string node = "")
    {
        ImmutableDictionary<int, EgressKey> keys = Keys(adopted);
        Dictionary<(string?, GroupRange, System.Net.IPAddress?), RuleId> byInput = desired.Values.SelectMany(r => r.Inputs.Select(i => (Input: KeyOf(r, i), r.Id))).DistinctBy(i => i.Input).ToDictionary(i => i.Input, i => i.Id);
        var rules = ImmutableDictionary.CreateBuilder<RuleId, PlannedRule>();
        foreach (ResolvedRule rule in adopted.Rules.Rules)
        {
            RuleId id = InputsOf(rule, keys).Where(byInput.ContainsKey).Select(i => (RuleId?)byInput[i]).FirstOrDefault() is { } wanted && !rules.ContainsKey(wanted) ? wanted : Unwanted(rule);
            rules.Add(id, Planned(rule, keys, desired.GetValueOrDefault(id), node));
        }

        var users = adopted.InUse.CountBy(id => id).ToDictionary();
        return Allocations.Empty with
        {
            SocketIds = IdPool.Of(Allocations.Empty.SocketIds.Capacity, keys.Keys),
            RuleIndexes = IdPool.Of(SlotLayout.RuleCapacity, adopted.Rules.Rules.Select(r => r.Counter)),
            OutputIndexes = IdPool.Of(SlotLayout.OutputCapacity, adopted.Rules.Rules.SelectMany(r => r.Outputs).Select(o => o.Counter)),
            Sockets = keys.Where(k => users.ContainsKey(k.Key)).ToImmutableDictionary(k => k.Value, k => new SocketUse(k.Key, users[k.Key])),
            Rules = rules.ToImmutable(),
            Hash = ResolvedRuleHash.Of(adopted.Rules.Rules),
            Retired = Retired.Nothing with
            {
                Sockets = keys.Where(k => !users.ContainsKey(k.Key)).ToImmutableDictionary(k => k.Value, k => new RetiredSocket(k.Key, adopted.Rules.Generation)),
            },
        };
    }

    /// <summary>Each socket under a key of its own. One that nobody knows has a key that no output has, and so has a second one of a key: the one in use counts.</summary>
    private static ImmutableDictionary<int, EgressKey> Keys(AdoptedPort adopted)
    {
        HashSet<int> used = [.. adopted.InUse];
        var taken = new HashSet<EgressKey>();
        var keys = ImmutableDictionary.CreateBuilder<int, EgressKey>();
        foreach ((int id, EgressKey? known) in adopted.Sockets.OrderByDescending(s => used.Contains(s.Key)).ThenBy(s => s.Key))
            keys.Add(id, known is not null && taken.Add(known) ? known : Unknown(id));
        foreach (int missing in used.Where(id => !keys.ContainsKey(id)).ToArray())
            keys.Add(missing, Unknown(missing)); // it cannot be, and is replaced
        return keys.ToImmutable();
    }

    /// <summary>By what a rule is known again: its input, of several with the device, since it is not the interface's own; of what comes by a leg the token.</summary>
    private static (string? Device, GroupRange Range, System.Net.IPAddress? Source) KeyOf(ForwardingRule rule, RuleInput input) => input.From is { } from ? OfToken(new LegInput(rule.Id, from).Token) : (rule.Home == ForwardingRule.FeedsHome ? input.Interface : null, input.Range, input.Source);

    /// <summary>No device can be called that.</summary>
    private static (string? Device, GroupRange Range, System.Net.IPAddress? Source) OfToken(ulong token) => ($"leg/{token}", default, null);

    /// <summary>Of several inputs those that have a socket or come by a leg, of which each is that of one rule.</summary>
    private static IEnumerable<(string? Device, GroupRange Range, System.Net.IPAddress? Source)> InputsOf(ResolvedRule rule, ImmutableDictionary<int, EgressKey> keys) => rule.Inputs.IsEmpty
        ? [(null, rule.Range, rule.Source)]
        : rule.Inputs.Where(i => i.Socket != ResolvedInput.NoSocket || i.Token != 0).Select(i => i.Token != 0 ? OfToken(i.Token) : ((string?)keys[i.Socket].Interface, new GroupRange(i.Group, GroupRange.Bits(i.Group), i.Port, i.Port), i.Source));

    private static EgressKey Unknown(int id) => new(0, "", 0, null, $"of socket {id}");

    private static PlannedRule Planned(ResolvedRule rule, ImmutableDictionary<int, EgressKey> keys, ForwardingRule? wanted, string node) => new(
        RuleOutcome.Active,
        rule,
        [.. AdoptedPort.SocketsOf(rule).Select(id => keys[id])],
        Memberships: [],
        rule.Counter,
        [.. rule.Outputs.Select(o => LegOf(o, wanted, node) is { } leg ? new OutputCounter(leg.Interface, leg.Group, leg.Port, o.Counter) { Node = leg.Node, Rule = leg.Rule } : new OutputCounter(keys[o.Socket].Interface, o.Address, o.Port, o.Counter))])
    {
        Hash = ResolvedRuleHash.Of(rule),
    };

    /// <summary>Which output of another node is meant; null: none.</summary>
    public static RuleOutput? LegOf(ResolvedOutput output, ForwardingRule? rule, string node) => output.Leg is not { } leg || rule is null
        ? null
        : LegName.AllOf(node, rule).FirstOrDefault(l => l.Name.Mark == (uint)leg.Id).Output;

    /// <summary>For a rule that is not wanted any more: an id that no rule can have.</summary>
    private static RuleId Unwanted(ResolvedRule rule) => new($"(adopted {rule.Counter})");
}
