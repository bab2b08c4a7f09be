using System.Text.RegularExpressions;
using Mcr.Actors.Control;
using Mcr.Actors.Metrics;
using Mcr.Native.Interop;

namespace Mcr.Specs.Metrics;

/// <summary>What the instruments tell of a snapshot, as Prometheus reads it.</summary>
public sealed partial class MetricsSpecs
{
    [Fact]
    public void Every_instrument_should_tell_what_the_snapshot_has()
    {
        using var relay = MeasuredRelay.OfEverything();
        string[] lines = relay.Lines;
        string[] silent = [.. relay.Instruments.Select(PrometheusText.NameOf).Except(lines.Where(l => !l.StartsWith('#')).Select(MetricsDocument.NameOf))];
        Assert.Empty(silent);
        string[] expected =
        [
            """mcr_rule_matched_total{rule="r1",name="video"} 7""",
            """mcr_rule_payload_bytes_total{rule="r2"} 700""",
            """mcr_rule_status{rule="r2",status="Failed"} 1""",
            """mcr_rule_status{rule="r2",status="Active"} 0""",
            """mcr_rule_alarm{rule="r1",name="video",alarm="silence"} 1""",
            """mcr_rule_latency_seconds{rule="r1",name="video",percentile="99"} 3E-05""",
            """mcr_rule_jitter_seconds{rule="r1",name="video"} 0.0005""",
            """mcr_rule_last_seen_timestamp_seconds{rule="r1",name="video"} 1000""",
            """mcr_output_errors_total{rule="r1",name="video",interface="eth1",group="239.2.2.2",port="6000",reason="full"} 3""",
            """mcr_input_lost_total{rule="r1",name="video",input="1",interface="eth0",group="239.1.1.1",port="5000",source="10.0.0.7"} 4""",
            """mcr_input_won_total{rule="r1",name="video",input="1",interface="eth0",group="239.1.1.1",port="5000",source="10.0.0.7"} 6""",
            """mcr_selection_lost_total{rule="r1",name="video"} 1""",
            """mcr_worker_drops_total{interface="eth0",worker="0",reason="runt"} 1""",
            """mcr_worker_kernel_drops_total{interface="eth0",worker="0"} 2""",
            """mcr_leg_lost_total{rule="r1",from_node="a",to_node="b",output="239.2.2.2:6000 on eth1"} 1""",
            """mcr_redundancy_role{rule="r1",name="video",node="a",role="forwarding"} 1""",
            """mcr_events_total{kind="rule-state",severity="info"} 1""",
        ];
        Assert.All(expected, line => Assert.Contains(line, lines));
    }

    [Fact]
    public void What_is_gone_should_be_gone_from_the_metrics_at_once()
    {
        using var relay = MeasuredRelay.OfEverything();
        Assert.Contains("rule=\"r2\"", relay.Text, StringComparison.Ordinal);
        relay.Snapshot = relay.Snapshot with { Rules = [relay.Snapshot.Rules[0]], Stats = [relay.Snapshot.Stats[0]], Workers = [] };
        Assert.DoesNotContain("rule=\"r2\"", relay.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("mcr_worker", relay.Text, StringComparison.Ordinal);
        Assert.Contains("rule=\"r1\"", relay.Text, StringComparison.Ordinal);
    }

    /// <summary>What was counted as lost and comes late is lost no more; to Prometheus a counter that falls has begun anew.</summary>
    [Fact]
    public void Counters_should_not_fall_by_what_is_corrected_and_begin_anew_with_what_they_count()
    {
        using var relay = MeasuredRelay.OfEverything();
        Assert.Equal(1000, Lost(1000));
        Assert.Equal(1000, Lost(999));
        Assert.Equal(1003, Lost(1003));
        Assert.Equal(2, Lost(2));
        Assert.Equal(5, Lost(5));

        long Lost(long value)
        {
            StatsEntry rule = FullSnapshot.Make().Stats[0];
            relay.Snapshot = relay.Snapshot with { Stats = [rule with { Stream = rule.Stream! with { Sequence = rule.Stream.Sequence! with { Lost = value } } }] };
            return long.Parse(relay.Lines.Single(l => l.StartsWith("mcr_rule_sequence_lost_total{", StringComparison.Ordinal)).Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public void What_was_not_answered_should_be_said_and_the_rest_be_there()
    {
        using var relay = new MeasuredRelay(RelaySnapshot.Empty with { Missing = RelaySnapshot.Empty.Missing.Add("stats", "the relay did not answer within 3 s") });
        Assert.Contains("mcr_snapshot_missing{part=\"stats\"} 1", relay.Lines);
        Assert.Contains("mcr_snapshot_missing{part=\"rules\"} 0", relay.Lines);
        Assert.Contains("mcr_build_info{version=\"1.0\",node=\"spec\"} 1", relay.Lines);
    }

    /// <summary>A rule may be called almost anything.</summary>
    [Theory]
    [InlineData("a \"b\" \\ c", "a \\\"b\\\" \\\\ c")]
    [InlineData("zwei\nZeilen", "zwei\\nZeilen")]
    [InlineData("日本 {x=\"1\"}", "日本 {x=\\\"1\\\"}")]
    public void Names_should_be_escaped(string name, string escaped)
    {
        RelaySnapshot full = FullSnapshot.Make();
        using var relay = new MeasuredRelay(full with { Rules = [full.Rules[0] with { Name = name }] });
        Assert.Contains($"mcr_rule_status{{rule=\"r1\",name=\"{escaped}\",status=\"Active\"}} 1", relay.Lines);
    }

    [Fact]
    public void No_series_should_be_there_twice()
    {
        using var relay = MeasuredRelay.OfEverything();
        string[] series = [.. relay.Lines.Where(l => !l.StartsWith('#')).Select(l => l[..l.LastIndexOf(' ')])];
        Assert.Equal(series.Distinct(), series);
        Assert.All(series, s => Assert.Matches(Series(), s));
    }

    [Fact]
    public void Prometheus_should_find_no_fault()
    {
        NamespaceSupport.RequireProgram("promtool", "prometheus");
        using var relay = MeasuredRelay.OfEverything();
        string file = Path.GetTempFileName();
        File.WriteAllText(file, relay.Text);
        using var check = new RunningProcess(null, "/bin/sh", ["-c", "promtool check metrics < \"$0\"", file]);
        Assert.Equal((0, "", ""), check.End());
        File.Delete(file);
    }

    [Fact]
    public void Document_should_list_every_metric()
    {
        using var relay = MeasuredRelay.OfEverything();
        string path = Path.Combine(Executables.RepositoryRoot, MetricsDocument.File);
        string made = MetricsDocument.Make(relay);
        if (Environment.GetEnvironmentVariable("MCR_WRITE_DOCS") == "1")
            File.WriteAllText(path, made);
        Assert.Equal(made, File.ReadAllText(path));
    }

    [GeneratedRegex("^[a-z_]+(\\{([a-z_]+=\"([^\"\\\\\n]|\\\\[\\\\n\"])*\",?)+\\})?$")]
    private static partial Regex Series();
}
