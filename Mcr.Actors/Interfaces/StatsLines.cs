using Mcr.Actors.Platform;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// The lines that scripts read, as message templates and their values: the text is that of the Rust program of the same name, with the
/// interface and the worker's number added at the end; in JSON logs each value is a member of its own.
/// </summary>
internal static class StatsLines
{
    private const string Where = " interface={interface} worker={worker}";

    private const string Ingress = "[STATS:Ingress] recv={recv} matched={matched} parse_err={parse_err} no_match={no_match} buf_exhaust={buf_exhaust} ({pps} pps)" + Where;
    private const string Egress = "[STATS:Egress] sent={sent} submitted={submitted} errors={errors} bytes={bytes} ({pps} pps)" + Where;
    private const string IngressFinal = "[STATS:Ingress FINAL] total: recv={recv} matched={matched} egr_sent={egr_sent} filtered={filtered} no_match={no_match} buf_exhaust={buf_exhaust}" + Where;
    private const string EgressFinal = "[STATS:Egress FINAL] total: sent={sent} submitted={submitted} ch_recv={ch_recv} errors={errors} bytes={bytes}" + Where;

    private const string WorkerFinal = "[STATS:Worker FINAL] total: gc={gc} allocated={allocated}" + Where;

    /// <param name="elapsed">Since <paramref name="before"/>.</param>
    public static IEnumerable<(string Template, object[] Values)> Periodic(WorkerCounters now, WorkerCounters before, TimeSpan elapsed, string interfaceName, int worker)
    {
        yield return (Ingress, [now.Received, now.Matched, now.ParseErrors, now.NoMatch, now.KernelDrops, PerSecond(now.Received - before.Received, elapsed), interfaceName, worker]);
        yield return (Egress, [now.Sent, now.Submitted, now.Errors, now.SentBytes, PerSecond(now.Sent - before.Sent, elapsed), interfaceName, worker]);
    }

    public static IEnumerable<(string Template, object[] Values)> Final(WorkerCounters total, string interfaceName, int worker)
    {
        yield return (IngressFinal, [total.Received, total.Matched, total.Sent, total.Filtered, total.NoMatch, total.KernelDrops, interfaceName, worker]);
        yield return (EgressFinal, [total.Sent, total.Submitted, total.Submitted, total.Errors, total.SentBytes, interfaceName, worker]);
        yield return (WorkerFinal, [total.Collections, total.AllocatedBytes, interfaceName, worker]);
    }

    private static long PerSecond(long count, TimeSpan elapsed) =>
        elapsed > TimeSpan.Zero ? (long)Math.Round(count / elapsed.TotalSeconds) : 0;
}
