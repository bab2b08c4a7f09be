using System.Diagnostics.Metrics;
using Mcr.Actors.Control;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Metrics;

/// <summary><c>mcr.rule.*</c>: one of each for each rule.</summary>
internal static class RuleInstruments
{
    private static readonly string[] Statuses = Enum.GetNames<RuleStatus>();
    private static readonly string[] Alarms = [.. Enum.GetValues<AlarmKind>().Select(EventViews.Name)];

    public static void AddTo(MetricSet set)
    {
        set.Gauge("mcr.rule.info", "", "What a rule is: always 1", s => s.Rules.Select(r => MetricSet.Measure(1, Tags(r.RuleId, r.Name), ("interface", r.InputInterface), ("group", r.InputGroup), ("port", $"{r.InputPort}"), ("origin", r.Origin))));
        set.Gauge("mcr.rule.status", "", "1 for the status that a rule has, 0 for the others", s => s.Rules.SelectMany(r => MetricSet.States(Statuses, r.Status, Tags(r.RuleId, r.Name), "status")));
        set.Gauge("mcr.rule.alarm", "", "1 for alarms of a rule that are raised, 0 for the others", s => s.Rules.SelectMany(r => Alarms.Select(alarm => MetricSet.Measure((r.ActiveAlarms ?? []).Any(a => a.Alarm == alarm) ? 1 : 0, Tags(r.RuleId, r.Name), ("alarm", alarm)))));
        set.Counters(
            All,
            ("mcr.rule.matched", "{datagram}", "Datagrams that a rule matched, each counted once whatever the number of outputs", r => r.PacketsRelayed),
            ("mcr.rule.payload", "By", "Payload of the datagrams that a rule matched", r => r.BytesRelayed),
            ("mcr.rule.source_changes", "{change}", "How often a datagram came from another sender than the one before", r => r.SourceChanges));
        set.Seconds("mcr.rule.last_seen_timestamp", "When a rule matched a datagram last, to the second, since 1970", s => s.Stats.SelectMany(r => MetricSet.Time(r.LastSeen, Tags(r.RuleId, r.Name))));
        set.Seconds("mcr.rule.latency", "From the kernel's time of arrival until the batch was sent, percentiles over ten seconds", s => s.Stats.SelectMany(r => Latency(r)));
        set.Counters(
            Sequences,
            ("mcr.rule.sequence.lost", "{number}", "Sequence numbers in payloads that never came: lost before the relay", q => q.Lost),
            ("mcr.rule.sequence.gaps", "{gap}", "How often sequence numbers were missing when the next one came", q => q.Gaps),
            ("mcr.rule.sequence.reordered", "{datagram}", "Datagrams that came behind later ones", q => q.Reordered),
            ("mcr.rule.sequence.duplicates", "{datagram}", "Datagrams whose sequence number had come before", q => q.Duplicates),
            ("mcr.rule.sequence.restarts", "{restart}", "How often sequence numbers began anew somewhere else", q => q.Restarts));
        set.Seconds("mcr.rule.jitter", "Interarrival jitter (RFC 3550) of the worst of a rule's RTP flows", s => s.Stats.SelectMany(r => Jitter(r)));
        set.Counters(
            TransportStreams,
            ("mcr.rule.ts.continuity_errors", "{error}", "MPEG-TS packets that are missing or doubled, by their continuity counters", t => t.ContinuityErrors),
            ("mcr.rule.ts.sync_errors", "{error}", "MPEG-TS packets that do not begin as such", t => t.SyncErrors),
            ("mcr.rule.ts.transport_errors", "{error}", "MPEG-TS packets that their sender marks as wrong", t => t.TransportErrors));
    }

    /// <summary>The tags of a rule, which come first in all that is its.</summary>
    public static KeyValuePair<string, object?>[] Tags(string id, string? name) => MetricSet.Tags(("rule", id), ("name", name));

    private static IEnumerable<(StatsEntry Of, KeyValuePair<string, object?>[] Tags)> All(RelaySnapshot snapshot) => snapshot.Stats.Select(r => (r, Tags(r.RuleId, r.Name)));

    private static IEnumerable<(SequenceEntry Of, KeyValuePair<string, object?>[] Tags)> Sequences(RelaySnapshot snapshot) =>
        from rule in snapshot.Stats where rule.Stream?.Sequence is not null select (rule.Stream!.Sequence!, Tags(rule.RuleId, rule.Name));

    private static IEnumerable<(TransportStreamEntry Of, KeyValuePair<string, object?>[] Tags)> TransportStreams(RelaySnapshot snapshot) =>
        from rule in snapshot.Stats where rule.Stream?.TransportStream is not null select (rule.Stream!.TransportStream!, Tags(rule.RuleId, rule.Name));

    private static IEnumerable<Measurement<double>> Latency(StatsEntry rule)
    {
        if (rule.Stream?.Latency is not { } latency)
            return [];
        return MetricSet.Percentiles(Tags(rule.RuleId, rule.Name), ("50", latency.P50Us), ("99", latency.P99Us), ("99.9", latency.P999Us), ("100", latency.MaxUs));
    }

    /// <summary>Not of each flow: whoever may send to the group would choose how many series there are.</summary>
    private static IEnumerable<Measurement<double>> Jitter(StatsEntry rule) => (rule.Stream?.Flows ?? []).Max(f => f.JitterMs) is { } worst ? [MetricSet.Measure(worst / 1000, Tags(rule.RuleId, rule.Name))] : [];
}
