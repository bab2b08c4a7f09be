using System.Collections.Immutable;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Cluster;

/// <summary>
/// What others ask of this node's rules, as one change of the relay, and what is left of it when the relay will not have a part. Immutable, pure.
/// </summary>
internal sealed class RuleBatch
{
    private const string PutsField = "rules[";
    private const string RemovalsField = "removals[";

    private readonly ImmutableArray<(RuleApply Apply, ForwardingRule Rule)> _puts;
    private readonly ImmutableArray<RuleApply> _removals;

    /// <summary>Of <see cref="_puts"/> those whose rule has another input here: it is taken out first.</summary>
    private readonly ImmutableArray<RuleApply> _moved;

    private RuleBatch(ImmutableArray<(RuleApply Apply, ForwardingRule Rule)> puts, ImmutableArray<RuleApply> removals, RunningRules running)
    {
        _puts = puts;
        _removals = removals;
        _moved = [.. puts.Where(p => running.ById.TryGetValue(p.Apply.Id, out OwnRule? own) && own.Rule.Input != p.Rule.Input).Select(p => p.Apply)];
        Change = new RelayCommands.ChangeRules(
            [.. puts.Select(p => new RuleWithOrigin(p.Rule, p.Apply.Value!.Origin))],
            [.. removals.Concat(_moved).Select(r => RelayCommands.RemoveRule.ById(new RuleId(r.Id)))])
        {
            OnRevision = running.Revision,
        };
    }

    public RelayCommands.ChangeRules Change { get; }

    public IEnumerable<RuleApply> All => _puts.Select(p => p.Apply).Concat(_removals);

    /// <param name="running">What runs here.</param>
    /// <returns>null when nothing is to be asked of the relay; and what has come of those that are not part of it.</returns>
    public static (RuleBatch? Batch, ImmutableArray<ApplyOutcome> Outcomes) Of(IEnumerable<RuleApply> wanted, RunningRules running, ClusterRuleTexts texts)
    {
        var outcomes = ImmutableArray.CreateBuilder<ApplyOutcome>();
        var puts = new List<(RuleApply Apply, ForwardingRule Rule)>();
        var removals = ImmutableArray.CreateBuilder<RuleApply>();
        foreach (RuleApply apply in wanted)
        {
            (ForwardingRule? rule, string? problem) = apply.Value is { } value ? texts.Rule(apply.Id, value.Text) : default;
            if (!RuleValue.IsSame(apply.Expected, running.Values.GetValueOrDefault(apply.Id)))
                outcomes.Add(new ApplyOutcome(apply.Id) { Outdated = true });
            else if (problem is not null)
                outcomes.Add(new ApplyOutcome(apply.Id, problem));
            else if (rule is not null)
                puts.Add((apply, rule));
            else
                removals.Add(apply);
        }

        RefuseOccupied(puts, [.. removals.Select(r => r.Id)], running, outcomes);
        return (puts.Count + removals.Count == 0 ? null : new RuleBatch([.. puts], removals.ToImmutable(), running), outcomes.ToImmutable());
    }

    /// <summary>The relay has done nothing, since some of it cannot be: those that it names are refused. If it names none, it is all of them.</summary>
    /// <returns>Also what is to be asked for again.</returns>
    public (ImmutableArray<ApplyOutcome> Outcomes, ImmutableArray<RuleApply> Again) Without(CommandResult.Rejected rejected)
    {
        ILookup<string?, RuleProblem> named = rejected.Problems.Select(Locate).ToLookup(p => p.Id, p => p.Problem);
        RuleApply[] refused = [.. All.Where(a => named.Contains(a.Id))];
        return refused.Length == 0
            ? ([.. All.Select(a => new ApplyOutcome(a.Id, string.Join("; ", rejected.Problems)))], [])
            : ([.. refused.Select(a => new ApplyOutcome(a.Id, string.Join("; ", named[a.Id].Select(p => p.Field.Length == 0 ? p.Sentence : $"{p}"))))], [.. All.Except(refused)]);
    }

    /// <summary>
    /// The relay puts a rule in the place of the one with the same input. An operator who says that means it; one who could not know of that rule would take it from another
    /// who was told that it is there.
    /// </summary>
    private static void RefuseOccupied(List<(RuleApply Apply, ForwardingRule Rule)> puts, HashSet<string> removed, RunningRules running, ImmutableArray<ApplyOutcome>.Builder outcomes)
    {
        bool Stays(OwnRule own) => !removed.Contains(own.Rule.Id.Value) && !puts.Any(p => p.Apply.Id == own.Rule.Id.Value && p.Rule.Input != own.Rule.Input);
        int before;
        do
        {
            before = puts.Count;
            foreach ((RuleApply apply, ForwardingRule rule) in puts.ToArray())
            {
                if (!running.ByInput.TryGetValue(rule.Input, out OwnRule? own) || own.Rule.Id == rule.Id || !Stays(own))
                    continue;
                puts.Remove((apply, rule));
                outcomes.Add(new ApplyOutcome(apply.Id, $"input: {rule.Input} is the input of rule {own.Rule.Id} ({own.Origin}) on this node; remove that rule, or change it instead of adding another one"));
            }
        }
        while (puts.Count < before); // who has counted on the place of one that is refused now
    }

    /// <summary><c>rules[3].outputs[0]</c> to the rule and <c>outputs[0]</c>.</summary>
    private (string? Id, RuleProblem Problem) Locate(RuleProblem problem)
    {
        bool isPut = problem.Field.StartsWith(PutsField, StringComparison.Ordinal);
        int open = isPut ? PutsField.Length : RemovalsField.Length;
        int close = problem.Field.IndexOf(']', StringComparison.Ordinal);
        if ((!isPut && !problem.Field.StartsWith(RemovalsField, StringComparison.Ordinal)) || close < open || !int.TryParse(problem.Field.AsSpan(open, close - open), out int index))
            return (null, problem);
        RuleApply? named = isPut ? _puts.ElementAtOrDefault(index).Apply : _removals.Concat(_moved).ElementAtOrDefault(index);
        return (named?.Id, problem with { Field = problem.Field[(close + 1)..].TrimStart('.') });
    }
}
