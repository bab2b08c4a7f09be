using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>A command that is done when all of these are settled.</summary>
/// <param name="Rules">Added or replaced, for the answer.</param>
/// <param name="Pending">Those of them whose state is not known yet.</param>
/// <param name="Interfaces">That are to do without something, with the revision which says so.</param>
/// <param name="Removed">The rule that was removed, for the answer.</param>
internal sealed record WaitingCommand(
    long Ticket,
    ImmutableHashSet<RuleId> Rules,
    ImmutableHashSet<RuleId> Pending,
    ImmutableDictionary<string, long> Interfaces,
    ForwardingRule? Removed)
{
    /// <summary>It is told of in numbers, even when there is one.</summary>
    public bool IsOfMany { get; init; }

    /// <summary>For the answer.</summary>
    public RuleDifference Difference { get; init; } = RuleDifference.None;

    /// <summary>For the answer.</summary>
    public string? Hash { get; init; }

    /// <summary>For the answer.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    public bool IsDone => Pending.IsEmpty && Interfaces.IsEmpty;
}
