using System.Collections.Immutable;

namespace Mcr.Actors.Cluster;

/// <summary>
/// Nodes that have found each other. There is more than one island when nodes started that could not reach each other, or could reach only such as were just starting; they
/// become one as soon as they can.
/// </summary>
/// <param name="Self">Who says so: address and incarnation, <c>akka.ssl.tcp://mcr@10.0.0.1:4053#17</c>.</param>
/// <param name="Members">Alike, and itself among them; none: it has not joined anything yet.</param>
public sealed record Island(string Self, ImmutableSortedSet<string> Members)
{
    public bool IsFormed => !Members.IsEmpty;

    /// <summary>
    /// Whether two lives of one node are members at once: one joined here, and the next one elsewhere before the two came together. Akka strikes off by address, and so either of them; then the
    /// dead one stays, nobody is removed any more, and nobody comes back.
    /// </summary>
    public bool HasDoubles => Members.Select(AddressOf).Distinct().Count() < Members.Count;

    /// <summary>Whether neither knows the other: a cut between them heals by itself, and this does not.</summary>
    public bool IsApartFrom(Island other) => IsFormed && other.IsFormed && !Members.Contains(other.Self) && !other.Members.Contains(Self);

    /// <summary>
    /// Whether one of the two knows the other and is not known to it: Akka then hears nothing of what it says, and if nobody is left whom both know, it stays so. This
    /// comes of one that joined while the other was cut off, when the node that it joined is gone before it could tell.
    /// </summary>
    public bool IsHalfKnown(Island other) => IsFormed && other.IsFormed && Members.Contains(other.Self) != other.Members.Contains(Self);

    /// <summary>Whether the nodes of the other are the ones that move. One of two always is, and everybody comes to the same end.</summary>
    public bool Outranks(Island other) =>
        HasDoubles != other.HasDoubles ? other.HasDoubles
        : Members.Count != other.Members.Count ? Members.Count > other.Members.Count
        : Members.Zip(other.Members, string.CompareOrdinal).FirstOrDefault(difference => difference != 0) < 0; // those that are apart may have members in common

    /// <summary>Those that count, and of an address with two lives both, whatever has become of them.</summary>
    internal static ImmutableSortedSet<string> MembersOf(IReadOnlyCollection<ClusterMember> members)
    {
        HashSet<string> doubled = [.. members.GroupBy(m => m.Address).Where(g => g.Count() > 1).Select(g => g.Key)];
        return [.. members.Where(m => m.Counts || doubled.Contains(m.Address)).Select(m => m.Unique)];
    }

    /// <param name="unique">Maybe as somebody else has sent it.</param>
    internal static string AddressOf(string unique) => unique.LastIndexOf('#') is >= 0 and int end ? unique[..end] : unique;
}
