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

    /// <summary>A line more where a leg ends.</summary>
    public static string LegFrom(LegFromEntry? leg) => leg is null ? "" : $"\nleg from {leg.Node} (rule {leg.RuleId})";

    public static string Input(RuleEntry rule) => Of(rule.InputGroup, rule.InputPort, rule.InputLastPort, rule.InputInterface) + (rule.Source is null ? "" : $"\nfrom {rule.Source}") + LegFrom(rule.LegFrom);

    public static string Output(OutputEntry output) =>
        $"{Of(output.Group, output.Port, output.LastPort, output.Interface, output.Node)} ttl{Glue}{output.Ttl}"
        + (output.Source is null ? "" : $", source{Glue}{output.Source}")
        + (output.Dscp is null ? "" : $", dscp{Glue}{output.Dscp}")
        + (output.RateLimit is not { } rate ? "" : $", rate-limit{Glue}{BitRate.Format(rate)}")
        + (output.MaxBurst is null ? "" : $", max-burst{Glue}{output.MaxBurst}")
        + (output.Pace is null ? "" : $", pace{Glue}{output.Pace}")
        + (output.Priority is null ? "" : $", priority{Glue}{output.Priority}")
        + (output.Pair is null ? "" : $", pair{Glue}{output.Pair}");
}
