using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace Mcr.Host.Mcrd.Telemetry;

/// <summary>Tells how sending went: the SDK says that to its own event source only.</summary>
internal sealed class HeardTraceExporter(OtlpExporterOptions options, SendingNews news) : OtlpTraceExporter(options)
{
    public override ExportResult Export(in Batch<Activity> activityBatch)
    {
        ExportResult result = base.Export(activityBatch);
        news.Sent(result == ExportResult.Success);
        return result;
    }
}
