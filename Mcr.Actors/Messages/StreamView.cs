using System.Collections.Immutable;
using Mcr.Native.Analysis;

namespace Mcr.Actors.Messages;

/// <summary>What is known of a rule's stream, and the rates of its MPEG-TS packets over the last interval.</summary>
/// <param name="PidsPerSecond">Packets a second, by PID.</param>
public sealed record StreamView(StreamReport Report, double PacketsPerSecond, ImmutableDictionary<int, double> PidsPerSecond)
{
    /// <summary>How many datagrams of the last ten seconds took how long, by bucket of <see cref="LatencyHistogram"/>.</summary>
    public ImmutableArray<long> RecentLatency { get; init; } = [];
}
