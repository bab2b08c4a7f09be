using System.Diagnostics.Metrics;
using Mcr.Actors.Configuration;
using Mcr.Actors.Events;
using Mcr.Actors.Metrics;
using Mcr.Actors.Relay;
using Mcr.Host.Mcrd.Health;
using Mcr.Host.Mcrd.Http;
using Mcr.Host.Mcrd.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mcr.Host.Mcrd.Supervisor;

/// <summary>What others learn of this mcrd, and how: metrics and health over HTTP, and what is sent to a collector. What is off is not even loaded.</summary>
internal static class Exports
{
    public static void AddTo(IServiceCollection services, McrSettings settings, ControlGate gate, ServiceManager manager)
    {
        services.AddSingleton(_ => new SnapshotSource(gate, settings.Cluster.Enabled));
        services.AddHostedService(s => new Watchdog(manager, s.GetRequiredService<SnapshotSource>(), TimeProvider.System, s.GetRequiredService<ILogger<Watchdog>>()));
        if (settings.Http.Listen is null && settings.Otlp.IsOff)
            return;
        services.AddSingleton(s => new RelayMetrics(s.GetRequiredService<IMeterFactory>(), s.GetRequiredService<SnapshotSource>(), ProductVersion.Text, settings.NodeName));
        if (settings.Http.Listen is { } listen)
            AddHttp(services, listen, settings.Cluster.Enabled);
        if (!settings.Otlp.IsOff)
            services.AddHostedService(s => With(s, new OtlpSide(settings.Otlp, s.GetRequiredService<SnapshotSource>(), s.GetRequiredService<IMeterFactory>(), ProductVersion.Text, settings.NodeName, s.GetRequiredService<ILogger<OtlpSide>>())));
    }

    private static void AddHttp(IServiceCollection services, HostPort listen, bool isInCluster)
    {
        SnapshotCheck.AddTo(services.AddHealthChecks(), isInCluster);
        services.AddSingleton(s => new PrometheusText(s.GetRequiredService<IMeterFactory>(), EventMetrics.MeterName));
        services.AddHostedService(s => With(s, new HttpSide(
            listen,
            new HttpAnswers(s.GetRequiredService<SnapshotSource>(), s.GetRequiredService<PrometheusText>(), s.GetRequiredService<HealthCheckService>(), new HealthNews(s.GetRequiredService<ILogger<HealthNews>>()), listen.IsLoopback),
            s.GetRequiredService<ILogger<HttpSide>>(),
            s.GetRequiredService<ILoggerFactory>())));
    }

    /// <summary>The instruments are there before who reads them.</summary>
    private static T With<T>(IServiceProvider services, T reader)
    {
        _ = services.GetRequiredService<RelayMetrics>();
        return reader;
    }
}
