using Mcr.Actors.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mcr.Host.Mcrd.Health;

/// <summary>One of <see cref="RelayHealth"/>'s questions about a snapshot of now; checks that are made together look at the same one.</summary>
internal sealed class SnapshotCheck(SnapshotSource source, Func<RelaySnapshot, HealthCheckResult> judge) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => judge(await source.TakeAsync(cancellationToken));

    public static IHealthChecksBuilder AddTo(IHealthChecksBuilder checks, bool isInCluster)
    {
        Add("mcr.control", HealthTags.Live, RelayHealth.Control);
        Add("mcr.rules", HealthTags.Ready, RelayHealth.Rules);
        Add("mcr.workers", HealthTags.Ready, RelayHealth.Workers);
        Add("mcr.state", HealthTags.Ready, RelayHealth.Saving);
        if (isInCluster)
            Add("mcr.cluster", HealthTags.Ready, RelayHealth.Cluster);
        return checks;

        void Add(string name, string tag, Func<RelaySnapshot, HealthCheckResult> judge) =>
            checks.Add(new HealthCheckRegistration(name, services => new SnapshotCheck(services.GetRequiredService<SnapshotSource>(), judge), null, tag == HealthTags.Live ? [tag, HealthTags.Ready] : [tag]));
    }
}
