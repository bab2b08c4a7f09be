using System.Text.RegularExpressions;

namespace Mcr.Specs.Readme;

/// <summary>Every way from one page of the repository to another leads somewhere.</summary>
public sealed partial class LinkSpecs
{
    private static readonly Dictionary<string, string> Files = SourceTree.Read(Executables.RepositoryRoot);

    private static readonly HashSet<string> Folders = [.. Files.Keys.SelectMany(Above)];

    public static TheoryData<string> Pages => [.. Files.Keys.Where(IsPage).Order()];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_of_a_page_should_lead_to_files_and_headings_that_are_there(string page) => Assert.Empty(Dead(page, Files[page]));

    [Theory]
    [InlineData("see [it](docs/cluster.md#nowhere)", "docs/cluster.md#nowhere")]
    [InlineData("see [it](nothing.md), [this](#nor-this)", "nothing.md|#nor-this")]
    [InlineData("[a]: docs/nothing.md", "docs/nothing.md")]
    [InlineData("see [it](../outside.md)", "../outside.md")]
    [InlineData("[`docs`](docs), [adr](docs/adr/), [far](https://example.org/x#y), [here](#one-two)\n# One: two\n", "")]
    [InlineData("```\n# No heading\n[no](link.md)\n```\n[here](#no-heading)", "#no-heading")]
    [InlineData("# A `b` [c](README.md)\n# A b c\n[1](#a-b-c), [2](#a-b-c-1), [3](#a-b-c-2)", "#a-b-c-2")]
    [InlineData("`[code](nowhere.md)`", "")]
    public void Dead_link_should_be_found(string text, string dead) => Assert.Equal(dead.Split('|', StringSplitOptions.RemoveEmptyEntries), Dead("page.md", text));

    private static IEnumerable<string> Dead(string page, string text) =>
        from link in Links(text)
        where !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal)
        where !IsAlive(page, text, link)
        select link;

    private static bool IsAlive(string page, string text, string link)
    {
        string[] parts = link.Split('#', 2);
        string target = parts[0].Length == 0 ? page : Path.GetRelativePath("/", Path.Combine("/", Path.GetDirectoryName(page)!, Uri.UnescapeDataString(parts[0]))).TrimEnd('/');
        string? there = target == page ? text : Files.GetValueOrDefault(target);
        if (parts.Length == 1)
            return (there is not null || Folders.Contains(target)) && !IsOutside(page, parts[0]);
        return there is not null && IsPage(target) && Anchors(there).Contains(parts[1]);
    }

    /// <summary>More steps up than there are folders: where the repository is, something may be there all the same.</summary>
    private static bool IsOutside(string page, string link) => link.Split('/').Count(step => step == "..") > page.Count(c => c == '/');

    private static IEnumerable<string> Links(string text)
    {
        string read = InlineCode().Replace(string.Join('\n', Prose(text)), "`");
        return Inline().Matches(read).Concat(Definition().Matches(read)).Select(m => m.Groups["to"].Value);
    }

    private static HashSet<string> Anchors(string text)
    {
        var anchors = new MarkdownAnchors();
        return [.. Prose(text).Select(line => Heading().Match(line)).Where(m => m.Success).Select(m => anchors.Of(m.Groups["title"].Value))];
    }

    /// <summary>Without blocks of code.</summary>
    private static IEnumerable<string> Prose(string text)
    {
        bool isCode = false;
        foreach (string line in text.Split('\n'))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode;
            else if (!isCode)
                yield return line;
        }
    }

    private static IEnumerable<string> Above(string file)
    {
        for (string? folder = Path.GetDirectoryName(file); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            yield return folder;
    }

    private static bool IsPage(string file) => file.EndsWith(".md", StringComparison.Ordinal);

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)(\s+""[^""]*"")?\)")]
    private static partial Regex Inline();

    [GeneratedRegex(@"^\[[^\]]+\]:\s*(?<to>\S+)", RegexOptions.Multiline)]
    private static partial Regex Definition();

    /// <summary>What stands in it is no link, but it may be what a link is read as.</summary>
    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^#{1,6}\s+(?<title>.+?)\s*#*\s*$")]
    private static partial Regex Heading();
}
