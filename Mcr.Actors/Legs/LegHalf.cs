using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Legs;

/// <summary>The rule at the end of a leg.</summary>
/// <param name="Rule">With <see cref="RuleInput.Leg"/>; its port is the one that was agreed.</param>
internal sealed record LegHalf(LegName Name, ForwardingRule Rule)
{
    /// <summary>As the relay has it.</summary>
    public RuleWithOrigin WithOrigin => new(Rule, $"leg from node {Name.From}");
}
