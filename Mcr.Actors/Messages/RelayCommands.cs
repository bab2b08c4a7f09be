using System.Collections.Immutable;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>What may be asked of <c>/user/relay</c>. Each is answered by one <see cref="CommandResult"/>.</summary>
public static class RelayCommands
{
    /// <summary>
    /// Adds a rule, or replaces the one with the same input. Answered when the worker has confirmed it, when it is known that it
    /// must wait (no such interface), or after <see cref="Relay.RelayOptions.ApplyTimeout"/>.
    /// </summary>
    public sealed record AddRule(ForwardingRule Rule, string Origin);

    /// <summary>All or none. Problems are named <c>rules[i].field</c>.</summary>
    public sealed record AddRules(ImmutableArray<RuleWithOrigin> Rules);

    /// <summary>By id or by name.</summary>
    public sealed record RemoveRule
    {
        private RemoveRule(RuleId? id, string? name)
        {
            Id = id;
            Name = name;
        }

        public RuleId? Id { get; }

        public string? Name { get; }

        public static RemoveRule ById(RuleId id) => new(id, null);

        public static RemoveRule ByName(string name) => new(null, name);
    }

    /// <summary>
    /// Another number of workers for an interface that has rules. Answered when it is so, or after some seconds; it is not kept over a restart.
    /// </summary>
    public sealed record SetWorkers(string Interface, int Count);

    /// <summary>Stops everything in order. <paramref name="Hold"/>: leave the workers running, for another mcrd to adopt.</summary>
    public sealed record Stop(bool Hold);
}
