using System.Collections.Immutable;
using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>How one of several inputs is; what is not the first two protects nobody from the loss of another one.</summary>
public enum InputState
{
    /// <summary>Of failover: it is alive, and what it brings is relayed.</summary>
    Relayed,

    /// <summary>It brings the stream.</summary>
    Alive,

    /// <summary>Of merge: it is further behind the others than anybody waits.</summary>
    Late,

    /// <summary>Of failover: its rate or its losses are out of bounds.</summary>
    Poor,

    /// <summary>Of merge: it brings something, and not the stream that is forwarded.</summary>
    Apart,

    /// <summary>Nothing comes by it.</summary>
    Silent,

    /// <summary>It has no device that it could be heard by, or no leg that it could come over.</summary>
    Absent,
}

/// <param name="Words">As people say it, such as <c>silent for 3.2 s</c>.</param>
public sealed record InputView(RuleInput Input, InputState State, string Words);

/// <summary>A rule with several inputs: what is counted, and how each of them is.</summary>
/// <param name="At">When it was read, by the wall clock.</param>
/// <param name="Inputs">As many as <paramref name="Report"/> has.</param>
public sealed record SelectView(DateTimeOffset At, SelectReport Report, ImmutableArray<InputView> Inputs);
