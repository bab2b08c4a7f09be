using System.Collections.Immutable;
using Mcr.Actors.Events;
using Mcr.Actors.Feeds;
using Mcr.Actors.Messages;
using Mcr.Native.Analysis;
using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Specs.Events;

/// <summary>What is told of several inputs, from one second to the next.</summary>
public sealed class InputWatchSpecs
{
    private static readonly ForwardingRule Merged = FeedRules.Rule("video", "239.2.2.2:6000:out0", "eth1 239.1.1.1:5000", "eth2 239.1.1.2:5000");
    private static readonly ForwardingRule Chosen = Merged with { Select = new SelectSettings(SelectMode.Failover, null) };
    private static readonly ForwardingRule Three = FeedRules.Rule("three", "239.2.2.2:6000:out0", "eth1 239.1.1.1:5000", "eth2 239.1.1.2:5000", "eth3 239.1.1.3:5000");

    private DateTimeOffset _time = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private ForwardingRule _rule = Merged;
    private SelectReport _report = Flowing(SelectReport.Nothing(2));
    private InputWatch _watch = new(Flowing(SelectReport.Nothing(2)));
    private int _absent;

    [Fact]
    public void Inputs_that_all_bring_the_stream_should_be_no_news()
    {
        Assert.Empty(Run(60, Flowing));
        Assert.Null(_watch.Trouble);
        Assert.Equal(["alive", "alive"], Words());
    }

    [Fact]
    public void Input_that_is_silent_should_be_told_at_the_second_look_with_who_is_alive_and_since_when()
    {
        Run(3, Flowing);
        DateTimeOffset since = _time.AddSeconds(-0.06);
        Run(2, FirstOnly); // behind the other by more than a second from the second on
        Assert.Null(_watch.Trouble);
        Run(1, FirstOnly);
        Assert.Equal($"protection lost: only input 1 of 2 is alive (239.1.1.1:5000 on eth1); input 2 (239.1.1.2:5000 on eth2) is silent since {since.ToLocalTime():yyyy-MM-dd HH:mm:ss}", _watch.Trouble!.Sentence);
        Assert.True(_watch.Trouble.IsWorse);
        Assert.Equal(["alive", "silent for 3.1 s"], Words());
        Run(1, FirstOnly);
        Assert.False(_watch.Trouble.IsWorse);
        Run(1, Flowing);
        Assert.Null(_watch.Trouble);
    }

    /// <summary>One datagram in three seconds: which of the inputs has it first when somebody looks is chance.</summary>
    [Fact]
    public void Stream_that_is_slow_should_not_be_taken_for_a_lost_input()
    {
        for (int i = 0; i < 30; i++)
        {
            bool comes = i % 3 == 0;
            Run(1, r => comes ? i % 2 == 0 ? FirstOnly(r) : With(Silent(r), 1, Came) : Silent(r));
            _report = comes ? Flowing(_report) : _report; // by the other one right behind the look
            Assert.Null(_watch.Trouble);
        }
    }

    [Fact]
    public void Stream_that_ends_should_neither_raise_nor_clear_anything()
    {
        Run(3, Flowing);
        Run(10, Silent);
        Assert.Null(_watch.Trouble);
        Run(3, Flowing);
        Run(5, FirstOnly);
        string sentence = _watch.Trouble!.Sentence;
        Run(10, Silent);
        Assert.Equal(new ProtectionTrouble(sentence, IsWorse: false), _watch.Trouble);
    }

    [Fact]
    public void One_more_that_is_lost_should_be_worse()
    {
        (_rule, _report) = (Three, Flowing(SelectReport.Nothing(3)));
        _watch = new InputWatch(_report);
        Run(5, r => Others(r, 2));
        Assert.StartsWith("protection reduced: 2 of 3 inputs are alive; input 3 (239.1.1.3:5000 on eth3) is silent since ", _watch.Trouble!.Sentence, StringComparison.Ordinal);
        bool[] worse = [.. Enumerable.Range(0, 4).Select(_ =>
        {
            Run(1, FirstOnly);
            return _watch.Trouble.IsWorse;
        })];
        Assert.Single(worse, w => w);
        Assert.StartsWith("protection lost: only input 1 of 3 is alive", _watch.Trouble.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Input_that_has_no_device_or_leg_should_be_said_so()
    {
        _absent = 0b10;
        Run(2, FirstOnly);
        Assert.EndsWith("input 2 (239.1.1.2:5000 on eth2) has no device", _watch.Trouble!.Sentence, StringComparison.Ordinal);
        Assert.Equal(["alive", "no device"], Words());
        _rule = _rule with { MoreInputs = [RuleInput.Of(new RuleOrigin("b", "studio"))] };
        Run(2, FirstOnly);
        Assert.EndsWith("input 2 (rule studio of node b) has no leg", _watch.Trouble!.Sentence, StringComparison.Ordinal);
        Assert.Equal(["alive", "no leg"], Words());
    }

    [Fact]
    public void Input_that_has_never_brought_anything_should_have_some_time()
    {
        _report = With(_report, 1, _ => SelectInputReport.Nothing);
        _watch = new InputWatch(_report);
        Run(4, r => With(r, 0, Came));
        Assert.Null(_watch.Trouble);
        Run(1, r => With(r, 0, Came));
        Assert.EndsWith("has not brought anything yet", _watch.Trouble!.Sentence, StringComparison.Ordinal);
        Assert.Equal("nothing has come yet", Words()[1]);
    }

    [Fact]
    public void Other_stream_should_be_told_apart_from_one_that_comes_too_late()
    {
        Run(3, Flowing);
        Run(3, r => With(FirstOnly(r), 1, x => Came(x) with { Good = x.Good, Astray = x.Astray + 100 }));
        Assert.EndsWith("is not the same stream as the others: its SSRC or its numbers differ", _watch.Trouble!.Sentence, StringComparison.Ordinal);
        Assert.Equal("not the same stream", Words()[1]);
        Run(6, Flowing);
        Run(2, r => With(FirstOnly(r), 1, x => Came(x) with { Late = x.Late + 20 }));
        Assert.EndsWith("is too late to fill gaps of the others: behind them by more than 50ms", _watch.Trouble!.Sentence, StringComparison.Ordinal);
        Assert.Equal("too late: behind the others by more than 50ms", Words()[1]);
    }

    [Theory]
    [InlineData(40, false)]
    [InlineData(80, true)]
    public void Skew_beyond_the_bound_should_be_told_even_where_nothing_was_lost(int milliseconds, bool isLate)
    {
        Run(3, Flowing);
        Run(3, r => With(FirstOnly(r), 1, x => Came(x) with { Behind = Add(x.Behind, LatencyHistogram.BucketOf(milliseconds * 1_000_000L), 100) }));
        Assert.Equal(isLate, _watch.Trouble is not null);
    }

    [Fact]
    public void Junk_should_be_called_so()
    {
        _report = With(_report, 1, _ => SelectInputReport.Nothing);
        _watch = new InputWatch(_report);
        Run(3, r => With(FirstOnly(r), 1, x => x with { Received = x.Received + 10, Unusable = x.Unusable + 10, Heard = TimeSpan.Zero }));
        Assert.EndsWith("it is too short, or of another kind", _watch.Trouble!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Switch_should_be_one_event_a_look_and_the_way_back_no_warning()
    {
        _rule = Chosen;
        Run(1, r => Flowing(r) with { Current = 0 });
        AlarmNews news = Assert.Single(Run(1, r => With(Flowing(r), 0, x => x with { Heard = TimeSpan.FromSeconds(0.4) }) with { Current = 1, Switches = r.Switches + 1 }));
        Assert.Equal(
            (EventKind.Input, true, "input 2 of 2 (239.1.1.2:5000 on eth2) is relayed now, in place of input 1 (239.1.1.1:5000 on eth1: silent for 0.4 s)"),
            (news.Kind, news.IsWarning, news.Sentence));
        Assert.Equal([("input", "2"), ("switches", "1")], news.Details!.Select(d => (d.Key, d.Value)));
        Assert.Equal("relayed", Words()[1]);
        news = Assert.Single(Run(1, r => Flowing(r) with { Current = 0, Switches = r.Switches + 1 }));
        Assert.False(news.IsWarning);
        news = Assert.Single(Run(1, r => Flowing(r) with { Current = 0, Switches = r.Switches + 40 }));
        Assert.Equal("input 1 of 2 (239.1.1.1:5000 on eth1) is relayed now; 40 switches since the last look", news.Sentence);
    }

    [Fact]
    public void Restart_that_was_followed_should_be_one_event_a_look()
    {
        AlarmNews news = Assert.Single(Run(1, r => Flowing(r) with { Restarts = r.Restarts + 1 }));
        Assert.Equal((EventKind.Input, false, "another stream is followed: its sender has begun anew, or jumped"), (news.Kind, news.IsWarning, news.Sentence));
        Assert.EndsWith(", 7 times since the last look", Assert.Single(Run(1, r => Flowing(r) with { Restarts = r.Restarts + 7 })).Sentence, StringComparison.Ordinal);
        Assert.Empty(Run(5, Flowing));
    }

    [Fact]
    public void Input_out_of_bounds_should_be_told()
    {
        _rule = Chosen;
        Run(3, r => With(Flowing(r), 1, x => x with { IsPoor = true }));
        Assert.EndsWith("input 2 (239.1.1.2:5000 on eth2) is below min-rate or above max-loss", _watch.Trouble!.Sentence, StringComparison.Ordinal);
    }

    /// <summary>A hundred datagrams of the stream by each input.</summary>
    private static SelectReport Flowing(SelectReport report) => report with { Merged = report.Merged + 100, Inputs = [.. report.Inputs.Select(Came)] };

    private static SelectReport FirstOnly(SelectReport report) => Others(report, 1);

    /// <summary>Only so many of the inputs bring something.</summary>
    private static SelectReport Others(SelectReport report, int alive) => report with { Merged = report.Merged + 100, Inputs = [.. report.Inputs.Select((x, i) => i < alive ? Came(x) : Quiet(x))] };

    private static SelectReport Silent(SelectReport report) => Others(report, 0) with { Merged = report.Merged };

    private static SelectInputReport Came(SelectInputReport input) =>
        input with { Received = input.Received + 100, Heard = TimeSpan.FromSeconds(0.06), Good = TimeSpan.FromSeconds(0.06), Behind = input.Behind.IsEmpty ? [.. new long[LatencyHistogram.Buckets]] : input.Behind };

    private static SelectInputReport Quiet(SelectInputReport input) => input with { Heard = Later(input.Heard), Good = Later(input.Good) };

    private static TimeSpan? Later(TimeSpan? ago) => ago + TimeSpan.FromSeconds(1);

    private static SelectReport With(SelectReport report, int input, Func<SelectInputReport, SelectInputReport> change) => report with { Inputs = report.Inputs.SetItem(input, change(report.Inputs[input])) };

    private static ImmutableArray<long> Add(ImmutableArray<long> counts, int bucket, long more) => counts.SetItem(bucket, counts[bucket] + more);

    private string[] Words() => [.. InputHealth.View(_rule, _time, _report, _absent, _watch.Late).Inputs.Select(i => i.Words)];

    private List<AlarmNews> Run(int seconds, Func<SelectReport, SelectReport> next)
    {
        var all = new List<AlarmNews>();
        for (int i = 0; i < seconds; i++)
        {
            (_report, _time) = (next(_report), _time.AddSeconds(1));
            Assert.True(_watch.Fits(_report));
            (_watch, ImmutableArray<AlarmNews> news) = _watch.Take(_rule, _report, _absent, _time);
            all.AddRange(news);
        }

        return all;
    }
}
