using System.Collections.Immutable;

namespace Mcr.Native.Rules;

/// <summary>
/// Which nodes of a cluster back each other up for a rule (<c>ha</c>): all of them reach its input and its outputs, and one of them forwards. Immutable and checked; build it
/// with <see cref="RedundancyText"/>.
/// </summary>
/// <param name="Nodes">By their names, in the order in which they are written.</param>
/// <param name="Prefer">The one of them that forwards when all can.</param>
/// <param name="Revert">Whether that one takes over again when it is well again; otherwise whoever forwards goes on.</param>
/// <param name="TakeoverAfterMilliseconds">For so long the output is silent while input flows, and another node forwards.</param>
public sealed record RedundancySettings(ImmutableArray<string> Nodes, string Prefer, bool Revert, int TakeoverAfterMilliseconds)
{
    public const int MinNodes = 2;
    public const int MaxNodes = 8;
    public const int DefaultTakeoverAfterMilliseconds = 100;
    public const int ShortestTakeoverAfterMilliseconds = 20;
    public const int LongestTakeoverAfterMilliseconds = 10_000;

    /// <summary>Of those that see each other forward, the first of this order goes on: the preferred one, then by ordinal name. The same on all nodes, however they write the rule.</summary>
    public ImmutableArray<string> Order => [Prefer, .. Nodes.Where(n => n != Prefer).Order(StringComparer.Ordinal)];

    /// <returns>The place of <paramref name="node"/> in <see cref="Order"/>; -1 when it is none of them.</returns>
    public int RankOf(string node) => Order.IndexOf(node);

    /// <summary>By value, nodes in order.</summary>
    public bool Equals(RedundancySettings? other) =>
        other is not null && Prefer == other.Prefer && Revert == other.Revert && TakeoverAfterMilliseconds == other.TakeoverAfterMilliseconds && Nodes.SequenceEqual(other.Nodes);

    public override int GetHashCode() => HashCode.Combine(Prefer, Revert, TakeoverAfterMilliseconds, Nodes.Length);

    /// <summary>As it is written.</summary>
    public override string ToString() => RedundancyText.Format(this);
}
