using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Interfaces;

/// <summary>What a plan has made of one rule. Immutable.</summary>
/// <param name="Outcome">True once the workers have applied the plan.</param>
/// <param name="Resolved">As workers run it; null: no worker is to have it.</param>
/// <param name="Sockets">In use, one for each of the resolved outputs, one for each that is listened to, and one for each of several inputs.</param>
/// <param name="Memberships">In use.</param>
/// <param name="Counter">Its entry, which it keeps for as long as it exists, so that its counters never fall back; null before the first.</param>
/// <param name="Outputs">The entries of its outputs, kept in the same way.</param>
internal sealed record PlannedRule(
    RuleOutcome Outcome,
    ResolvedRule? Resolved,
    ImmutableArray<EgressKey> Sockets,
    ImmutableArray<Membership> Memberships,
    int? Counter,
    ImmutableArray<OutputCounter> Outputs)
{
    /// <summary>What it adds to the workers' hash.</summary>
    public ulong Hash { get; init; }

    /// <summary>Of several inputs, a bit for each that has no socket; none where no worker is to have the rule.</summary>
    public int AbsentInputs => Resolved is null ? 0 : Resolved.Inputs.Select((input, i) => input.Socket == ResolvedInput.NoSocket ? 1 << i : 0).Sum();
}

/// <summary>The counter entry of an output within its rule, which never has the same output twice.</summary>
internal sealed record OutputCounter(string Interface, IPAddress Group, ushort Port, int Index)
{
    /// <summary><see cref="RuleOutput.Node"/>.</summary>
    public string? Node { get; init; }

    /// <summary><see cref="RuleOutput.Rule"/>.</summary>
    public string? Rule { get; init; }

    public bool IsOf(RuleOutput output) => Rule == output.Rule && Node == output.Node && Port == output.Port && Group.Equals(output.Group) && Interface == output.Interface;
}
