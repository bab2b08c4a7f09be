using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Rules;

/// <summary>One rule's life: pending → active → degraded → failed, in any order. Immutable and pure.</summary>
/// <param name="Since">When it came into its status; a new reason or a new definition does not change it.</param>
internal sealed record RuleState(ForwardingRule Rule, string Origin, RuleOutcome Outcome, DateTimeOffset Since)
{
    public RuleView View => new(Rule, Outcome.Status, Since, Outcome.Why, Origin);

    public static RuleState New(RuleWithOrigin rule, DateTimeOffset now) => new(rule.Rule, rule.Origin, RuleOutcome.BeingSetUp, now);

    public RuleState Redefined(RuleWithOrigin rule) => this with { Rule = rule.Rule, Origin = rule.Origin };

    /// <returns>The next state, and whether that is news to an operator.</returns>
    public (RuleState Next, bool IsNews) Reported(RuleOutcome outcome, DateTimeOffset now) =>
        outcome == Outcome
            ? (this, false)
            : (this with { Outcome = outcome, Since = outcome.Status == Outcome.Status ? Since : now }, true);
}
