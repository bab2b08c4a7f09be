using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>A rule as lists show it.</summary>
/// <param name="Since">When it came into this status.</param>
public sealed record RuleView(ForwardingRule Rule, RuleStatus Status, DateTimeOffset Since, string? Why, string Origin);

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
    double BitsPerSecond);
