using System.Collections.Immutable;

namespace Mcr.Actors.Redundancy;

/// <summary>From where the other nodes of a redundant rule send, by what they said of themselves last.</summary>
/// <param name="All">MAC addresses of their output devices, with the node's rank.</param>
internal sealed record EchoPeers(ImmutableArray<(ulong Link, int Rank)> All)
{
    public static readonly EchoPeers None = new([]);

    /// <summary>By value, in order.</summary>
    public bool Equals(EchoPeers? other) => other is not null && All.SequenceEqual(other.All);

    public override int GetHashCode() => All.Length;
}
