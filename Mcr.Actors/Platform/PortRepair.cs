using System.Collections.Immutable;

namespace Mcr.Actors.Platform;

/// <summary>What was not as it had been left.</summary>
/// <param name="Sentences">One for each thing, for the log.</param>
/// <param name="Lost">What cannot be joined again, with the reasons.</param>
public sealed record PortRepair(ImmutableArray<string> Sentences, ImmutableDictionary<Membership, string> Lost)
{
    public static readonly PortRepair Nothing = new([], ImmutableDictionary<Membership, string>.Empty);
}
