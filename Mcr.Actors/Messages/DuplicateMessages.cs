using System.Collections.Immutable;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>Between the supervisor and <c>/user/relay/duplicates</c>.</summary>
internal static class DuplicateMessages
{
    /// <summary>To the supervisor: answered by <see cref="Relayed"/>.</summary>
    public sealed record GetRelayed;

    /// <param name="Rules">That are relayed now.</param>
    public sealed record Relayed(ImmutableArray<ForwardingRule> Rules);

    /// <summary>To the supervisor.</summary>
    /// <param name="Alarms">All that are raised now.</param>
    public sealed record Found(ImmutableDictionary<RuleId, ActiveAlarm> Alarms);
}
