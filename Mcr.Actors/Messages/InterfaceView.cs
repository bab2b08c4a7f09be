using System.Collections.Immutable;
using Mcr.Actors.Platform;
using Mcr.Native.Netlink;

namespace Mcr.Actors.Messages;

/// <summary>An interface as lists show it, or the home of rules with several inputs.</summary>
/// <param name="Link">null: there is no such device now.</param>
/// <param name="Rules">How many rules take their input, or one of their inputs, here.</param>
/// <param name="Workers">How many workers it has.</param>
public sealed record InterfaceView(string Name, Link? Link, int Rules, int Workers)
{
    /// <summary>How often something was put right that somebody else had undone.</summary>
    public long Repairs { get; init; }

    /// <summary>Totals of what came in here, over all workers; null where nothing does.</summary>
    public WorkerCounters? Counters { get; init; }

    public TrafficView Traffic { get; init; } = TrafficView.None;

    /// <inheritdoc cref="InterfaceEvents.Report.Queriers"/>
    public ImmutableArray<QuerierView> Queriers { get; init; } = [];
}
