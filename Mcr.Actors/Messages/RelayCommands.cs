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
    public sealed record AddRule(ForwardingRule Rule, string Origin)
    {
        /// <inheritdoc cref="Control.ControlRequest.OfOtherNode"/>
        public string? OfOtherNode { get; init; }
    }

    /// <summary>All or none. Problems are named <c>rules[i].field</c>.</summary>
    public sealed record AddRules(ImmutableArray<RuleWithOrigin> Rules);

    /// <summary>
    /// One change of many rules, all of it or nothing: what is removed is there before, and what is put has to fit what is left. Problems are named
    /// <c>rules[i].field</c> and <c>removals[i].field</c>.
    /// </summary>
    public sealed record ChangeRules(ImmutableArray<RuleWithOrigin> Put, ImmutableArray<RemoveRule> Remove)
    {
        /// <summary>Rules that are not put are removed.</summary>
        public bool Replace { get; init; }

        /// <summary>Answer what it would be, and do nothing.</summary>
        public bool IsDryRun { get; init; }

        /// <summary>Only while the rules are as they were at that revision; null: whatever they are.</summary>
        public long? OnRevision { get; init; }

        /// <summary>null: it need not be confirmed.</summary>
        public TimeSpan? ConfirmWithin { get; init; }

        /// <inheritdoc cref="Control.ControlRequest.OfOtherNode"/>
        public string? OfOtherNode { get; init; }
    }

    /// <summary>The change that waits for its confirmation stays.</summary>
    public sealed record Confirm;

    /// <summary>The change that waits for its confirmation is taken back.</summary>
    public sealed record RollBack;

    /// <summary>The rules of the files, which have been read again.</summary>
    public sealed record UseFiles(ImmutableArray<RuleWithOrigin> Files);

    /// <summary>The rules of the files, to which what runs was written: nothing that runs is changed.</summary>
    public sealed record RestOn(ImmutableArray<RuleWithOrigin> Files);

    /// <summary>The other ends of legs from other nodes, all of them. What cannot be beside the rules of this node is a note of the answer.</summary>
    public sealed record UseHalves(ImmutableArray<RuleWithOrigin> Halves);

    /// <summary>Events are posted there from now on; those that wait as well.</summary>
    public sealed record UseWebhook(Configuration.WebhookSettings Settings);

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

        /// <summary>As a command of its own, not as a part of <see cref="ChangeRules"/>: see <see cref="Control.ControlRequest.OfOtherNode"/>.</summary>
        public string? OfOtherNode { get; init; }

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
