using Mcr.Actors.Control;

namespace Mcr.Actors.Metrics;

/// <summary><c>mcr.output.*</c>: one of each for each output of each rule.</summary>
internal static class OutputInstruments
{
    public static void AddTo(MetricSet set)
    {
        set.Counters(
            All,
            ("mcr.output.sent", "{datagram}", "Datagrams that an output has sent", o => o.Sent),
            ("mcr.output.payload", "By", "Payload that an output has sent", o => o.Bytes));
        set.Counter("mcr.output.errors", "{datagram}", "Datagrams that an output has not sent, by reason", s => All(s).SelectMany(each => ReasonNames.Errors.Select(reason => MetricSet.Measure(each.Of.ErrorsByReason.GetValueOrDefault(reason), each.Tags, ("reason", reason)))));
        set.Seconds("mcr.output.last_seen_timestamp", "When an output sent a datagram last, to the second, since 1970", s => All(s).SelectMany(each => MetricSet.Time(each.Of.LastSeen, each.Tags)));
    }

    private static IEnumerable<(OutputStatsEntry Of, KeyValuePair<string, object?>[] Tags)> All(RelaySnapshot snapshot) =>
        from rule in snapshot.Stats
        from output in rule.Outputs ?? []
        select (output, (KeyValuePair<string, object?>[])[.. RuleInstruments.Tags(rule.RuleId, rule.Name), .. MetricSet.Tags(("interface", output.Interface), ("group", output.Group), ("port", output.Port == 0 ? null : $"{output.Port}"), ("to_node", output.Node), ("to_rule", output.Rule))]);
}
