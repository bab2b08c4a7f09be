using System.Collections.Immutable;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Relay;

/// <summary>
/// The node's rules, as they outlive a crash of the <see cref="RelaySupervisor"/>: it starts with what is in here, and writes each change
/// back. Written by that actor only.
/// </summary>
public sealed class RuleLedger(IEnumerable<RuleWithOrigin> rules)
{
    private ImmutableArray<RuleWithOrigin> _rules = [.. rules];

    public ImmutableArray<RuleWithOrigin> Rules
    {
        get => _rules;
        internal set => _rules = value;
    }
}
