using System.Globalization;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>Who forwards a redundant rule, and who stands by. Pure.</summary>
internal static class RedundancyLines
{
    private const int Most = 20;

    /// <summary>A sentence each, those that something is wrong with first.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<RedundancyEntry> rules)
    {
        foreach (RedundancyEntry rule in rules.OrderBy(r => r is { Warning: null, Forwarding.Count: 1 }).Take(Most))
            yield return $"rule {rule.Name ?? rule.RuleId}: {Of(rule)}";
        if (rules.Count > Most)
            yield return $"… {Quantity.Count(rules.Count - Most, "more redundant rule")}; mcrctl list has all of them";
    }

    public static string Of(RedundancyEntry rule)
    {
        string nodes = string.Join("; ", rule.Nodes.OrderBy(n => n.Role != "forwarding").Select(Node));
        string alone = rule.Forwarding.Count == 0 ? "nobody forwards it that is known here; " : "";
        return $"{alone}{nodes}{(rule.Warning is { } warning ? $". {warning}" : "")}";
    }

    private static string Node(RedundancyNodeEntry node) => node.Role switch
    {
        "forwarding" => $"{node.Node} forwards it{Since(node)} ({node.Why}{Also(node.Degraded)})",
        "standby" => $"{node.Node} stands by{Ready(node)}",
        "drained" => $"{node.Node} is drained",
        "unfit" => $"{node.Node} cannot forward it: {node.Unfit}",
        "missing" => $"{node.Node} does not have it: {node.Why}",
        _ => $"{node.Node} is not known of: {node.Why}",
    };

    private static string Ready(RedundancyNodeEntry node)
    {
        string[] wants = [.. new[] { node.Flowing == false ? "its input is silent" : null, node.Hears == false ? "it has heard nobody on the output" : null, node.Degraded }.OfType<string>()];
        return wants.Length == 0 ? "" : $" ({string.Join("; ", wants)})";
    }

    private static string Also(string? what) => what is null ? "" : $"; {what}";

    private static string Since(RedundancyNodeEntry node) => node.Since is { } since ? $" since {since.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}" : "";
}
