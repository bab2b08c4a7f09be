using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>`mcrctl stats`, by rule and by output: the worst first, then the fastest. Pure.</summary>
internal static class StatsScreen
{
    private static readonly Column[] RuleColumns =
    [
        new("STATE"), new("RULE", Give: Give.Cut), new("INPUT", Rank: 1), new("IN", IsNumber: true), new("BITRATE", IsNumber: true), new("DROPS", IsNumber: true),
        new("IN (10 s)", Rank: 7, IsNumber: true), new("BITRATE (10 s)", Rank: 8, IsNumber: true), new("LAST SEEN", Rank: 2, IsNumber: true),
        new("STREAM", Rank: 3), new("LATENCY p99", Rank: 5, IsNumber: true),
        new("DATAGRAMS IN", Rank: 6, IsNumber: true), new("VOLUME IN", Rank: 9, IsNumber: true), new("DATAGRAMS SENT", Rank: 10, IsNumber: true), new("DATAGRAMS LOST", Rank: 4, IsNumber: true),
    ];

    private static readonly Column[] OutputColumns =
    [
        new("STATE"), new("OUTPUT"), new("RULE", Rank: 2, Give: Give.Cut), new("SENT", IsNumber: true), new("BITRATE", IsNumber: true), new("DROPS", IsNumber: true),
        new("SENT (10 s)", Rank: 5, IsNumber: true), new("BITRATE (10 s)", Rank: 6, IsNumber: true), new("LAST SEEN", Rank: 3, IsNumber: true),
        new("DATAGRAMS SENT", Rank: 4, IsNumber: true), new("VOLUME SENT", Rank: 7, IsNumber: true), new("DATAGRAMS LOST", Rank: 1, IsNumber: true),
    ];

    public static Screen ByRule(IReadOnlyList<StatsEntry> rules, DateTimeOffset now) => rules.Count == 0 ? new Screen(["no rules"]) : new Screen([Summary(rules)])
    {
        Columns = RuleColumns,
        What = "rule",
        Rows = [.. rules.OrderBy(Condition).ThenByDescending(Rate).ThenBy(Name, StringComparer.Ordinal).Select(rule => Row(rule, now))],
    };

    public static Screen ByOutput(IReadOnlyList<StatsEntry> rules, DateTimeOffset now)
    {
        var outputs = rules.SelectMany(rule => (rule.Outputs ?? []).Select(output => (Rule: rule, Output: output))).ToArray();
        return outputs.Length == 0 ? new Screen(["no outputs"]) : new Screen([Summary(rules)])
        {
            Columns = OutputColumns,
            What = "output",
            Rows =
            [
                .. outputs.OrderBy(o => Condition(o.Rule, o.Output)).ThenByDescending(o => o.Output.Rates?.OneSecond.PacketsPerSecond).ThenBy(o => Name(o.Rule), StringComparer.Ordinal)
                    .Select(o => Row(o.Rule, o.Output, now)),
            ],
        };
    }

    /// <summary><c>500 rules: 2 failed, 3 dropping, 495 ok; in 4,950 /s, 1.32 Mbit/s; sent 9,900 /s</c>.</summary>
    private static string Summary(IReadOnlyList<StatsEntry> rules)
    {
        string conditions = string.Join(", ", rules.CountBy(Condition).OrderBy(c => c.Key).Select(c => $"{Quantity.Count(c.Value)} {Conditions.Word(c.Key)}"));
        RateEntry[] rates = [.. rules.Select(r => r.Rates?.OneSecond).OfType<RateEntry>()];
        double drops = rates.Sum(r => r.DropsPerSecond);
        return $"{Quantity.Count(rules.Count, "rule")}: {conditions}; in {Quantity.PerSecond(rates.Sum(r => r.PacketsPerSecond))}, {Quantity.BitsPerSecond(rates.Sum(r => r.BitsPerSecond))}; sent {Quantity.PerSecond(rates.Sum(r => r.SentPerSecond))}; drops {Quantity.PerSecond(drops)}";
    }

    private static Row Row(StatsEntry rule, DateTimeOffset now)
    {
        Condition condition = Condition(rule);
        return new Row(
            [
                Conditions.Word(condition),
                Name(rule),
                Places.Inputs(rule.InputGroup, rule.InputPort, rule.InputLastPort, rule.InputInterface, source: null, rule.Inputs?.Select(i => i with { Source = null }).ToArray(), Places.First(rule.InputNode, rule.InputRule)) + Places.LegFrom(rule.LegFrom),
                Quantity.PerSecond(Rate(rule)),
                Quantity.BitsPerSecond(rule.BitsPerSecond),
                Quantity.PerSecond(rule.Rates?.OneSecond.DropsPerSecond ?? 0),
                Quantity.PerSecond(rule.Rates?.TenSeconds.PacketsPerSecond ?? 0),
                Quantity.BitsPerSecond(rule.Rates?.TenSeconds.BitsPerSecond ?? 0),
                Quantity.Ago(rule.LastSeen, now),
                Stream(rule.Stream),
                Quantity.Microseconds(rule.Stream?.Latency?.P99Us),
                Quantity.Count(rule.PacketsRelayed),
                Quantity.Bytes(rule.BytesRelayed),
                Quantity.Count(rule.Sent),
                Quantity.Count(rule.Errors),
            ],
            Conditions.Ink(condition),
            rule.Why ?? Alarms(rule.Alarms) ?? (condition == Screens.Condition.Dropping ? Reasons(rule.ErrorsByReason) : Missing(rule.Stream)))
        {
            More = InputLines.Of(rule.Selection, now),
        };
    }

    private static Row Row(StatsEntry rule, OutputStatsEntry output, DateTimeOffset now)
    {
        Condition condition = Condition(rule, output);
        return new Row(
            [
                Conditions.Word(condition),
                output.Rule is null ? Places.Of(output.Group, output.Port, output.LastPort, output.Interface, output.Node) : Places.OfRule(output.Rule, output.Node),
                Name(rule),
                Quantity.PerSecond(output.Rates?.OneSecond.SentPerSecond ?? 0),
                Quantity.BitsPerSecond(output.Rates?.OneSecond.BitsPerSecond ?? 0),
                Quantity.PerSecond(output.Rates?.OneSecond.DropsPerSecond ?? 0),
                Quantity.PerSecond(output.Rates?.TenSeconds.SentPerSecond ?? 0),
                Quantity.BitsPerSecond(output.Rates?.TenSeconds.BitsPerSecond ?? 0),
                Quantity.Ago(output.LastSeen, now),
                Quantity.Count(output.Sent),
                Quantity.Bytes(output.Bytes),
                Quantity.Count(output.Errors),
            ],
            Conditions.Ink(condition),
            condition == Screens.Condition.Dropping ? Reasons(output.ErrorsByReason) : null);
    }

    /// <summary><c>rtp ts ok</c>, or what was missing in it when it came here: <c>rtp ts 3 lost, 1 cc error</c>.</summary>
    private static string Stream(StreamEntry? stream)
    {
        if (stream is null or { Payload.Count: 0 })
            return "-";
        string[] faults =
        [
            .. stream.Sequence is { Lost: > 0 and var lost } ? [$"{Quantity.Count(lost)} lost"] : (string[])[],
            .. stream.TransportStream is { ContinuityErrors: > 0 and var errors } ? [Quantity.Count(errors, "cc error")] : (string[])[],
        ];
        return $"{string.Join(' ', stream.Payload)} {(faults.Length == 0 ? "ok" : string.Join(", ", faults))}".Replace(' ', Places.Glue);
    }

    /// <summary>What was not in the stream any more when it came here; null for nothing.</summary>
    private static string? Missing(StreamEntry? stream)
    {
        string[] faults =
        [
            .. stream?.Sequence is { Lost: > 0 } sequence ? [$"{Quantity.Count(sequence.Lost)} lost in {Quantity.Count(sequence.Gaps, "gap")}, {Quantity.Count(sequence.Reordered)} out of order"] : (string[])[],
            .. stream?.TransportStream is { ContinuityErrors: > 0 } ts ? [Quantity.Count(ts.ContinuityErrors, "continuity error")] : (string[])[],
        ];
        return faults.Length == 0 ? null : $"before it came here, since counting began: {string.Join("; ", faults)}";
    }

    /// <summary><c>alarm since 12:34:56: no datagram has come for 5 s</c>.</summary>
    public static string? Alarms(IReadOnlyList<AlarmEntry>? alarms) =>
        alarms is null ? null : string.Join("; ", alarms.Select(a => $"alarm since {a.Since.ToLocalTime():HH:mm:ss}: {a.Message}"));

    /// <summary>Since counting began, in datagrams.</summary>
    public static string? Reasons(IReadOnlyDictionary<string, long>? reasons) =>
        reasons is null or { Count: 0 } ? null : $"lost so far, in datagrams: {string.Join(", ", reasons.Select(r => $"{r.Key} {Quantity.Count(r.Value)}"))}";

    private static Condition Condition(StatsEntry rule) => Conditions.Of(rule);

    /// <summary>An output of a rule that is degraded may be none of those that are the reason.</summary>
    private static Condition Condition(StatsEntry rule, OutputStatsEntry output) => Conditions.Of(rule.Status is "Degraded" ? null : rule.Status, output.Rates);

    private static double Rate(StatsEntry rule) => rule.PacketsPerSecond;

    private static string Name(StatsEntry rule) => rule.Name ?? rule.RuleId;
}
