using System.Collections.Immutable;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>From the texts of a <see cref="ControlRequest.ChangeRules"/> to what the supervisor understands, or to every problem of them. Pure.</summary>
internal static class RuleChangeRequest
{
    private const int LongestOrigin = 200;
    private static readonly TimeSpan LeastConfirm = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostConfirm = TimeSpan.FromHours(1);

    /// <returns>null with at least one problem.</returns>
    public static RelayCommands.ChangeRules? Parse(ControlRequest.ChangeRules request, out IReadOnlyList<RuleProblem> problems)
    {
        var found = new List<RuleProblem>();
        problems = found;
        string origin = Origin(request.From);
        var put = ImmutableArray.CreateBuilder<RuleWithOrigin>(request.Rules.Count);
        for (int i = 0; i < request.Rules.Count; i++)
        {
            if (RuleParser.Parse(ControlViews.Draft(request.Rules[i]), out IReadOnlyList<RuleProblem> wrong) is { } rule)
                put.Add(new RuleWithOrigin(rule, origin));
            else
                found.AddRange(wrong.Select(p => p with { Field = $"rules[{i}].{p.Field}" }));
        }

        var remove = ImmutableArray.CreateBuilder<RelayCommands.RemoveRule>(request.Removals.Count);
        for (int i = 0; i < request.Removals.Count; i++)
        {
            if (Removal(request.Removals[i]) is { } removal)
                remove.Add(removal);
            else
                found.Add(new RuleProblem($"removals[{i}]", "give either the rule's id or its name"));
        }

        TimeSpan? within = request.Confirm is null ? null : Units.ParseDuration(request.Confirm);
        if (request.Confirm is not null && !(within >= LeastConfirm && within <= MostConfirm))
            found.Add(new RuleProblem("confirm", $"is '{RuleText.OneLine(request.Confirm)}'; give a duration from {Units.Format(LeastConfirm)} to {Units.Format(MostConfirm)}, such as 60s"));
        if (request is { Replace: true, Removals.Count: > 0 })
            found.Add(new RuleProblem("removals", "make no sense where all other rules are removed; leave them out"));
        return found.Count > 0 ? null : new RelayCommands.ChangeRules(put.ToImmutable(), remove.ToImmutable()) { Replace = request.Replace, IsDryRun = request.DryRun, ConfirmWithin = within, OfOtherNode = request.OfOtherNode };
    }

    /// <returns>null when it names none, or one in two ways.</returns>
    public static RelayCommands.RemoveRule? Removal(ControlRequest.Remove request) => request switch
    {
        { RuleId: { } id, Name: null } => RelayCommands.RemoveRule.ById(new RuleId(id)),
        { RuleId: null, Name: { } name } => RelayCommands.RemoveRule.ByName(name),
        _ => null,
    };

    private static string Origin(string? from) =>
        string.IsNullOrEmpty(from) ? ControlActor.Origin : $"{ControlActor.Origin}, from {RuleText.OneLine(from.Length <= LongestOrigin ? from : "…" + from[^LongestOrigin..])}";
}
