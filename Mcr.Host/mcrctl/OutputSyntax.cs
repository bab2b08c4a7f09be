using Mcr.Actors.Configuration;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>
/// <c>GROUP:PORT:INTERFACE[?OPTION=VALUE&amp;…]</c>, an IPv6 group in brackets. Pure. It only takes the text apart: whether the parts
/// are a group, a port, an interface and values of the options is for mcrd to say, in the same sentences as for a configuration file.
/// </summary>
internal static class OutputSyntax
{
    private const string Form = "write GROUP:PORT:INTERFACE, such as 239.2.2.2:6000:eth1 or 239.2.2.2:6000:eth1?ttl=8";

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
            problems.Add($"--outputs is missing; {Form}");
        var outputs = new List<OutputText>();
        foreach (string text in values.SelectMany(value => value.Split(',')))
        {
            if (Output(text.Trim(), problems) is { } output)
                outputs.Add(output);
        }

        return outputs;
    }

    private static OutputText? Output(string text, List<string> problems)
    {
        int question = text.IndexOf('?', StringComparison.Ordinal);
        string place = question < 0 ? text : text[..question];
        int groupEnd = place.StartsWith('[') ? place.IndexOf("]:", StringComparison.Ordinal) : place.IndexOf(':', StringComparison.Ordinal);
        if (groupEnd < 0)
            return Problem(problems, $"'{text}' is not an output; {Form}");
        bool bracketed = place.StartsWith('[');
        string group = bracketed ? place[1..groupEnd] : place[..groupEnd];
        string[] rest = place[(groupEnd + (bracketed ? 2 : 1))..].Split(':');
        if (rest.Length > 2 && !bracketed)
            return Problem(problems, $"'{text}' is not an output; {Form}, and an IPv6 group in brackets, such as [ff3e::1]:6000:eth1");
        if (rest.Length != 2 || group.Length == 0 || rest[0].Length == 0 || rest[1].Length == 0)
            return Problem(problems, $"'{text}' is not an output; {Form}");
        var output = new OutputText { Group = group, Port = rest[0], Interface = rest[1] };
        return question < 0 ? output : WithOptions(output, text, text[(question + 1)..], problems);
    }

    private static OutputText WithOptions(OutputText output, string text, string options, List<string> problems)
    {
        foreach (string option in options.Split('&'))
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? option : option[..equals];
            if (!Options.TryGetValue(key, out var known))
                Problem(problems, $"'{text}' has an option '{key}' that is not known; {Hint(key)}");
            else if (equals < 0 || equals == option.Length - 1)
                Problem(problems, $"'{text}' has a {key} without a value; write {key}=VALUE");
            else if (known.Of(output) is not null)
                Problem(problems, $"'{text}' has two {key}; leave one out");
            else
                output = known.With(output, option[(equals + 1)..]);
        }

        return output;
    }

    private static string Hint(string key) =>
        NearestKey.Of(key, Options.Keys) is { } meant ? $"did you mean '{meant}'?" : $"known options are {string.Join(", ", Options.Keys)}";

    private static OutputText? Problem(List<string> problems, string sentence)
    {
        problems.Add($"--outputs {sentence}");
        return null;
    }
}
