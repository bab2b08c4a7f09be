using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mcr.Host.Mcrd.Health;

/// <summary>What a snapshot says of this mcrd's health, as sentences. Pure.</summary>
internal static class RelayHealth
{
    /// <summary>The actors answer: a small question is enough for that.</summary>
    public static HealthCheckResult Control(RelaySnapshot snapshot) => snapshot.Missing.TryGetValue("version", out string? why) ? HealthCheckResult.Unhealthy(why) : HealthCheckResult.Healthy();

    /// <summary>Rules that cannot run as they should are the operator's to mend: others are relayed all the same. Before a rule is known to run or not mcrd is not ready.</summary>
    public static HealthCheckResult Rules(RelaySnapshot snapshot)
    {
        if (snapshot.Missing.TryGetValue("rules", out string? why))
            return HealthCheckResult.Unhealthy(why);
        string[] pending = [.. Names(r => r.Why == RuleOutcome.BeingSetUp.Why)];
        string[] troubled = [.. Names(r => r.Status != nameof(RuleStatus.Active))];
        return pending.Length > 0 ? HealthCheckResult.Unhealthy($"{pending.Length} rules are being set up: {Some(pending)}")
            : troubled.Length > 0 ? HealthCheckResult.Degraded($"{troubled.Length} rules do not run as they should: {Some(troubled)}")
            : HealthCheckResult.Healthy();

        IEnumerable<string> Names(Func<RuleEntry, bool> which) => snapshot.Rules.Where(which).Select(r => r.Name ?? r.RuleId);
    }

    public static HealthCheckResult Workers(RelaySnapshot snapshot)
    {
        if (snapshot.Missing.TryGetValue("workers", out string? why))
            return HealthCheckResult.Unhealthy(why);
        string[] absent = [.. snapshot.Workers.Where(w => w.Status != nameof(WorkerStatus.Running)).Select(w => $"worker {w.Number} of {w.Interface} is {w.Status.ToLowerInvariant()}")];
        return absent.Length > 0 ? HealthCheckResult.Unhealthy(Some(absent)) : HealthCheckResult.Healthy();
    }

    /// <summary>What a host relays does not depend on the others.</summary>
    public static HealthCheckResult Cluster(RelaySnapshot snapshot) => snapshot switch
    {
        { Cluster: { State: "member" } cluster } => cluster.Members.Where(m => !m.Reachable).Select(m => m.Node).ToArray() is { Length: > 0 } away
            ? HealthCheckResult.Degraded($"not reached: {Some(away)}")
            : HealthCheckResult.Healthy(),
        { Cluster: { } cluster } => HealthCheckResult.Degraded(cluster.Why ?? cluster.State),
        _ => HealthCheckResult.Degraded(snapshot.Missing.GetValueOrDefault("cluster") ?? "not known"),
    };

    public static HealthCheckResult Saving(RelaySnapshot snapshot) => snapshot.Version?.Saving?.Error is { } error
        ? HealthCheckResult.Degraded($"what is changed at run time is not saved: {error}")
        : HealthCheckResult.Healthy();

    private static string Some(string[] all)
    {
        const int few = 5;
        return string.Join(", ", all.Take(few)) + (all.Length > few ? $" and {all.Length - few} more" : "");
    }
}
