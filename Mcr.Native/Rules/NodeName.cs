using System.Collections.Immutable;

namespace Mcr.Native.Rules;

/// <summary>What a node of a cluster may be called. Pure.</summary>
public static class NodeName
{
    public const int MaxLength = 64;

    /// <summary>Several in one text.</summary>
    public const char Between = '+';

    /// <summary>For the end of a sentence.</summary>
    public static readonly string Wanted = $"1 to {MaxLength} letters, digits, -, _ and .";

    /// <summary>It begins with a letter or a digit.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Several that are for one purpose; each is there once.</summary>
    /// <param name="problem">Gets a sentence.</param>
    internal static ImmutableArray<string> ReadAll(string text, Action<string> problem)
    {
        string[] names = text.Split(Between, StringSplitOptions.TrimEntries);
        foreach (string name in names.Where(n => !IsValid(n)).Distinct())
            problem($"'{PairText.Short(name)}' is no name of a node; those have {Wanted}, and begin with a letter or a digit");
        foreach (IGrouping<string, string> name in names.GroupBy(n => n).Where(n => n.Count() > 1))
            problem($"'{PairText.Short(name.Key)}' is there {(name.Count() == 2 ? "twice" : $"{name.Count()} times")}; name each node once");
        return [.. names];
    }
}
