using System.Globalization;
using Mcr.Native.Rules;

namespace Mcr.Actors.Control;

/// <summary>Further inputs of a rule on the control socket: what an add asks for, and what a list shows. Pure.</summary>
internal static class InputViews
{
    public static InputDraft Draft(InputText text) => new()
    {
        Interface = text.Interface,
        Group = text.Group,
        Port = Port(text.Port, text.Rule),
        Source = text.Source,
        Node = text.Node,
        Rule = text.Rule,
    };

    /// <summary>As lists have them, what is of a rule has port 0, which nobody has written.</summary>
    public static string? Port(string? port, string? rule) => rule is not null && port == "0" ? null : port;

    public static InputText Text(RuleInput input) => input.From is { } from ? new() { Node = from.Node, Rule = from.Rule } : new()
    {
        Interface = input.Interface,
        Group = input.Group.ToString(),
        Port = input.Port.ToString(CultureInfo.InvariantCulture),
        Source = input.Source?.ToString(),
    };

    /// <summary>Empty where it is no place.</summary>
    public static string GroupText(RuleInput input) => input.From is null ? input.Range.GroupText : "";

    /// <returns>null: there is one input.</returns>
    public static InputEntry[]? Entries(ForwardingRule rule) =>
        rule.MoreInputs.IsEmpty ? null : [.. rule.MoreInputs.Select(Entry)];

    private static InputEntry Entry(RuleInput input) => input.From is { } from
        ? new InputEntry("", 0, "") { Node = from.Node, Rule = from.Rule }
        : new InputEntry(input.Group.ToString(), input.Port, input.Interface) { Source = input.Source?.ToString() };
}
