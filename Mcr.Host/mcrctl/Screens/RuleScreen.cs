using System.Globalization;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>`mcrctl list`. Pure.</summary>
internal static class RuleScreen
{
    private static readonly Column[] Columns = [new("STATE"), new("RULE", Give: Give.Cut), new("INPUT"), new("OUTPUTS", Give: Give.Wrap)];

    public static Screen Of(IReadOnlyList<RuleEntry> rules) => rules.Count == 0 ? new Screen(["no rules"]) : new Screen([])
    {
        Columns = Columns,
        What = "rule",
        Rows = [.. rules.OrderBy(Conditions.Of).Select(Row)],
    };

    private static Row Row(RuleEntry rule)
    {
        string since = $"id {rule.RuleId}, since {rule.Since.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}, of {rule.Origin}";
        string? trouble = rule.Why ?? StatsScreen.Alarms(rule.ActiveAlarms);
        Condition condition = Conditions.Of(rule);
        return new Row(
            [
                condition == Condition.Alarm ? Conditions.Word(condition) : rule.Status.ToLowerInvariant(),
                rule.Name ?? rule.RuleId,
                Places.Input(rule),
                string.Join('\n', rule.Outputs.Select(Places.Output)),
            ],
            Conditions.Ink(condition),
            string.Join("; ", new[] { trouble, rule.Select is { } select ? $"select {select}" : null, rule.Redundancy is { } redundancy ? RedundancyLines.Of(redundancy) : null, since }.OfType<string>()));
    }
}
