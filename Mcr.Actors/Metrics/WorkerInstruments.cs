using Mcr.Actors.Control;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Metrics;

/// <summary><c>mcr.worker.*</c>: one of each for each place of a worker, over all processes that have had it.</summary>
internal static class WorkerInstruments
{
    private static readonly string[] Statuses = Enum.GetNames<WorkerStatus>();

    public static void AddTo(MetricSet set)
    {
        set.Gauge("mcr.worker.status", "", "1 for the status that a worker has, 0 for the others", s => s.Workers.SelectMany(w => MetricSet.States(Statuses, w.Status, Tags(w), "status")));
        set.Gauge("mcr.worker.synced", "", "1: a worker runs the rules that it is to run, and no change is under way", s => s.Workers.Select(w => MetricSet.Measure(w.Sync == nameof(WorkerSync.Synced) ? 1 : 0, Tags(w))));
        set.Counter("mcr.worker.restarts", "{restart}", "How often the process was replaced", s => s.Workers.Select(w => MetricSet.Measure(w.Restarts, Tags(w))));
        set.Counter("mcr.worker.repairs", "{repair}", "How often a worker had to be told all rules again, because it ran others", s => s.Workers.Select(w => MetricSet.Measure(w.Repairs, Tags(w))));
        set.Counters(
            Counted,
            ("mcr.worker.received", "{datagram}", "Datagrams that came in: received = matched + no_match + parse_errors + filtered", c => c.Received),
            ("mcr.worker.matched", "{datagram}", "Of those received: a rule has matched them", c => c.Matched),
            ("mcr.worker.no_match", "{datagram}", "Of those received: no rule is for them", c => c.NoMatch),
            ("mcr.worker.parse_errors", "{datagram}", "Of those received: not well-formed", c => c.ParseErrors),
            ("mcr.worker.filtered", "{datagram}", "Of those received: well-formed and not to be relayed", c => c.Filtered),
            ("mcr.worker.kernel_drops", "{frame}", "Frames that the kernel dropped because the worker was late", c => c.KernelDrops),
            ("mcr.worker.sent", "{datagram}", "Datagrams sent, over all outputs", c => c.Sent),
            ("mcr.worker.sent.payload", "By", "Payload sent, over all outputs", c => c.SentBytes),
            ("mcr.worker.errors", "{datagram}", "Datagrams not sent, over all outputs", c => c.Errors));
        set.Counter("mcr.worker.drops", "{datagram}", "Datagrams received and not relayed, by reason", s => Counted(s).SelectMany(each => ReasonNames.Drops[1..].Select(reason => MetricSet.Measure(each.Of.DropsByReason.GetValueOrDefault(reason), each.Tags, ("reason", reason)))));
    }

    private static KeyValuePair<string, object?>[] Tags(WorkerEntry worker) => MetricSet.Tags(("interface", worker.Interface), ("worker", $"{worker.Number}"));

    private static IEnumerable<(CountersEntry Of, KeyValuePair<string, object?>[] Tags)> Counted(RelaySnapshot snapshot) =>
        from worker in snapshot.Workers where worker.Counters is not null select (worker.Counters, Tags(worker));
}
