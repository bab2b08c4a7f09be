using System.Collections.Immutable;
using System.Globalization;

namespace Mcr.Native.Rules;

/// <summary>Redundancy as an operator writes it: <c>nodes=a+b+c,prefer=a,revert=on,takeover-after=100ms</c>; what is not written is as it is by default. Pure.</summary>
public static class RedundancyText
{
    private const string NodesKey = "nodes";
    private const string PreferKey = "prefer";
    private const string RevertKey = "revert";
    private const string TakeoverAfterKey = "takeover-after";
    private const string Example = "nodes=a+b,prefer=a";

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(RedundancySettings.ShortestTakeoverAfterMilliseconds);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(RedundancySettings.LongestTakeoverAfterMilliseconds);
    private static readonly string WantedNodes = $"give {RedundancySettings.MinNodes} to {RedundancySettings.MaxNodes} nodes of the cluster that reach the rule's input and outputs";

    public static readonly IReadOnlyList<string> Keys = [NodesKey, PreferKey, RevertKey, TakeoverAfterKey];

    /// <param name="problem">Gets the key, or "" for the text as a whole, and a sentence.</param>
    /// <returns>null with at least one problem.</returns>
    public static RedundancySettings? Parse(string text, Action<string, string> problem)
    {
        bool isWrong = false;
        void Wrong(string key, string sentence)
        {
            isWrong = true;
            problem(key, sentence);
        }

        // No white space between pairs: names in an object of a file come here as they are, and a blank in one is not to make two of it.
        Dictionary<string, string> values = new(PairText.Read(text, [','], Keys, $"ha as {Example}", "no key of ha", Wrong));
        ImmutableArray<string> nodes = Nodes(values.GetValueOrDefault(NodesKey), Wrong);
        string? prefer = values.GetValueOrDefault(PreferKey);
        if (prefer is not null && nodes.Length > 0 && !nodes.Contains(prefer))
            Wrong(PreferKey, $"'{PairText.Short(prefer)}' is none of the nodes ({string.Join(", ", nodes.Select(PairText.Short))}); give one of them, or leave it out for the first");
        bool revert = values.TryGetValue(RevertKey, out string? flag) ? PairText.Flag(RevertKey, flag, Wrong) ?? true : true;
        int takeoverAfter = values.TryGetValue(TakeoverAfterKey, out string? time) ? TakeoverAfter(time, Wrong) : RedundancySettings.DefaultTakeoverAfterMilliseconds;
        return isWrong ? null : new RedundancySettings(nodes, prefer ?? nodes[0], revert, takeoverAfter);
    }

    /// <summary>Which <see cref="Parse"/> reads as the same.</summary>
    public static string Format(RedundancySettings settings)
    {
        string?[] pairs =
        [
            $"{NodesKey}={string.Join(NodeName.Between, settings.Nodes)}",
            settings.Prefer == settings.Nodes[0] ? null : $"{PreferKey}={settings.Prefer}",
            settings.Revert ? null : $"{RevertKey}={FlagText.Off}",
            settings.TakeoverAfterMilliseconds == RedundancySettings.DefaultTakeoverAfterMilliseconds ? null : string.Create(CultureInfo.InvariantCulture, $"{TakeoverAfterKey}={settings.TakeoverAfterMilliseconds}ms"),
        ];
        return string.Join(',', pairs.OfType<string>());
    }

    private static ImmutableArray<string> Nodes(string? text, Action<string, string> problem)
    {
        if (string.IsNullOrEmpty(text))
        {
            problem(NodesKey, $"is missing; {WantedNodes}");
            return [];
        }

        ImmutableArray<string> names = NodeName.ReadAll(text, sentence => problem(NodesKey, sentence));
        if (names.Length < RedundancySettings.MinNodes)
            problem(NodesKey, $"one node backs nobody up; {WantedNodes}");
        if (names.Length > RedundancySettings.MaxNodes)
            problem(NodesKey, $"{names.Length} nodes are more than the {RedundancySettings.MaxNodes} that may stand by for one rule; leave some out");
        return names;
    }

    private static int TakeoverAfter(string text, Action<string, string> problem)
    {
        if (DurationText.Parse(text) is { } time && time >= Shortest && time <= Longest)
            return (int)time.TotalMilliseconds;
        problem(TakeoverAfterKey, $"'{PairText.Short(text)}' is no time of silence after which another node takes over; give one from {DurationText.Format(Shortest)} to {DurationText.Format(Longest)} such as 100ms");
        return RedundancySettings.DefaultTakeoverAfterMilliseconds;
    }
}
