using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Mcr.Host.Mcrd.Telemetry;

/// <summary>Reads and sends metrics when it is asked to, and at no other time: the SDK's own does so once more when it ends, and what takes over from it has more places for series.</summary>
internal sealed class AskedReader(BaseExporter<Metric> sender) : BaseExportingMetricReader(sender)
{
    protected override bool OnShutdown(int timeoutMilliseconds) => exporter.Shutdown(timeoutMilliseconds);
}
