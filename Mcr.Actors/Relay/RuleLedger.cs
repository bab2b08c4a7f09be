using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>
/// The node's rules, as they outlive a crash of the <see cref="RelaySupervisor"/>: it starts with what is in here, and writes each change
/// back. Written by that actor only.
/// </summary>
public sealed class RuleLedger(IEnumerable<RuleWithOrigin> rules)
{
    private readonly ImmutableArray<RuleWithOrigin> _first = [.. rules];
    private ImmutableDictionary<RuleId, RuleEntry>? _kept;

    public ImmutableArray<RuleWithOrigin> Rules => _kept is null ? _first : [.. _kept.Values.Select(e => e.Rule)];

    /// <summary>In no time, however many there are.</summary>
    internal void Keep(ImmutableDictionary<RuleId, RuleEntry> entries) => _kept = entries;
}
