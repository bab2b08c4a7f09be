using System.Collections.Immutable;
using Mcr.Native.Rules;

namespace Mcr.Actors.Control;

/// <summary>
/// A change of redundant rules that an operator asks of one node, for the others that have them: so that it is asked once. What replaces all rules, is tried, or has to be confirmed is that node's
/// alone. Pure.
/// </summary>
internal static class Spread
{
    /// <param name="self">The node that is asked.</param>
    /// <param name="redundant">The redundant rules that it has before the change.</param>
    /// <returns>By node, what it is asked.</returns>
    public static ImmutableSortedDictionary<string, ControlRequest> Of(ControlRequest request, string self, IReadOnlyCollection<RedundancyEntry> redundant)
    {
        (IReadOnlyList<ControlRequest.Add> rules, IReadOnlyList<ControlRequest.Remove> removals) = request switch
        {
            ControlRequest.Add add => ([add], Array.Empty<ControlRequest.Remove>()),
            ControlRequest.Remove remove => (Array.Empty<ControlRequest.Add>(), [remove]),
            ControlRequest.ChangeRules { Replace: false, DryRun: false, Confirm: null } change => (change.Rules, change.Removals),
            _ => (Array.Empty<ControlRequest.Add>(), Array.Empty<ControlRequest.Remove>()),
        };
        var added = rules.SelectMany(add => NodesOf(add).Select(node => (Node: node, Add: add))).ToLookup(a => a.Node, a => a.Add);
        var removed = removals.SelectMany(remove => NodesOf(remove, redundant).Select(known => (known.Node, known.Remove))).ToLookup(r => r.Node, r => r.Remove);
        return added.Select(a => a.Key).Concat(removed.Select(r => r.Key)).Distinct().Where(node => node != self).ToImmutableSortedDictionary(
            node => node,
            node => (added[node].ToArray(), removed[node].ToArray()) switch
            {
                ([var add], []) => add with { Node = node },
                ([], [var remove]) => (ControlRequest)(remove with { Node = node }),
                var (adds, removes) => new ControlRequest.ChangeRules { Node = node, Rules = adds, Removals = removes },
            },
            StringComparer.Ordinal);
    }

    /// <summary>None, if it is wrong: then it was refused.</summary>
    private static IEnumerable<string> NodesOf(ControlRequest.Add add) => add.Ha is null ? [] : RedundancyText.Parse(add.Ha, (_, _) => { })?.Nodes ?? [];

    /// <summary>By its id, which is the same on all nodes; its name may not be.</summary>
    private static IEnumerable<(string Node, ControlRequest.Remove Remove)> NodesOf(ControlRequest.Remove remove, IReadOnlyCollection<RedundancyEntry> redundant) =>
        redundant.FirstOrDefault(r => remove.RuleId is { } id ? r.RuleId == id : r.Name == remove.Name) is { } rule
            ? rule.Nodes.Where(n => n.Role != "missing").Select(n => (n.Node, new ControlRequest.Remove { RuleId = rule.RuleId }))
            : [];
}
