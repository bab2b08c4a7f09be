using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Cluster;

/// <summary>Whether a node runs what it should, as far as is known here: a difference is news when it lasts. Immutable, pure.</summary>
internal sealed record DriftState(string Node)
{
    /// <summary>The hash of no rules.</summary>
    public static readonly string NoRules = RuleSetHash.Of([]);

    /// <summary>Changes are under way for some moments; the node itself compares every five seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>null: it runs what it should, or nobody knows.</summary>
    public DateTimeOffset? DifferentSince { get; private init; }

    public bool IsDrifted { get; private init; }

    /// <param name="running">null: nobody knows just now.</param>
    public (DriftState Next, RelayEvent? News) Look(string? running, string wanted, DateTimeOffset now)
    {
        if (running is null || running == wanted)
            return (new DriftState(Node), IsDrifted && running is not null ? Event(EventSeverity.Info, $"node {Node} runs what it should again ({wanted})") : null);
        DriftState next = this with { DifferentSince = DifferentSince ?? now };
        return next.IsDrifted || now - next.DifferentSince < Patience
            ? (next, null)
            : (next with { IsDrifted = true }, Event(EventSeverity.Warning, $"node {Node} runs something else than it should: rules {running}, and not {wanted}; it compares by itself, and mcrctl --node {Node} list shows what it has"));
    }

    private RelayEvent Event(EventSeverity severity, string sentence) => new(severity, EventKind.NodeDrift, sentence)
    {
        Values = ImmutableSortedDictionary<string, string>.Empty.Add("node", Node),
    };
}
