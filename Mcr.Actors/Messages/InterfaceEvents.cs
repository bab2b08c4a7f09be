using System.Collections.Immutable;
using Mcr.Actors.Platform;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>From the interfaces to the supervisor.</summary>
internal static class InterfaceEvents
{
    /// <summary>The worker runs the rules of this revision, as far as they can be run; removed ones are gone.</summary>
    public sealed record Settled(string Interface, long Revision);

    /// <summary>The actor crashed, has closed everything and knows nothing any more.</summary>
    public sealed record Restarted(string Interface, string Why);

    /// <param name="Alarms">All that are raised now, of rules that have any.</param>
    public sealed record AlarmsChanged(string Interface, ImmutableDictionary<RuleId, ImmutableArray<ActiveAlarm>> Alarms);

    /// <summary>Workers, sockets and memberships are gone.</summary>
    public sealed record Stopped(string Interface);

    public sealed record AllStopped;

    public sealed record Report(ImmutableArray<WorkerView> Workers, ImmutableDictionary<RuleId, RuleStatsView> Rules)
    {
        public string Interface { get; init; } = "";

        /// <summary>How often memberships that had vanished were joined again, or settings that somebody had changed set again.</summary>
        public long Repairs { get; init; }

        /// <summary>Over all workers; null while the interface is not open.</summary>
        public WorkerCounters? Counters { get; init; }

        public TrafficView Traffic { get; init; } = TrafficView.None;

        /// <summary>Of each address family in which it has joined groups.</summary>
        public ImmutableArray<QuerierView> Queriers { get; init; } = [];

        public static readonly Report Empty = new([], ImmutableDictionary<RuleId, RuleStatsView>.Empty);
    }

    public sealed record Reports(ImmutableArray<Report> Interfaces)
    {
        /// <summary>Interfaces that have not answered in time, by name.</summary>
        public ImmutableHashSet<string> Unanswered { get; init; } = [];
    }
}
