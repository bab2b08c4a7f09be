using System.Collections.Immutable;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>How much an event matters to an operator; the worse, the greater.</summary>
public enum EventSeverity
{
    Info,
    Warning,
    Error,
}

/// <summary>What an event is about.</summary>
public enum EventKind
{
    RuleState,
    WorkerReady,
    WorkerEnded,
    Link,
    AlarmRaised,
    AlarmCleared,
    SenderChanged,

    /// <summary>A program of this host may take a rule's datagrams in as well, or does not any more.</summary>
    LocalListener,

    /// <summary>Another host has become part of the cluster.</summary>
    NodeJoined,

    NodeLost,
    NodeBack,
    NodeLeft,

    /// <summary>Two changed one rule at the same time.</summary>
    RuleConflict,

    /// <summary>A node runs something else than it should.</summary>
    NodeDrift,

    /// <summary>This node's part of the cluster has ended, or is there again.</summary>
    ClusterState,

    /// <summary>This node forwards a redundant rule now.</summary>
    TakenOver,

    /// <summary>This node stands by for a redundant rule that it has forwarded.</summary>
    Yielded,

    /// <summary>Something keeps a redundant rule from being taken over as it should.</summary>
    Redundancy,

    /// <summary>A leg from site to site goes somewhere, or somewhere else; or something is wrong with what comes over it.</summary>
    Leg,

    /// <summary>Consoles cannot connect, or can again.</summary>
    ConsoleState,

    /// <summary>Another one of a rule's several inputs is relayed, or another stream is followed.</summary>
    Input,
}

/// <summary>
/// Something that happened, for whoever runs the relay. Published on Akka's EventStream by the actor that knows, so that nobody has to be handed a
/// reference for it; <c>/user/relay/events</c> numbers and keeps it.
/// </summary>
public sealed record RelayEvent(EventSeverity Severity, EventKind Kind, string Sentence)
{
    /// <summary>The rule it is about; null for none.</summary>
    public RuleId? Rule { get; init; }

    /// <summary>Of that rule, if it has one.</summary>
    public string? RuleName { get; init; }

    /// <summary>The device it is about, or what is in its place where a rule has several inputs; null for none.</summary>
    public string? Interface { get; init; }

    /// <summary>What programs look at, where people read the sentence.</summary>
    public ImmutableSortedDictionary<string, string> Values { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Of a rule.</summary>
    public static RelayEvent Of(ForwardingRule rule, EventSeverity severity, EventKind kind, string sentence) =>
        new(severity, kind, sentence) { Rule = rule.Id, RuleName = rule.Name, Interface = rule.Home };
}

/// <param name="Number">1 for the first of this mcrd, then one more each.</param>
public sealed record NumberedEvent(long Number, DateTimeOffset Time, RelayEvent Event);

/// <param name="Missed">Events that were asked for and are not kept any more.</param>
/// <param name="Next">The number to ask for what comes after these.</param>
/// <param name="HasMore">There are more to be had at once.</param>
public sealed record EventReport(ImmutableArray<NumberedEvent> Events, long Missed, long Next, bool HasMore);
