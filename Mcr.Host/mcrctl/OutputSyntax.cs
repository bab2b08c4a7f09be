using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>Outputs, see <see cref="PlaceSyntax"/>. Pure.</summary>
internal static class OutputSyntax
{
    private static readonly PlaceSyntax Syntax = new("--outputs", "an output", "239.2.2.2:6000:eth1", "239.2.2.2:6000:eth1?ttl=8");

    /// <summary>Each option by its name, as in a configuration file: what it is now, and the output with another value.</summary>
    private static readonly Dictionary<string, (Func<OutputText, string?> Of, Func<OutputText, string, OutputText> With)> Options = new(StringComparer.Ordinal)
    {
        ["ttl"] = (o => o.Ttl, (o, value) => o with { Ttl = value }),
        ["source"] = (o => o.Source, (o, value) => o with { Source = value }),
        ["dscp"] = (o => o.Dscp, (o, value) => o with { Dscp = value }),
        ["rate-limit"] = (o => o.RateLimit, (o, value) => o with { RateLimit = value }),
        ["max-burst"] = (o => o.MaxBurst, (o, value) => o with { MaxBurst = value }),
        ["pace"] = (o => o.Pace, (o, value) => o with { Pace = value }),
        ["priority"] = (o => o.Priority, (o, value) => o with { Priority = value }),
        ["node"] = (o => o.Node, (o, value) => o with { Node = value }),
        ["pair"] = (o => o.Pair, (o, value) => o with { Pair = value }),
    };

    /// <param name="values">Of each <c>--outputs</c>, each with commas between its outputs.</param>
    /// <param name="problems">Gets a sentence for everything that cannot be taken apart.</param>
    public static IReadOnlyList<OutputText> Parse(IReadOnlyList<string> values, List<string> problems)
    {
        if (values.Count == 0)
            problems.Add($"--outputs is missing; {Syntax.Form}");
        var outputs = new List<OutputText>();
        foreach (string text in values.SelectMany(value => value.Split(',')))
        {
            if (Syntax.Take(text.Trim(), problems) is { } place)
                outputs.Add(Syntax.WithOptions(new OutputText { Group = place.Group, Port = place.Port, Interface = place.Interface, Rule = place.Rule, Node = place.Node }, place, Options, problems));
        }

        return outputs;
    }
}
