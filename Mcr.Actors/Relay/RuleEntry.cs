using Mcr.Actors.Messages;
using Mcr.Actors.Rules;

namespace Mcr.Actors.Relay;

/// <summary>What the supervisor knows of one rule.</summary>
/// <param name="Assigned">The revision that brought it in its present form.</param>
/// <param name="Settled">The latest revision that its interface has told its state of; 0 for none.</param>
internal sealed record RuleEntry(RuleWithOrigin Rule, long Assigned, long Settled, RuleView View)
{
    public bool IsSettled => Settled >= Assigned;

    /// <summary>The same rule, written somewhere else.</summary>
    public RuleEntry From(string origin) => this with { Rule = Rule with { Origin = origin }, View = View with { Origin = origin } };

    public static RuleEntry New(RuleWithOrigin rule, long revision, DateTimeOffset now) =>
        new(rule, revision, 0, RuleState.New(rule, now).View);
}
