namespace Mcr.Actors.Cluster;

/// <summary>What <see cref="IslandState"/> wants done, in order.</summary>
internal abstract record IslandEffect
{
    /// <summary>Ask a seed which island it is on.</summary>
    public sealed record Knock(string Seed) : IslandEffect;

    public sealed record Join(string Address) : IslandEffect;

    /// <summary>There is nobody to join.</summary>
    public sealed record Found : IslandEffect;

    /// <summary>Begin anew, so that the other island, which counts more, can be joined.</summary>
    public sealed record Move(string Why) : IslandEffect;
}
