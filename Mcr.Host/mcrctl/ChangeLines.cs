using Mcr.Actors.Control;
using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Host.Mcrctl;

/// <summary>A change of many rules as lines: <c>+</c> added, <c>~</c> changed, <c>-</c> removed, then what became of it. Pure.</summary>
internal static class ChangeLines
{
    public static IEnumerable<string> Of(ChangesEntry changes) =>
    [
        .. changes.Added.Select(rule => $"+ {Rule(rule)}"),
        .. changes.Changed.SelectMany(change => new[] { $"~ {Rule(change.Before)}", $"      now {Rule(change.After)}" }),
        .. changes.Removed.Select(rule => $"- {Rule(rule)}"),
        .. changes.Notes ?? [],
        .. (changes.NeedsRestart ?? []).Select(key => $"takes a restart of mcrd: {key}"),
        changes.DryRun ? $"{changes.Sentence}; nothing was changed" : changes.Sentence,
    ];

    private static string Rule(RuleShape rule) =>
        $"{rule.Name ?? rule.RuleId} {Places.Inputs(rule.InputGroup, rule.InputPort, rule.InputLastPort, rule.InputInterface, rule.Source, rule.Inputs, Places.First(rule.InputNode, rule.InputRule)).Replace('\n', ' ')}{(rule.Select is null ? "" : $" (select {rule.Select})")} to {string.Join(", ", rule.Outputs.Select(Places.Output))}";
}
