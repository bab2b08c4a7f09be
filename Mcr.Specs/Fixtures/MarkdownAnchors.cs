using System.Text;

namespace Mcr.Specs.Fixtures;

/// <summary>The anchors that GitHub gives to the headings of one page.</summary>
internal sealed class MarkdownAnchors
{
    private readonly Dictionary<string, int> _used = new(StringComparer.Ordinal);

    /// <param name="heading">Without its number signs, as it stands in the text.</param>
    public string Of(string heading)
    {
        var anchor = new StringBuilder();
        foreach (char c in Shown(heading).ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(c) || c is '-' or '_')
                anchor.Append(c);
            else if (c == ' ')
                anchor.Append('-');
        }

        string name = anchor.ToString();
        int before = _used.GetValueOrDefault(name);
        _used[name] = before + 1;
        return before == 0 ? name : $"{name}-{before}";
    }

    /// <summary>Of a link only what is read.</summary>
    private static string Shown(string heading)
    {
        int at;
        while ((at = heading.IndexOf("](", StringComparison.Ordinal)) >= 0 && heading.IndexOf(')', at) is var end and > 0)
            heading = heading[..at] + heading[(end + 1)..];
        return heading.Trim();
    }
}
