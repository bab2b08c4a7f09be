using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>To <c>/user/relay/rules</c>, which hands them to the rule's actor.</summary>
internal static class RuleCommands
{
    /// <summary>From the supervisor: there is such a rule, or it was replaced by this one.</summary>
    /// <param name="IsOneOfMany">It came with others, and that they all run is said in one sentence.</param>
    public sealed record Assign(RuleWithOrigin Rule, bool IsOneOfMany = false);

    /// <summary>From the supervisor: the rule was removed.</summary>
    public sealed record Forget(RuleId Id);

    /// <summary>From the interface: what became of the rule. Answered to the supervisor by <see cref="RuleEvents.Changed"/>.</summary>
    /// <param name="Revision">Of the interface's rules that this is true of; 0 for none in particular.</param>
    public sealed record Report(RuleId Id, long Revision, RuleOutcome Outcome);
}
