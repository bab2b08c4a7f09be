using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Mcr.Host.Mcrd.Http;

/// <summary>Says when what a probe is told has changed, and at no other time: a probe may come each second. Thread-safe.</summary>
internal sealed class HealthNews(ILogger log)
{
    /// <summary>The service that makes reports logs each check that is not well, as an error, each time; what it would say is said here.</summary>
    private const string Noise = "Microsoft.Extensions.Diagnostics.HealthChecks";

    private readonly ConcurrentDictionary<string, HealthStatus> _last = new();

    public static ILoggingBuilder Quieten(ILoggingBuilder logging) => logging.AddFilter(Noise, LogLevel.None);

    /// <param name="path">What the probe asked.</param>
    public void Take(string path, HealthReport report)
    {
        HealthStatus before = HealthStatus.Healthy;
        _last.AddOrUpdate(path, report.Status, (_, last) => (before = last, report.Status).Status);
        if (before == report.Status)
            return;
        if (report.Status == HealthStatus.Healthy)
            log.LogInformation("probes of {Path} are told that all is well", path);
        else
            log.LogWarning("probes of {Path} are told {Health}: {Why}", path, report.Status, string.Join("; ", report.Entries.Where(e => e.Value.Status != HealthStatus.Healthy).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => e.Value.Description ?? e.Key)));
    }
}
