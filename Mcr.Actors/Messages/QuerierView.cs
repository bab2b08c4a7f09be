using System.Net;

namespace Mcr.Actors.Messages;

/// <summary>Who asks on an interface's segment for memberships, in one address family.</summary>
/// <param name="Since">From when on it is listened for.</param>
/// <param name="Heard">The last one; null for none.</param>
/// <param name="Alarm">That nobody asks; null while that is no alarm.</param>
public sealed record QuerierView(bool IsIPv6, DateTimeOffset Since, HeardQuerier? Heard, ActiveAlarm? Alarm)
{
    /// <summary>Nobody has asked for longer than a segment does without, alarm or not.</summary>
    public bool IsSilent { get; init; }
}

/// <param name="Protocol">Such as <c>IGMPv3</c>.</param>
/// <param name="At">When its last query came.</param>
public sealed record HeardQuerier(IPAddress Address, string Protocol, DateTimeOffset At);
