using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Native.Ingress;

namespace Mcr.Actors.Events;

/// <summary>
/// Whether somebody asks for memberships on one interface's segment, in one address family. Without a querier a switch that snoops forgets the groups some minutes
/// after they were joined. So long is waited before that is an alarm: from when on it is listened for, or from the last query. Immutable and pure.
/// </summary>
/// <param name="Interface">The device.</param>
/// <param name="Begin">From when on it is listened for, on any clock that only goes forward.</param>
/// <param name="Since">The same by the wall clock.</param>
internal sealed record QuerierState(string Interface, bool IsIPv6, TimeSpan Begin, DateTimeOffset Since)
{
    /// <summary>Of the event's values: <c>ipv4</c> or <c>ipv6</c>.</summary>
    internal const string Family = "family";

    private MembershipQuery? Last { get; init; }

    private TimeSpan LastAt { get; init; }

    private DateTimeOffset LastTime { get; init; }

    private ActiveAlarm? Alarm { get; init; }

    private bool IsSilent { get; init; }

    public QuerierView View => new(IsIPv6, Since, Last is null ? null : new HeardQuerier(Last.Querier, Last.Protocol, LastTime), Alarm) { IsSilent = IsSilent };

    /// <param name="isWanted">Some rule has joined groups of this family, and it is an alarm for that rule.</param>
    /// <param name="obstacle">Why nothing could be heard now: then counting begins anew. null: it could.</param>
    /// <param name="query">The last one that was heard since; null for none.</param>
    public (QuerierState Next, ImmutableArray<RelayEvent> News) Take(TimeSpan at, DateTimeOffset now, bool isWanted, string? obstacle, MembershipQuery? query)
    {
        QuerierState next = query is null ? this : this with { Last = query, LastAt = at, LastTime = now };
        if (obstacle is not null)
            next = next with { Begin = at, Since = now, Last = null };
        TimeSpan silence = at - next.Reference;
        if (next.IsSilent != silence > next.Patience)
            next = next with { IsSilent = !next.IsSilent };
        if (Alarm is { } raised)
        {
            string? over = obstacle ?? (!isWanted ? "no rule for which it is an alarm has joined a group there" : query is null ? null : $"{query.Querier} asks ({query.Protocol})");
            return over is null ? (next, []) : (next with { Alarm = null }, [Event(EventSeverity.Info, EventKind.AlarmCleared, $"interface {Interface}: no alarm any more ({raised.Sentence}): {over}")]);
        }

        if (!isWanted || !next.IsSilent)
            return (next, []);
        string sentence = $"no {(IsIPv6 ? "MLD" : "IGMP")} querier has been heard for {Minutes(silence)}";
        const string Why = "a switch that snoops forgets the groups that nobody asks for, and their streams die some minutes after they began; "
            + "switch on a querier on the switch or a router of the segment (on a Linux bridge: ip link set BRIDGE type bridge mcast_querier 1), or, where no switch snoops, this alarm off (querier = off)";
        return (next with { Alarm = new ActiveAlarm(AlarmKind.Querier, now, sentence) }, [Event(EventSeverity.Warning, EventKind.AlarmRaised, $"interface {Interface}: {sentence}: {Why}")]);
    }

    /// <summary>The interface is closed.</summary>
    public ImmutableArray<RelayEvent> Drop() =>
        Alarm is null ? [] : [Event(EventSeverity.Info, EventKind.AlarmCleared, $"interface {Interface}: no alarm any more ({Alarm.Sentence}): it is closed")];

    private TimeSpan Reference => Last is not null ? LastAt : Begin;

    /// <summary>A querier that asks more seldom than usual says so.</summary>
    private TimeSpan Patience => Last is { } last && last.Patience > MembershipQuery.DefaultPatience ? last.Patience : MembershipQuery.DefaultPatience;

    private RelayEvent Event(EventSeverity severity, EventKind kind, string sentence) => new(severity, kind, sentence)
    {
        Interface = Interface,
        Values = ImmutableSortedDictionary<string, string>.Empty.Add(AlarmNews.Value, EventViews.Name(AlarmKind.Querier)).Add(Family, IsIPv6 ? "ipv6" : "ipv4"),
    };

    private static string Minutes(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s");
}
