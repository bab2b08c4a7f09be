using System.Collections.Immutable;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Legs;

/// <summary>What a plan of an interface knows of its legs.</summary>
/// <param name="Targets">Where those go that begin there.</param>
/// <param name="Problems">Why another one goes nowhere, or one of those to an end that is not there any more, as sentences.</param>
/// <param name="Ends">Id and key of those that end there, by the rule at the end.</param>
internal sealed record PlanLegs(ImmutableDictionary<LegName, LegTarget> Targets, ImmutableDictionary<LegName, string> Problems, ImmutableDictionary<RuleId, ResolvedLeg> Ends)
{
    public static readonly PlanLegs None = new(ImmutableDictionary<LegName, LegTarget>.Empty, ImmutableDictionary<LegName, string>.Empty, ImmutableDictionary<RuleId, ResolvedLeg>.Empty);
}
