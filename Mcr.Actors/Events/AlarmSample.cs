using Mcr.Actors.Feeds;
using Mcr.Actors.Messages;
using Mcr.Native.Analysis;

namespace Mcr.Actors.Events;

/// <summary>What is known of a rule's traffic at one moment; taken once a second.</summary>
/// <param name="At">On any clock that only goes forward.</param>
/// <param name="Now">By the wall clock, for whoever reads it.</param>
/// <param name="Matched">Datagrams so far.</param>
/// <param name="SourceChanges">How often a datagram came from another sender than the one before; meaningless for a rule that has many groups.</param>
internal readonly record struct AlarmSample(TimeSpan At, DateTimeOffset Now, long Matched, TrafficView Traffic, StreamLosses Losses, long SourceChanges)
{
    /// <summary>Of a rule with several inputs: what is wrong with them; null: nothing.</summary>
    public ProtectionTrouble? Protection { get; init; }

    /// <summary><see cref="StreamLosses.Missing"/> is what came by none of several inputs.</summary>
    public bool IsLostOnAll { get; init; }
}
