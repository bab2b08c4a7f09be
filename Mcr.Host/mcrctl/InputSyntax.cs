using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>Further inputs, see <see cref="PlaceSyntax"/>. Pure.</summary>
internal static class InputSyntax
{
    private static readonly PlaceSyntax Syntax = new("--more-input", "an input", "239.1.1.1:5000:eth1", "239.1.1.1:5000:eth1?source=10.0.0.7");

    private static readonly Dictionary<string, (Func<InputText, string?> Of, Func<InputText, string, InputText> With)> Options = new(StringComparer.Ordinal)
    {
        ["source"] = (i => i.Source, (i, value) => i with { Source = value }),
    };

    /// <param name="values">Of each <c>--more-input</c>, each with commas between its inputs.</param>
    /// <param name="problems">Gets a sentence for everything that cannot be taken apart.</param>
    /// <returns>null: there are none.</returns>
    public static IReadOnlyList<InputText>? Parse(IReadOnlyList<string> values, List<string> problems)
    {
        var inputs = new List<InputText>();
        foreach (string text in values.SelectMany(value => value.Split(',')))
        {
            if (Syntax.Take(text.Trim(), problems) is { } place)
                inputs.Add(Syntax.WithOptions(new InputText { Group = place.Group, Port = place.Port, Interface = place.Interface, Rule = place.Rule, Node = place.Node }, place, Options, problems));
        }

        return values.Count == 0 ? null : inputs;
    }
}
