namespace Mcr.Native.Rules;

/// <summary>Options of a rule that are several in one text: <c>key=value,key=value</c>. Pure.</summary>
internal static class PairText
{
    private const int LongestQuote = 40;

    /// <param name="separators">Between two pairs.</param>
    /// <param name="keys">Those there are.</param>
    /// <param name="example">What to write, for a sentence: <c>alarms as silence=5s</c>.</param>
    /// <param name="unknown">What another key is, for a sentence: <c>no alarm</c>.</param>
    /// <param name="problem">Gets the key, or "" for the text as a whole, and a sentence.</param>
    /// <returns>Of <paramref name="keys"/>, each at most once.</returns>
    public static List<KeyValuePair<string, string>> Read(string text, char[] separators, IReadOnlyList<string> keys, string example, string unknown, Action<string, string> problem)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (string part in text.Split(separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] sides = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (sides.Length < 2)
                problem("", $"'{Short(part)}' has no value; write {example}");
            else if (!keys.Contains(sides[0]))
                problem("", $"'{Short(sides[0])}' is {unknown}; they are {string.Join(", ", keys)}");
            else if (pairs.Any(p => p.Key == sides[0]))
                problem(sides[0], "is there twice; give it once");
            else
                pairs.Add(new(sides[0], sides[1]));
        }

        return pairs;
    }

    /// <returns>null with a problem.</returns>
    public static bool? Flag(string key, string text, Action<string, string> problem)
    {
        bool? flag = FlagText.Parse(text);
        if (flag is null)
            problem(key, $"'{Short(text)}' is neither on nor off");
        return flag;
    }

    /// <summary>What somebody wrote, short enough and free of control characters.</summary>
    public static string Short(string text) => new([.. text.Take(LongestQuote).Select(c => char.IsControl(c) ? '?' : c)]);
}
