using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Cluster;

/// <summary>Who is in the cluster, since when, and what is to be told of it. Immutable, pure.</summary>
/// <param name="Node">This one, of which nothing is told.</param>
internal sealed record MembersState(string Node)
{
    /// <summary>In characters; the longest name of a host has 253.</summary>
    private const int LongestAddress = 400;

    private static readonly ImmutableSortedDictionary<string, Known> Nobody = ImmutableSortedDictionary.Create<string, Known>(StringComparer.Ordinal);

    /// <summary>By name.</summary>
    public ImmutableSortedDictionary<string, Known> Members { get; private init; } = Nobody;

    public ClusterMember? Find(string node) => Members.TryGetValue(node, out Known? known) ? known.Member : null;

    /// <param name="members">All of them. Of two with one name the one that can be reached counts, or the one that is not on its way out.</param>
    public (MembersState Next, ImmutableArray<RelayEvent> News) Become(IEnumerable<ClusterMember> members, DateTimeOffset now)
    {
        ImmutableSortedDictionary<string, Known> next = members
            .GroupBy(m => m.Node)
            .Select(g => g.OrderByDescending(m => m.IsReachable).ThenByDescending(m => m.Counts).ThenBy(m => m.Unique, StringComparer.Ordinal).First())
            .ToImmutableSortedDictionary(m => m.Node, m => Keep(m, now), StringComparer.Ordinal);
        var news = ImmutableArray.CreateBuilder<RelayEvent>();
        foreach (string node in Members.Keys.Union(next.Keys).Where(n => n != Node).Order(StringComparer.Ordinal))
        {
            if (Tell(node, Members.GetValueOrDefault(node), next.GetValueOrDefault(node), now) is { } story)
                news.Add(story);
        }

        return (this with { Members = next }, news.ToImmutable());
    }

    /// <summary>Nothing is known of anybody: this node's part of the cluster is gone.</summary>
    public MembersState Forget() => this with { Members = Nobody };

    private Known Keep(ClusterMember member, DateTimeOffset now) =>
        Members.TryGetValue(member.Node, out Known? known) && known.Member.Status == member.Status && known.Member.IsReachable == member.IsReachable && known.Member.Incarnation == member.Incarnation
            ? known with { Member = member }
            : new Known(member, now);

    private static RelayEvent? Tell(string node, Known? before, Known? after, DateTimeOffset now)
    {
        bool was = before is { Member: { Counts: true, IsReachable: true } };
        bool isThere = after is { Member: { Counts: true, IsReachable: true } };
        if (isThere && before is { Member: { Counts: true, IsReachable: false } })
            return Event(node, EventSeverity.Info, EventKind.NodeBack, string.Create(CultureInfo.InvariantCulture, $"node {node} can be reached again, after {(now - before.Since).TotalSeconds:0.0} s"), after);
        if (isThere && !was)
            return Event(node, EventSeverity.Info, EventKind.NodeJoined, $"node {node} is part of the cluster (mcrd {after!.Member.Version}, {Address(after)})", after);
        if (was && after is { Member: { Counts: true, IsReachable: false } })
            return Event(node, EventSeverity.Warning, EventKind.NodeLost, $"node {node} cannot be reached; if it lives, it relays on with what it has, and rules for it wait here", after);
        return before is not null && after is not { Member.Counts: true } && before.Member.Counts
            ? Event(node, EventSeverity.Info, EventKind.NodeLeft, $"node {node} is not part of the cluster any more", before)
            : null;
    }

    private static RelayEvent Event(string node, EventSeverity severity, EventKind kind, string sentence, Known? known) => new(severity, kind, sentence)
    {
        Values = ImmutableSortedDictionary<string, string>.Empty.Add("node", node).Add("address", Address(known)),
    };

    /// <summary>For a line of text: gossip has it from other nodes.</summary>
    private static string Address(Known? known) => CertificateNames.Printable(known?.Member.Address ?? "", LongestAddress);

    /// <param name="Since">When it came into this status and reach.</param>
    public sealed record Known(ClusterMember Member, DateTimeOffset Since);
}
