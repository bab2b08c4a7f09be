using System.Diagnostics;

namespace Mcr.Actors.Metrics;

/// <summary><c>mcr.build.*</c>, <c>mcr.snapshot.*</c>, <c>mcr.state.*</c>, <c>mcr.webhook.*</c>, and of mcrd's own process what is called <c>process_*</c> of every program.</summary>
internal static class ProcessInstruments
{
    private static readonly string[] Parts = ["rules", "stats", "workers", "interfaces", "version", "cluster"];

    public static void AddTo(MetricSet set, string version, string node)
    {
        set.Gauge("mcr.build.info", "", "What runs: always 1", _ => [MetricSet.Measure(1, [], ("version", version), ("node", node))]);
        set.Gauge("mcr.snapshot.missing", "", "1: the relay did not answer for that part in time, and its metrics are missing", s => Parts.Select(part => MetricSet.Measure(s.Missing.ContainsKey(part) ? 1 : 0, [], ("part", part))));
        set.Gauge("mcr.state.saved", "", "1: what was changed at run time is saved, or is not to be", s => s.Version?.Saving is { } saving ? [MetricSet.Measure(saving.Error is null ? 1 : 0, [])] : []);
        set.Counter("mcr.webhook.posted", "{event}", "Events that the webhook's receiver has taken", s => s.Version?.Webhook is { } webhook ? [MetricSet.Measure(webhook.Posted, [])] : []);
        set.Counter("mcr.webhook.dropped", "{event}", "Events that are lost: there were too many, or the receiver refused them", s => s.Version?.Webhook is { } webhook ? [MetricSet.Measure(webhook.Dropped, [])] : []);
        set.Gauge("mcr.webhook.waiting", "{event}", "Events that are still to be posted", s => s.Version?.Webhook is { } webhook ? [MetricSet.Measure(webhook.Waiting, [])] : []);
        set.SecondsCounter("process.cpu", "CPU time of mcrd, without its workers", () => Environment.CpuUsage.TotalTime.TotalSeconds);
        set.Gauge("process.resident_memory", "By", "Memory of mcrd, without its workers", _ => [MetricSet.Measure(Environment.WorkingSet, [])]);
        double started = (Process.GetCurrentProcess().StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
        set.Seconds("process.start_time", "When mcrd started, since 1970", _ => [MetricSet.Measure(started, [])]);
        set.Gauge("process.open_fds", "", "Descriptors that mcrd has open", _ => [MetricSet.Measure(Directory.GetFileSystemEntries("/proc/self/fd").Length, [])]);
    }
}
