using Mcr.Actors.Configuration;

namespace Mcr.Host.Mcrctl;

/// <summary>
/// <c>GROUP:PORT:INTERFACE[?OPTION=VALUE&amp;…]</c>, an IPv6 group in brackets, or a rule of another node, <c>RULE@NODE[?…]</c>. Pure. It only takes the text apart: whether the parts
/// are a group, a port, an interface and values of the options is for mcrd to say, in the same sentences as for a configuration file.
/// </summary>
/// <param name="option">Of the command, which it is a value of.</param>
/// <param name="what">It is, for sentences: <c>an output</c>.</param>
/// <param name="example">Of IPv4, without options.</param>
/// <param name="withOption">Another one.</param>
internal sealed class PlaceSyntax(string option, string what, string example, string withOption)
{
    /// <summary>What to write, for a sentence.</summary>
    public string Form { get; } = $"write GROUP:PORT:INTERFACE, such as {example} or {withOption}";

    /// <param name="problems">Gets a sentence when it cannot be taken apart.</param>
    /// <returns>null then.</returns>
    public Place? Take(string text, List<string> problems)
    {
        int question = text.IndexOf('?', StringComparison.Ordinal);
        string place = question < 0 ? text : text[..question];
        if (!place.Contains(':', StringComparison.Ordinal) && TryRule(place, out string rule, out string node))
            return new Place(text, null, null, null, OptionsOf(text, question)) { Rule = rule, Node = node };
        bool bracketed = place.StartsWith('[');
        int groupEnd = bracketed ? place.IndexOf("]:", StringComparison.Ordinal) : place.IndexOf(':', StringComparison.Ordinal);
        if (groupEnd < 0)
            return Problem(problems, $"'{text}' is not {what}; {Form}");
        string group = bracketed ? place[1..groupEnd] : place[..groupEnd];
        string[] rest = place[(groupEnd + (bracketed ? 2 : 1))..].Split(':');
        if (rest.Length > 2 && !bracketed)
            return Problem(problems, $"'{text}' is not {what}; {Form}, and an IPv6 group in brackets, such as [ff3e::1]:6000:eth1");
        if (rest.Length != 2 || group.Length == 0 || rest[0].Length == 0 || rest[1].Length == 0)
            return Problem(problems, $"'{text}' is not {what}; {Form}");
        return new Place(text, group, rest[0], rest[1], OptionsOf(text, question));
    }

    /// <summary><c>RULE@NODE</c>; no name of a node has an @.</summary>
    public static bool TryRule(string text, out string rule, out string node)
    {
        int at = text.LastIndexOf('@');
        (rule, node) = at < 0 ? ("", "") : (text[..at], text[(at + 1)..]);
        return rule.Length > 0 && node.Length > 0;
    }

    private static string[] OptionsOf(string text, int question) => question < 0 ? [] : text[(question + 1)..].Split('&');

    /// <param name="known">Each option by its name, as in a configuration file: what it is now, and the same with another value.</param>
    public T WithOptions<T>(T made, Place place, IReadOnlyDictionary<string, (Func<T, string?> Of, Func<T, string, T> With)> known, List<string> problems)
    {
        foreach (string written in place.Options)
        {
            int equals = written.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? written : written[..equals];
            if (!known.TryGetValue(key, out var access))
                Problem(problems, $"'{place.Text}' has an option '{key}' that is not known; {(NearestKey.Of(key, known.Keys) is { } meant ? $"did you mean '{meant}'?" : $"known options are {string.Join(", ", known.Keys)}")}");
            else if (equals < 0 || equals == written.Length - 1)
                Problem(problems, $"'{place.Text}' has a {key} without a value; write {key}=VALUE");
            else if (access.Of(made) is not null)
                Problem(problems, $"'{place.Text}' has two {key}; leave one out");
            else
                made = access.With(made, written[(equals + 1)..]);
        }

        return made;
    }

    private Place? Problem(List<string> problems, string sentence)
    {
        problems.Add($"{option} {sentence}");
        return null;
    }

    /// <param name="Text">All of it.</param>
    /// <param name="Options">As they are written, unless there are none.</param>
    public sealed record Place(string Text, string? Group, string? Port, string? Interface, IReadOnlyList<string> Options)
    {
        /// <summary>In place of a group, a port and an interface; null for none.</summary>
        public string? Rule { get; init; }

        /// <summary>With <see cref="Rule"/>.</summary>
        public string? Node { get; init; }
    }
}
