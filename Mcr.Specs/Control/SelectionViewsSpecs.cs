using System.Collections.Immutable;
using System.Text;
using Mcr.Actors.Control;
using Mcr.Actors.Feeds;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Host.Mcrctl.Screens;
using Mcr.Native.Analysis;
using Mcr.Native.Feeds;
using Mcr.Native.Packet;
using Mcr.Native.Rules;

namespace Mcr.Specs.Control;

/// <summary>Several inputs from a report to JSON, and to the screen.</summary>
public sealed class SelectionViewsSpecs
{
    private static readonly ForwardingRule Merged = FeedRules.Rule("video", "239.2.2.2:6000:out0", "eth1 239.1.1.1:5000", "eth2 239.1.1.1:5000 10.0.0.7");

    private static readonly SelectReport Report = new(1_000, 2, 1, 3, 4, 0,
    [
        new SelectInputReport(990, 900, 0, 12, 0, 90, 0, 1, 0, 0) { Heard = TimeSpan.Zero, Good = TimeSpan.Zero, Behind = [] },
        new SelectInputReport(700, 100, 10, 302, 5, 590, 6, 0, 3, 2) { Heard = TimeSpan.FromSeconds(3.2), Good = TimeSpan.FromSeconds(4), Behind = [.. new long[LatencyHistogram.Buckets - 1], 8] },
    ])
    {
        RestartedAt = SampleAnswers.Now.AddMinutes(-5),
    };

    [Fact]
    public void Merge_should_be_an_object_with_one_of_each_input()
    {
        string json = Json(Merged, Report);
        Assert.Contains(
            """
            "selection":{"mode":"merge","merged":1000,"lost":2,"duplicates":680,"recovered":10,"restarts":1,"overflows":3,"waiting":4,"inputs":[{"number":1,"interface":"eth1","group":"239.1.1.1","port":5000,"state":"alive","message":"alive","received":990,"won":900,"recovered":0,"lost":12,"late":0,"duplicates":90,"differing":0,"reordered":1,"astray":0,"standby":0,"unusable":0,"last_seen":"1970-01-01T00:00:10+00:00"},{"number":2,"interface":"eth2","group":"239.1.1.1","port":5000,"state":"silent","message":"silent for 3.2 s","received":700,"won":100,"recovered":10,"lost":302,"late":5,"duplicates":590,"differing":6,"reordered":0,"astray":3,"standby":0,"unusable":2,"source":"10.0.0.7","last_seen":"1970-01-01T00:00:06.8+00:00","skew":{"count":8,"p50_us":
            """.Trim(),
            json,
            StringComparison.Ordinal);
        Assert.DoesNotContain("\"relayed\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Failover_should_say_which_input_is_relayed_and_what_stands_by()
    {
        SelectReport report = Report with { Current = 0, Switches = 3, SwitchedAt = DateTimeOffset.UnixEpoch };
        string json = Json(Merged with { Select = new SelectSettings(SelectMode.Failover, null) }, report);
        Assert.Contains("\"relayed\":1,\"switches\":3,\"switched_at\":\"1970-01-01T00:00:00+00:00\"", json, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"relayed\"", json, StringComparison.Ordinal);
        Assert.Contains("\"astray\":0,\"standby\":3,", json, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_should_be_read()
    {
        var stats = Assert.IsType<ControlResponse.Stats>(ResponseCodec.Decode(ResponseCodec.Encode(Answer(Merged, Report))));
        Assert.Equal([990, 700], stats.Entries[0].Selection!.Inputs.Select(i => i.Received));
    }

    [Fact]
    public void Screen_should_have_a_line_for_each_input_and_say_nothing_of_what_has_not_happened()
    {
        SelectionEntry entry = SelectionViews.Entry(Merged, InputHealth.View(Merged, SampleAnswers.Now, Report, absent: 0, late: 0))!;
        Assert.Equal(
        [
            "merge: 1,000 merged, 2 lost on all inputs, 10 recovered, 680 duplicates removed, 1 restart followed, the last 5 min ago, 3 given up for want of memory (buffer), 4 wait",
            "input 1 239.1.1.1:5000:eth1: alive, 990 received, 900 first, 12 lost, 90 duplicates, 1 reordered",
            "input 2 239.1.1.1:5000:eth2: silent for 3.2 s, 700 received, 100 first, 10 recovered, 302 lost, 5 late, 590 duplicates, 6 with another payload, 3 astray, 2 unusable, skew 8.6 s p50, 8.6 s p99, 8.6 s max",
        ],
            InputLines.Of(entry, SampleAnswers.Now));
    }

    /// <summary>What the second input brings is dropped by the thousand, and nothing is wrong with that.</summary>
    [Fact]
    public void Copies_should_be_no_losses_of_the_worker()
    {
        long[] drops = new long[Enum.GetValues<DropReason>().Length];
        (drops[(int)DropReason.Duplicate], drops[(int)DropReason.Late], drops[(int)DropReason.Astray], drops[(int)DropReason.Unusable]) = (1000, 20, 3, 4);
        var counters = new WorkerCounters(1, 1, 2027, 1000, 0, 0, 1027, 1000, 1000, 0, 0, 0) { Drops = [.. drops] };
        CountersEntry entry = TrafficViews.Counters(counters)!;
        Assert.Equal(1023, entry.Spare);
        Assert.Equal([new("unusable", 4)], entry.DropsByReason);
        Assert.Equal(4, counters.Traffic.Drops);
        Row row = Assert.Single(TrafficScreen.Of("worker", [new("eth0/0", null, entry, null, null)], SampleAnswers.Now).Rows);
        Assert.Equal("4", row.Cells[^1]);
    }

    private static string Json(ForwardingRule rule, SelectReport report) => Encoding.UTF8.GetString(ResponseCodec.Encode(Answer(rule, report)));

    private static ControlResponse Answer(ForwardingRule rule, SelectReport report) => ControlViews.Stats(
        [new RuleStatsView(rule, 1, 2, 3, 4, 0, 0) { Select = InputHealth.View(rule, DateTimeOffset.UnixEpoch.AddSeconds(10), report, absent: 0, late: 0) }]);
}
