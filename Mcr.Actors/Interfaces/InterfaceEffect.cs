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

    /// <summary>The worker's process is killed, and another started.</summary>
    /// <param name="Why">As in "worker 0 of eth0 …".</param>
    public sealed record Restart(int Number, string Why) : InterfaceEffect;

    /// <summary>The worker does not wait for its next start.</summary>
    public sealed record StartNow(int Number) : InterfaceEffect;

    /// <summary>See <see cref="InterfaceState.TrialOver"/>, after this time without an <see cref="EndTrial"/>.</summary>
    public sealed record BeginTrial(TimeSpan Time) : InterfaceEffect;

    public sealed record EndTrial : InterfaceEffect;

    /// <summary>The operator should know.</summary>
    public sealed record Warn(string Sentence) : InterfaceEffect;

    /// <summary>The same, and it counts as a repair of the worker's rules.</summary>
    public sealed record Repaired(int Number, string Sentence) : InterfaceEffect;

    /// <summary>To the supervisor.</summary>
    public sealed record Settle : InterfaceEffect;
}
