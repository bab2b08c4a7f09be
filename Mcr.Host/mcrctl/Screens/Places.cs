using System.Globalization;
using Mcr.Actors.Control;
using BitRate = Mcr.Native.Rules.BitRate;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>Inputs and outputs as mcrctl takes them. Pure.</summary>
internal static class Places
{
    /// <summary>A space at which no line breaks; it is shown as a space.</summary>
    public const char Glue = '\u00A0';

    /// <param name="last">Of a range of ports; null for one.</param>
    public static string Of(string group, int port, int? last, string device)
    {
        string ports = last is null ? string.Create(CultureInfo.InvariantCulture, $"{port}") : string.Create(CultureInfo.InvariantCulture, $"{port}-{last}");
        return group.Contains(':', StringComparison.Ordinal) ? $"[{group}]:{ports}:{device}" : $"{group}:{ports}:{device}";
    }

    /// <param name="node">Whose device it is; null: the one's that is asked.</param>
    public static string Of(string group, int port, int? last, string device, string? node) => Of(group, port, last, device) + (node is null ? "" : $"{Glue}of{Glue}{node}");

    /// <summary>In place of a group, a port and an interface.</summary>
    public static string OfRule(string rule, string? node) => $"rule{Glue}{rule}" + (node is null ? "" : $"{Glue}of{Glue}{node}");

    /// <summary>A line more where a leg ends.</summary>
    public static string LegFrom(LegFromEntry? leg) => leg is null ? "" : $"\nleg from {leg.Node} (rule {leg.RuleId})";

    public static string Input(RuleEntry rule) => Inputs(rule.InputGroup, rule.InputPort, rule.InputLastPort, rule.InputInterface, rule.Source, rule.Inputs, First(rule.InputNode, rule.InputRule)) + LegFrom(rule.LegFrom);

    /// <summary>Each input on a line of its own, and whom it is from on another.</summary>
    /// <param name="more">Those behind the first; null for none.</param>
    /// <param name="first">In place of what is before it; null: that is a place.</param>
    public static string Inputs(string group, int port, int? last, string device, string? source, IReadOnlyList<InputEntry>? more, string? first) => string.Join(
        '\n',
        [
            first ?? Of(group, port, last, device),
            .. source is null ? Array.Empty<string>() : [$"from {source}"],
            .. (more ?? []).SelectMany(i => i.Source is null ? [One(i)] : new[] { One(i), $"from {i.Source}" }),
        ]);

    /// <returns>null: the first input is a place.</returns>
    public static string? First(string? node, string? rule) => rule is null ? null : OfRule(rule, node);

    private static string One(InputEntry input) => input.Rule is null ? Of(input.Group, input.Port, null, input.Interface) : OfRule(input.Rule, input.Node);

    public static string Output(OutputEntry output) =>
        (output.Rule is null ? $"{Of(output.Group, output.Port, output.LastPort, output.Interface, output.Node)} ttl{Glue}{output.Ttl}" : OfRule(output.Rule, output.Node))
        + (output.Source is null ? "" : $", source{Glue}{output.Source}")
        + (output.Dscp is null ? "" : $", dscp{Glue}{output.Dscp}")
        + (output.RateLimit is not { } rate ? "" : $", rate-limit{Glue}{BitRate.Format(rate)}")
        + (output.MaxBurst is null ? "" : $", max-burst{Glue}{output.MaxBurst}")
        + (output.Pace is null ? "" : $", pace{Glue}{output.Pace}")
        + (output.Priority is null ? "" : $", priority{Glue}{output.Priority}")
        + (output.Pair is null ? "" : $", pair{Glue}{output.Pair}");
}
