using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>
/// <c>GROUP:PORT:INTERFACE[?ttl=N]</c>, an IPv6 group in brackets. Pure. It only takes the text apart: whether the parts are
/// a group, a port and an interface is for mcrd to say, in the same sentences as for a configuration file.
/// </summary>
internal static class OutputSyntax
{
    private const string Form = "write GROUP:PORT:INTERFACE, such as 239.2.2.2:6000:eth1 or 239.2.2.2:6000:eth1?ttl=8";

    /// <param name="values">Of each <c>--outputs</c>, each with commas between its outputs.</param>
    /// <param name="problems">Gets a sentence for each output that cannot be taken apart.</param>
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

    private static OutputText? WithOptions(OutputText output, string text, string options, List<string> problems)
    {
        foreach (string option in options.Split('&'))
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? option : option[..equals];
            if (key != "ttl")
                return Problem(problems, $"'{text}' has an option '{key}' that is not known; the only one is ttl, such as ?ttl=8");
            if (equals < 0 || equals == option.Length - 1)
                return Problem(problems, $"'{text}' has a ttl without a value; write ?ttl=8");
            if (output.Ttl is not null)
                return Problem(problems, $"'{text}' has two ttl; leave one out");
            output = output with { Ttl = option[(equals + 1)..] };
        }

        return output;
    }

    private static OutputText? Problem(List<string> problems, string sentence)
    {
        problems.Add($"--outputs {sentence}");
        return null;
    }
}
