using System.Collections.Immutable;

namespace Mcr.Actors.Messages;

/// <summary>
/// What may be asked of <c>/user/relay</c> without changing anything. A query that cannot be answered gets a
/// <see cref="Akka.Actor.Status.Failure"/> whose message is a sentence.
/// </summary>
public static class RelayQueries
{
    /// <summary>Answered by a <see cref="CommandResult"/> when each rule's state is known, or after <paramref name="Longest"/>.</summary>
    public sealed record WhenSettled(TimeSpan Longest);

    /// <summary>Answered by <see cref="RuleList"/>.</summary>
    public sealed record ListRules;

    /// <summary>Answered by <see cref="LinkEvents.Changed"/>, as it is published whenever something differs; not at all before the first look at the devices.</summary>
    public sealed record GetLinks;

    /// <param name="Rules">In canonical order.</param>
    /// <param name="Hash">The node's, over all its rules.</param>
    public sealed record RuleList(ImmutableArray<RuleView> Rules, string Hash);

    /// <summary>Answered by <see cref="StatsReport"/>.</summary>
    public sealed record GetStats;

    /// <param name="Rules">One for each rule, in canonical order; zeros for a rule that no worker has.</param>
    public sealed record StatsReport(ImmutableArray<RuleStatsView> Rules);

    /// <summary>Answered by <see cref="WorkerList"/>.</summary>
    public sealed record ListWorkers;

    /// <param name="Workers">By interface and number.</param>
    public sealed record WorkerList(ImmutableArray<WorkerView> Workers);

    /// <summary>Answered by <see cref="EventReport"/>.</summary>
    /// <param name="From">The number of the first one; null: the last ones.</param>
    /// <param name="Last">So many.</param>
    public sealed record GetEvents(long? From, int Last);

    /// <summary>Answered by <see cref="SavingReport"/>.</summary>
    public sealed record GetSaving;

    /// <param name="Directory">Where changes are saved; null: they end with mcrd.</param>
    /// <param name="Problem">Why they are not being saved just now; null when they are.</param>
    /// <param name="Since">When that began.</param>
    public sealed record SavingReport(string? Directory, string? Problem, DateTimeOffset? Since);

    /// <summary>Answered by <see cref="WebhookReport"/>.</summary>
    public sealed record GetWebhook;

    /// <summary>Of events.</summary>
    /// <param name="Place">Where they are posted to; null: nowhere.</param>
    /// <param name="Problem">Why the last post was not taken; null when it was.</param>
    /// <param name="Since">When that began.</param>
    public sealed record WebhookReport(string? Place, long Posted = 0, long Waiting = 0, long Dropped = 0, string? Problem = null, DateTimeOffset? Since = null);

    /// <summary>Answered by <see cref="InterfaceList"/>.</summary>
    public sealed record ListInterfaces;

    /// <param name="Interfaces">The machine's devices and every name that configuration or a rule uses, by name.</param>
    public sealed record InterfaceList(ImmutableArray<InterfaceView> Interfaces);
}
