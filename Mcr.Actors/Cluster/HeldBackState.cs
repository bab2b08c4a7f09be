using System.Collections.Immutable;

namespace Mcr.Actors.Cluster;

/// <summary>
/// Who holds up others. A node that was struck off, or that has begun anew, is removed only when all who are not out of reach agree, and nobody who is out of reach counts against
/// it but one that was struck off, too: so one cut-off node would keep every other from coming back. It is struck off as well then; it comes back by itself when it can. One that was leaving
/// when it was cut off, or ended before the others had agreed, holds up as much. Immutable, pure.
/// </summary>
internal sealed record HeldBackState
{
    /// <summary>A removal that nobody holds up takes some tenths of a second.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Since when a node that was struck off is still there, by its incarnation.</summary>
    private ImmutableDictionary<string, TimeSpan> Since { get; init; } = ImmutableDictionary<string, TimeSpan>.Empty;

    /// <param name="now">On any clock that does not jump.</param>
    /// <returns>Also the addresses of those to strike off.</returns>
    public (HeldBackState Next, ImmutableArray<string> Down) Look(IReadOnlyCollection<ClusterMember> members, TimeSpan now)
    {
        var held = members.Where(m => m.Status is "Down" or "Exiting").ToImmutableDictionary(m => m.Unique, m => Since.GetValueOrDefault(m.Unique, now));
        HeldBackState next = this with { Since = held };
        return held.Values.Any(since => now - since >= Patience)
            ? (next, [.. members.Where(m => m is { IsReachable: false, Status: not ("Down" or "Exiting") }).Select(m => m.Address)])
            : (next, []);
    }
}
