using System.Collections.Immutable;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Legs;

/// <summary>What <see cref="LegsState"/> wants done, in order.</summary>
internal abstract record LegsEffect
{
    /// <summary>The relay is to have these ends of legs.</summary>
    /// <param name="IsToBeKept">And the disk.</param>
    public sealed record UseHalves(ImmutableArray<LegHalf> Halves, bool IsToBeKept) : LegsEffect;

    /// <summary>The node at the end of the leg is to say where it is.</summary>
    public sealed record Ask(LegName Name, ulong Instance, ControlRequest.ClusterLeg Request) : LegsEffect;

    /// <summary>To the interfaces' actors.</summary>
    public sealed record Publish(LegMessages.Renew Message) : LegsEffect;

    public sealed record Tell(RelayEvent News) : LegsEffect;
}
