using System.Net;
using Mcr.Native.Worker;

namespace Mcr.Actors.Legs;

/// <summary>Where a leg goes, as both ends have agreed.</summary>
/// <param name="Instance">Of the beginning that it was agreed for: another one would use the key's numbers a second time.</param>
/// <param name="Leg">With the one key to send with.</param>
internal sealed record LegTarget(ulong Instance, IPAddress Address, ushort Port, ResolvedLeg Leg)
{
    /// <summary>Of the way there, bytes of IP packet; 0: not known.</summary>
    public int Mtu { get; init; }

    /// <summary>The same, whatever is known of the way.</summary>
    public bool IsWhere(LegTarget? other) => other is not null && this with { Mtu = 0 } == other with { Mtu = 0 };
}

/// <summary>The beginning of a leg in the workers of an interface.</summary>
/// <param name="Instance">Random, and another one whenever what was sent is forgotten.</param>
/// <param name="Target">As workers have it; null: they do not.</param>
internal sealed record LegBeginning(ulong Instance, LegTarget? Target, LegSent Counts);

/// <summary>What the beginning of a leg has counted.</summary>
/// <param name="Sent">Datagrams.</param>
/// <param name="Fragmented">Of these, longer than the MTU allows with the leg's header.</param>
public readonly record struct LegSent(long Sent, long Fragmented, DateTimeOffset? Last);

/// <summary>The end of a leg in the worker of an interface.</summary>
/// <param name="IsReady">The worker has it.</param>
/// <param name="IsFresh">This mcrd has made the key: nothing was ever sent with it.</param>
internal sealed record LegEnd(IPAddress Address, ushort Port, ResolvedLeg Leg, bool IsReady, bool IsFresh, LegCounts Counts);

/// <summary>What the end of a leg has counted.</summary>
/// <param name="Lost">By the numbers; what comes late is not lost any more.</param>
/// <param name="Refused">Of any kind: too short, of another version, of no leg or key that there is, altered, taken before, too old.</param>
/// <param name="Forged">Of these: altered, taken before, or of no key that there is: somebody else's.</param>
public sealed record LegCounts(long Received, long Lost, long Reordered, long Refused, long Forged, DateTimeOffset? Last)
{
    public static readonly LegCounts None = new(0, 0, 0, 0, 0, null);

    /// <summary>Of the last ten seconds in which something came; null: none yet.</summary>
    public LegDelay? Delay { get; init; }
}

/// <summary>Time of arrival less time of sending, in microseconds: two hosts' clocks.</summary>
public readonly record struct LegDelay(long Least, long Mean, long Most);
