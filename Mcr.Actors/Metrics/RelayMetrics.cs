using System.Diagnostics.Metrics;
using Mcr.Actors.Events;

namespace Mcr.Actors.Metrics;

/// <summary>
/// All that mcrd measures, as instruments of the meter <see cref="EventMetrics.MeterName"/>; docs/monitoring/metrics.md lists them. What they tell is the snapshot that was taken last,
/// so whoever reads them takes one before.
/// </summary>
public sealed class RelayMetrics
{
    /// <param name="version">Of mcrd.</param>
    /// <param name="node">As configured: node.name.</param>
    public RelayMetrics(IMeterFactory factory, SnapshotSource source, string version, string node)
        : this(factory, () => source.Current, version, node)
    {
    }

    internal RelayMetrics(IMeterFactory factory, Func<RelaySnapshot> current, string version, string node)
    {
        var set = new MetricSet(factory.Create(EventMetrics.MeterName), current);
        ProcessInstruments.AddTo(set, version, node);
        RuleInstruments.AddTo(set);
        OutputInstruments.AddTo(set);
        InputInstruments.AddTo(set);
        WorkerInstruments.AddTo(set);
        InterfaceInstruments.AddTo(set);
        ClusterInstruments.AddTo(set);
    }
}
