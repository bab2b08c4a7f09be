using System.CommandLine;
using System.CommandLine.Completions;

namespace Mcr.Host.Mcrctl.Remote;

/// <summary>What may stand where a word ends: commands and options from what mcrctl knows, names from what mcrd answers. Pure but for who is asked.</summary>
/// <param name="parse">Words as a command line of mcrctl.</param>
/// <param name="names">The names of a kind as they are now; none when nobody can be asked.</param>
internal sealed class Completion(Func<string[], ParseResult> parse, Func<NameKind, IReadOnlyList<string>> names)
{
    private static readonly string[] OwnCommands = ["watch", "node", "help", "exit", "quit"];

    public (int Start, IReadOnlyList<string> Words) Of(string before)
    {
        int start = before.LastIndexOf(' ') + 1;
        List<string> words = [.. before[..start].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        bool isWatched = words is ["watch", ..];
        if (isWatched)
            words.RemoveAt(0);
        return (start, words switch
        {
            ["node"] => names(NameKind.Node),
            [.., var last] when KindOf(last) is { } kind => names(kind),
            [] => [.. Known([]), .. isWatched ? [] : OwnCommands],
            _ => Known([.. words]),
        });
    }

    private static NameKind? KindOf(string option) => option switch
    {
        "--name" => NameKind.Rule,
        "--rule-id" => NameKind.RuleId,
        "--interface" or "--input-interface" => NameKind.Interface,
        "--node" => NameKind.Node,
        _ => null,
    };

    private IReadOnlyList<string> Known(string[] words)
    {
        ParseResult parsed = parse([.. words, ""]);
        return [.. parsed.GetCompletions().Select(item => item.Label).Where(label => !label.StartsWith('/') && label is not ("-?" or "-h" or "console"))];
    }
}

internal enum NameKind
{
    Rule,
    RuleId,
    Interface,
    Node,
}
