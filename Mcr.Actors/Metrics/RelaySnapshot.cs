using System.Collections.Immutable;
using Mcr.Actors.Control;

namespace Mcr.Actors.Metrics;

/// <summary>What metrics and health are made of: answers as anybody gets them on the control socket, of one moment. Immutable.</summary>
public sealed record RelaySnapshot
{
    public static readonly RelaySnapshot Empty = new();

    public IReadOnlyList<RuleEntry> Rules { get; init; } = [];

    public IReadOnlyList<StatsEntry> Stats { get; init; } = [];

    public IReadOnlyList<WorkerEntry> Workers { get; init; } = [];

    public IReadOnlyList<InterfaceEntry> Interfaces { get; init; } = [];

    /// <summary>null: not known.</summary>
    public VersionEntry? Version { get; init; }

    /// <summary>null: not known, or this node is in none.</summary>
    public ClusterEntry? Cluster { get; init; }

    /// <summary>What was asked for and not answered, and why; the members for it are empty then.</summary>
    public ImmutableSortedDictionary<string, string> Missing { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What has series of its own, by which one sees that some have ended.</summary>
    public IEnumerable<string> Subjects =>
    [
        .. Rules.Select(r => $"rule {r.RuleId} {r.Name}"),
        .. Stats.SelectMany(s => (s.Outputs ?? []).Select(o => $"output {s.RuleId} {o.Group} {o.Port} {o.Interface} {o.Node} {o.Rule}")),
        .. Stats.SelectMany(s => (s.Selection?.Inputs ?? []).Select(i => $"input {s.RuleId} {i.Number} {i.Interface} {i.Group} {i.Port}")),
        .. Workers.Select(w => $"worker {w.Interface} {w.Number}"),
        .. Interfaces.Select(i => $"interface {i.Name}"),
        .. (Cluster?.Members ?? []).Select(m => $"member {m.Node}"),
        .. (Cluster?.Legs ?? []).Select(l => $"leg {l.RuleId} {l.From} {l.To} {l.Output}"),
    ];
}
