using System.Collections.Immutable;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>To <c>/user/relay/interfaces</c>, which hands them to the interface's actor.</summary>
internal static class InterfaceCommands
{
    /// <summary>
    /// All rules whose input is this interface; a later one replaces an earlier one. Answered by <see cref="InterfaceEvents.Settled"/>.
    /// </summary>
    /// <param name="Revision">Grows with every change of the node's rules.</param>
    /// <param name="Changed">The rules, there and gone ones, that differ from what was told last; null for all.</param>
    public sealed record UseRules(string Interface, long Revision, ImmutableDictionary<RuleId, ForwardingRule> Rules, ImmutableHashSet<RuleId>? Changed)
    {
        /// <summary>How the machine's devices are, for an interface's actor that is new; null when that is not known yet.</summary>
        public LinkTable? Links { get; init; }
    }

    /// <summary>The rule's actor was started again and has forgotten what became of the rule: it is told once more.</summary>
    public sealed record TellAgain(string Interface, RuleId Rule);

    /// <summary>Answered by one <see cref="CommandResult"/>, when it is done or after some seconds.</summary>
    /// <param name="Count">From 1 to <see cref="Relay.InterfaceOptions.MaxWorkers"/>.</param>
    public sealed record SetWorkers(string Interface, int Count);

    /// <summary>Answered as <see cref="TraceCommands.Enable"/> is.</summary>
    public sealed record EnableTrace(ForwardingRule Rule, TraceWish Wish);

    /// <inheritdoc cref="EnableTrace"/>
    public sealed record DisableTrace(ForwardingRule Rule);

    /// <summary>Answered as <see cref="TraceCommands.Get"/> is.</summary>
    public sealed record GetTrace(ForwardingRule Rule, TraceCursor Cursor);

    /// <summary>The interface has no rules and holds nothing: its actor may go.</summary>
    public sealed record Forget(string Interface);

    /// <summary>What was refused may be had now: plan everything again.</summary>
    public sealed record Refresh;

    /// <summary>Answered by <see cref="InterfaceEvents.Stopped"/>; to all of them, by one <see cref="InterfaceEvents.AllStopped"/>.</summary>
    /// <param name="Hold">Let the workers go instead of stopping them.</param>
    public sealed record Stop(bool Hold);

    /// <summary>Answered by <see cref="InterfaceEvents.Report"/>; by all of them, with <see cref="InterfaceEvents.Reports"/>.</summary>
    public sealed record GetReport;
}
