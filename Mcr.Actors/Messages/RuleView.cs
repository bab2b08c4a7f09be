using System.Collections.Immutable;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>A rule as lists show it.</summary>
/// <param name="Since">When it came into this status.</param>
public sealed record RuleView(ForwardingRule Rule, RuleStatus Status, DateTimeOffset Since, string? Why, string Origin)
{
    /// <summary>Those that are raised, the oldest first.</summary>
    public ImmutableArray<ActiveAlarm> Alarms { get; init; } = [];
}

/// <summary>A rule's totals since its interface has known it, and its rates over the last interval.</summary>
/// <param name="Matched">Datagrams.</param>
/// <param name="Bytes">Payload of the matched datagrams.</param>
/// <param name="Sent">Datagrams, over all outputs.</param>
/// <param name="Errors">Datagrams not sent, over all outputs.</param>
/// <param name="PacketsPerSecond">Matched.</param>
/// <param name="BitsPerSecond">Matched payload.</param>
public sealed record RuleStatsView(
    ForwardingRule Rule,
    long Matched,
    long Bytes,
    long Sent,
    long Errors,
    double PacketsPerSecond,
    double BitsPerSecond)
{
    /// <summary>Of the outputs that the interface has set up.</summary>
    public ImmutableArray<OutputStatsView> Outputs { get; init; } = [];

    /// <summary>null where nothing was matched yet.</summary>
    public StreamView? Stream { get; init; }

    /// <summary>Of a rule with several inputs; null otherwise.</summary>
    public SelectView? Select { get; init; }

    /// <summary>When the kernel received the last datagram; null where that is not known.</summary>
    public DateTimeOffset? LastArrival { get; init; }

    /// <summary>How often a datagram came from another sender than the one before.</summary>
    public long SourceChanges { get; init; }

    public TrafficView Traffic { get; init; } = TrafficView.None;

    /// <summary>The interface has not answered in time: its zeros mean nothing.</summary>
    public bool IsUnanswered { get; init; }

    /// <summary>Those that are raised, the oldest first.</summary>
    public ImmutableArray<ActiveAlarm> Alarms { get; init; } = [];

    public RuleStatus Status { get; init; }

    /// <summary>A sentence; null when active.</summary>
    public string? Why { get; init; }
}

/// <summary>An output's totals since its interface has known it, in datagrams.</summary>
/// <param name="Reasons">Errors by <see cref="Mcr.Native.Egress.EgressError"/>.</param>
/// <param name="Trains">Messages sent, by the bucket of <see cref="Mcr.Native.Egress.EgressCounters.TrainBucket"/>.</param>
public sealed record OutputStatsView(RuleOutput Output, long Sent, long Errors, ImmutableArray<long> Reasons, ImmutableArray<long> Trains)
{
    /// <summary>Payload sent.</summary>
    public long Bytes { get; init; }

    public TrafficView Traffic { get; init; } = TrafficView.None;
}
