using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Redundancy;

/// <summary>What <see cref="RedundancyState"/> has decided.</summary>
internal abstract record RedundancyEffect
{
    private RedundancyEffect()
    {
    }

    /// <summary>A request to another node; of a move, what it answers is told to <see cref="RedundancyState.Yielded"/>.</summary>
    public sealed record Ask(string Node, ControlRequest Request, RuleId? Move) : RedundancyEffect;

    /// <summary>Whether the segment meets: answered to <see cref="RedundancyState.Probed"/>.</summary>
    public sealed record Probe(RedundancyMessages.Probe Message) : RedundancyEffect;

    /// <summary>To whoever has asked for the move of this rule.</summary>
    public sealed record Answer(RuleId Rule, string? Done, string? Problem) : RedundancyEffect;

    public sealed record Tell(RelayEvent News) : RedundancyEffect;
}
