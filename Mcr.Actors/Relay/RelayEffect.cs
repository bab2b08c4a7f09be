using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>What <see cref="RelayState"/> wants done, in order.</summary>
internal abstract record RelayEffect
{
    public sealed record ToRules(object Message) : RelayEffect;

    public sealed record ToInterfaces(object Message) : RelayEffect;

    /// <summary>To whoever holds the ticket.</summary>
    public sealed record Answer(long Ticket, CommandResult Result) : RelayEffect;

    /// <summary>The ticket's answer must not wait for ever.</summary>
    /// <param name="Longest">null for as long as any command may wait.</param>
    public sealed record Await(long Ticket, TimeSpan? Longest) : RelayEffect;

    /// <summary>The overlay may have changed: the ledger wants to know.</summary>
    public sealed record Save : RelayEffect;
}
