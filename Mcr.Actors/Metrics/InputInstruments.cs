using Mcr.Actors.Control;

namespace Mcr.Actors.Metrics;

/// <summary>Of rules with several inputs: <c>mcr.input.*</c> one of each for each input, <c>mcr.selection.*</c> one of each for each such rule.</summary>
internal static class InputInstruments
{
    private static readonly string[] States = ["relayed", "alive", "late", "poor", "apart", "silent", "absent"];

    public static void AddTo(MetricSet set)
    {
        set.Gauge("mcr.input.state", "", "1 for the state that one of several inputs has, 0 for the others", s => Inputs(s).SelectMany(each => MetricSet.States(States, each.Of.State, each.Tags, "state")));
        set.Counters(
            Inputs,
            ("mcr.input.received", "{datagram}", "Datagrams that one of several inputs has brought", i => i.Received),
            ("mcr.input.won", "{datagram}", "Of those received: brought before any other input had them; of failover, relayed", i => i.Won),
            ("mcr.input.recovered", "{datagram}", "Of those won: they filled a gap of another input", i => i.Recovered),
            ("mcr.input.lost", "{number}", "Numbers that an input has skipped and not brought later", i => i.Lost),
            ("mcr.input.late", "{datagram}", "Datagrams that came when their place was given up", i => i.Late),
            ("mcr.input.duplicates", "{datagram}", "Datagrams that another input had brought before, or this one", i => i.Duplicates),
            ("mcr.input.differing", "{datagram}", "Of the duplicates: with another payload than what was forwarded", i => i.Differing),
            ("mcr.input.reordered", "{datagram}", "Datagrams that came behind a later one of this input", i => i.Reordered),
            ("mcr.input.astray", "{datagram}", "Datagrams that are not of the stream that is forwarded", i => i.Astray),
            ("mcr.input.standby", "{datagram}", "Of failover: datagrams that came while another input was relayed", i => i.Standby),
            ("mcr.input.unusable", "{datagram}", "Datagrams too short for the numbers, or without such", i => i.Unusable));
        set.Seconds("mcr.input.skew", "How far duplicates of an input are behind the first, percentiles", s => Inputs(s).Where(each => each.Of.Skew is not null).SelectMany(each =>
            MetricSet.Percentiles(each.Tags, ("50", each.Of.Skew!.P50Us), ("99", each.Of.Skew.P99Us), ("100", each.Of.Skew.MaxUs))));
        set.Seconds("mcr.input.last_seen_timestamp", "When an input brought a datagram last, since 1970", s => Inputs(s).SelectMany(each => MetricSet.Time(each.Of.LastSeen, each.Tags)));
        set.Counters(
            Selections,
            ("mcr.selection.merged", "{datagram}", "Datagrams that were forwarded of several inputs", m => m.Merged),
            ("mcr.selection.lost", "{number}", "Numbers that came by no input in time", m => m.Lost),
            ("mcr.selection.duplicates", "{datagram}", "Datagrams that were removed: another input had brought them, or the same", m => m.Duplicates),
            ("mcr.selection.recovered", "{datagram}", "Datagrams of one input that filled a gap of another", m => m.Recovered),
            ("mcr.selection.restarts", "{restart}", "How often another stream was followed: its sender began anew, or jumped", m => m.Restarts),
            ("mcr.selection.overflows", "{datagram}", "Datagrams that waited no longer because there was no memory for more", m => m.Overflows),
            ("mcr.selection.switches", "{switch}", "Of failover: how often another input was chosen", m => m.Switches ?? 0));
        set.Gauge("mcr.selection.waiting", "{datagram}", "Datagrams that wait for earlier ones now", s => Selections(s).Select(each => MetricSet.Measure(each.Of.Waiting, each.Tags)));
    }

    private static IEnumerable<(SelectionEntry Of, KeyValuePair<string, object?>[] Tags)> Selections(RelaySnapshot snapshot) =>
        from rule in snapshot.Stats where rule.Selection is not null select (rule.Selection, RuleInstruments.Tags(rule.RuleId, rule.Name));

    private static IEnumerable<(SelectionInputEntry Of, KeyValuePair<string, object?>[] Tags)> Inputs(RelaySnapshot snapshot) =>
        from rule in snapshot.Stats
        from input in rule.Selection?.Inputs ?? []
        select (input, (KeyValuePair<string, object?>[])[.. RuleInstruments.Tags(rule.RuleId, rule.Name), .. MetricSet.Tags(("input", $"{input.Number}"), ("interface", input.Interface), ("group", input.Group), ("port", input.Port == 0 ? null : $"{input.Port}"), ("source", input.Source))]);
}
