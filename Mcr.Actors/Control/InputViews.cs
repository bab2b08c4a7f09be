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
        Port = text.Port,
        Source = text.Source,
    };

    public static InputText Text(RuleInput input) => new()
    {
        Interface = input.Interface,
        Group = input.Group.ToString(),
        Port = input.Port.ToString(CultureInfo.InvariantCulture),
        Source = input.Source?.ToString(),
    };

    /// <returns>null: there is one input.</returns>
    public static InputEntry[]? Entries(ForwardingRule rule) =>
        rule.MoreInputs.IsEmpty ? null : [.. rule.MoreInputs.Select(i => new InputEntry(i.Group.ToString(), i.Port, i.Interface) { Source = i.Source?.ToString() })];
}
