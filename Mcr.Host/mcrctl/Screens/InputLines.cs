using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>A rule's several inputs: what has become of them, and each on a line of its own. Pure.</summary>
internal static class InputLines
{
    public static string[] Of(SelectionEntry? selection, DateTimeOffset now) => selection is null ? [] : [Summary(selection, now), .. selection.Inputs.Select(input => Of(input, selection.Mode == "failover", now))];

    private static string Summary(SelectionEntry selection, DateTimeOffset now) => selection.Mode == "failover"
        ? Join(
            $"failover: {(selection.Relayed is { } relayed ? $"input {relayed} is relayed" : "no input is relayed yet")}",
            selection.Switches is > 0 and var switches ? $"{(switches == 1 ? "1 switch" : $"{Quantity.Count(switches)} switches")}, the last {Quantity.Ago(selection.SwitchedAt, now)}" : "no switch")
        : Join(
            $"merge: {Quantity.Count(selection.Merged)} merged",
            $"{Quantity.Count(selection.Lost)} lost on all inputs",
            Count(selection.Recovered, "recovered"),
            Count(selection.Duplicates, "duplicates removed"),
            selection.Restarts > 0 ? $"{Quantity.Count(selection.Restarts, "restart")} followed, the last {Quantity.Ago(selection.RestartedAt, now)}" : null,
            Count(selection.Overflows, "given up for want of memory (buffer)"),
            Count(selection.Waiting, "wait"));

    private static string Of(SelectionInputEntry input, bool isFailover, DateTimeOffset now) => Join(
        $"input {input.Number} {Places.Of(input.Group, input.Port, null, input.Interface)}: {input.Message}",
        input.State == "absent" ? $"last seen {Quantity.Ago(input.LastSeen, now)}" : null,
        $"{Quantity.Count(input.Received)} received",
        $"{Quantity.Count(input.Won)} {(isFailover ? "relayed" : "first")}",
        Count(input.Recovered, "recovered"),
        Count(input.Lost, "lost"),
        Count(input.Late, "late"),
        Count(input.Duplicates, "duplicates"),
        Count(input.Differing, "with another payload"),
        Count(input.Reordered, "reordered"),
        Count(input.Astray, "astray"),
        Count(input.Standby, "standing by"),
        Count(input.Unusable, "unusable"),
        input.Skew is { } skew ? $"skew {Quantity.Microseconds(skew.P50Us)} p50, {Quantity.Microseconds(skew.P99Us)} p99, {Quantity.Microseconds(skew.MaxUs)} max" : null);

    /// <summary>Nothing of what has not happened.</summary>
    private static string? Count(long count, string what) => count > 0 ? $"{Quantity.Count(count)} {what}" : null;

    private static string Join(params IEnumerable<string?> parts) => string.Join(", ", parts.OfType<string>());
}
