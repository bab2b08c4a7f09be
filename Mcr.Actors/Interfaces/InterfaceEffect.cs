using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>What <see cref="InterfaceState"/> wants done, in order.</summary>
internal abstract record InterfaceEffect
{
    /// <param name="Number">The worker's.</param>
    public sealed record ToWorker(int Number, WorkerCommand Command) : InterfaceEffect;

    public sealed record CloseEgress(int Id) : InterfaceEffect;

    public sealed record Leave(Membership Membership) : InterfaceEffect;

    /// <summary>To the rule's actor.</summary>
    public sealed record Report(RuleId Rule, RuleOutcome Outcome) : InterfaceEffect;

    /// <summary>To the supervisor.</summary>
    public sealed record Settle : InterfaceEffect;
}
