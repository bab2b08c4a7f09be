using System.Collections.Immutable;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>What a change does to the node's rules, by input, which is what tells rules apart; each list in canonical order.</summary>
public sealed record RuleDifference(ImmutableArray<ForwardingRule> Added, ImmutableArray<RuleReplacement> Changed, ImmutableArray<ForwardingRule> Removed)
{
    public static readonly RuleDifference None = new([], [], []);

    public bool IsEmpty => Added.IsEmpty && Changed.IsEmpty && Removed.IsEmpty;

    /// <summary><c>1 rule added, 2 changed, 3 removed</c>.</summary>
    public override string ToString()
    {
        (int Count, string Word)[] parts = [.. new[] { (Added.Length, "added"), (Changed.Length, "changed"), (Removed.Length, "removed") }.Where(p => p.Item1 > 0)];
        return parts.Length == 0 ? "no rule changed" : string.Join(", ", parts.Select((p, i) => $"{p.Count}{(i > 0 ? "" : p.Count == 1 ? " rule" : " rules")} {p.Word}"));
    }
}

/// <summary>Of the same input.</summary>
public sealed record RuleReplacement(ForwardingRule Before, ForwardingRule After);
