using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Mcr.Actors.Configuration;
using Mcr.Actors.Events;
using Mcr.Actors.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mcr.Host.Mcrd.Telemetry;

/// <summary>
/// Sends metrics every so often, and traces as they come, to an OpenTelemetry collector. Each time the relay is asked first. OpenTelemetry keeps a place for each series that there ever was, and makes one
/// of all that have none (ADR 020): so when many rules, workers and the like have come and gone, a new provider takes over, which knows of nothing that has gone.
/// </summary>
internal sealed class OtlpSide(OtlpSettings settings, SnapshotSource source, IMeterFactory meters, string version, string node, ILogger<OtlpSide> log) : BackgroundService
{
    /// <summary>Subjects that may be new beside half as many again as there were at first, before places run out.</summary>
    private const int SpareSubjects = 20;

    /// <summary>Series that such a subject may have of one metric, such as one for each reason.</summary>
    private const int SeriesOfSubject = 32;

    private static readonly TimeSpan LongestStop = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TraceDelay = TimeSpan.FromSeconds(5);

    private readonly ResourceBuilder _resource = ResourceBuilder.CreateEmpty().AddService("mcrd", serviceVersion: version, serviceInstanceId: node);
    private readonly SendingNews _news = new("metrics", settings, settings.Interval, log);
    private MeterProvider? _metrics;
    private ImmutableHashSet<string> _seen = [];
    private int _mostSeen;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        TracerProvider? traces = settings.Traces ? OpenTraces() : null;
        log.LogInformation("{What} are sent to {Endpoint}", settings switch { { Metrics: true, Traces: true } => "metrics and traces", { Metrics: true } => "metrics", _ => "traces" }, settings.Endpoint);
        using var timer = new PeriodicTimer(settings.Interval);
        try
        {
            do
            {
                if (settings.Metrics)
                    await TrySendAsync(stop);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // mcrd ends.
        }

        _ = traces?.Shutdown((int)LongestStop.TotalMilliseconds); // what it still has is sent, if that is quick
        _metrics?.Dispose();
    }

    private async Task SendAsync(CancellationToken stop)
    {
        RelaySnapshot snapshot = await source.TakeAsync(stop);
        _seen = _seen.Union(snapshot.Subjects);
        if (_metrics is null || _seen.Count > _mostSeen)
        {
            _metrics?.Dispose();
            _metrics = OpenMetrics();
            _seen = [.. snapshot.Subjects];
            _mostSeen = _seen.Count + (_seen.Count / 2) + SpareSubjects;
        }

        bool isSent = await Task.Run(() => _metrics.ForceFlush((int)settings.Timeout.TotalMilliseconds), stop).WaitAsync(stop);
        _news.Sent(isSent);
    }

    /// <summary>Whatever goes wrong here, the relay goes on, and it is tried again.</summary>
    private async Task TrySendAsync(CancellationToken stop)
    {
        try
        {
            await SendAsync(stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            _news.Say(e.Message);
        }
    }

    private MeterProvider OpenMetrics()
    {
        ImmutableDictionary<string, int> series = SeriesCount.Of(meters, EventMetrics.MeterName);
        return Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(_resource)
            .AddMeter(EventMetrics.MeterName)
            .AddView(instrument => new MetricStreamConfiguration { CardinalityLimit = (2 * series.GetValueOrDefault(instrument.Name)) + (SpareSubjects * SeriesOfSubject) })
            .AddReader(new AskedReader(new OtlpMetricExporter(Options("v1/metrics"))))
            .Build();
    }

    private TracerProvider OpenTraces() => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(_resource)
        .AddSource(EventMetrics.MeterName)
        .AddProcessor(new BatchActivityExportProcessor(new HeardTraceExporter(Options("v1/traces"), new SendingNews("traces", settings, TraceDelay, log)), scheduledDelayMilliseconds: (int)TraceDelay.TotalMilliseconds, exporterTimeoutMilliseconds: (int)settings.Timeout.TotalMilliseconds))
        .Build();

    /// <param name="path">Of HTTP only: gRPC has its own.</param>
    private OtlpExporterOptions Options(string path) => new()
    {
        Endpoint = settings.IsGrpc ? new Uri(settings.Endpoint) : new Uri($"{settings.Endpoint.TrimEnd('/')}/{path}"),
        Protocol = settings.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
        Headers = settings.Headers,
        TimeoutMilliseconds = (int)settings.Timeout.TotalMilliseconds,
    };
}
