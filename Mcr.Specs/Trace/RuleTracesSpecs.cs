using Mcr.Actors.Control;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Specs.Trace;

/// <summary>Which rules of an interface are traced, and in which rings; and what may be asked for.</summary>
public sealed class RuleTracesSpecs
{
    private static readonly TraceWish Wish = new(First: 10, Every: 1, Snap: 64, TimeSpan.FromSeconds(60));
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_000);

    private static RuleId Rule(int number) => new($"r{number}");

    [Fact]
    public void Reader_should_go_on_in_the_trace_that_it_knows_and_begin_with_the_first_record_of_another()
    {
        var cursor = new TraceCursor(7, [20, 30]);
        Assert.Equal([20, 30, 0], Enumerable.Range(0, 3).Select(worker => cursor.In(7, worker)));
        Assert.Equal([0, 0, 0], Enumerable.Range(0, 3).Select(worker => cursor.In(8, worker)));
        Assert.Equal(20, (cursor with { Session = null }).In(8, 0));
    }

    [Fact]
    public void Each_rule_should_have_a_ring_of_its_own_and_the_ninth_none()
    {
        RuleTraces traces = Begun(TraceLayout.Rings);
        Assert.Equal(Enumerable.Range(0, TraceLayout.Rings), traces.Active.Values.Select(s => s.Ring).Order());
        RuleTraces same = traces.Begin(Rule(99), Wish, 99, Now, out string? refusal);
        Assert.Same(traces, same);
        Assert.Contains("8 rules of this interface are traced already", refusal, StringComparison.Ordinal);
        Assert.Contains("r0, r1", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Ring_of_the_trace_that_ended_first_should_be_used_again_and_others_stay_to_be_read()
    {
        RuleTraces traces = Begun(TraceLayout.Rings).End(Rule(5)).End(Rule(2));
        Assert.Equal(6, traces.Active.Count);
        traces = traces.Begin(Rule(99), Wish, 99, Now, out string? refusal);
        Assert.Null(refusal);
        Assert.Equal(2, traces.Find(Rule(99))!.Settings.Ring);
        Assert.Null(traces.Find(Rule(2)));
        Assert.False(traces.Find(Rule(5))!.IsActive);
    }

    [Fact]
    public void Rule_that_is_traced_anew_should_keep_its_ring_and_have_another_session()
    {
        RuleTraces traces = Begun(TraceLayout.Rings).Begin(Rule(3), Wish with { Every = 7, First = 0 }, 99, Now, out _);
        Assert.Equal((3, 99u, 7, 0), (traces.Find(Rule(3))!.Settings.Ring, traces.Find(Rule(3))!.Settings.Session, traces.Find(Rule(3))!.Settings.Every, traces.Find(Rule(3))!.Settings.Limit));
        Assert.Same(traces, traces.End(Rule(3), session: 4)); // of the trace before
        Assert.False(traces.End(Rule(3), session: 99).Find(Rule(3))!.IsActive);
    }

    [Fact]
    public void End_should_be_told_to_workers_in_nanoseconds()
    {
        RuleTraces traces = Begun(1);
        Assert.Equal(1_060_000_000_000, traces.Find(Rule(0))!.Settings.Until);
        Assert.True(traces.Active.Values.All(s => s.IsValid));
    }

    [Fact]
    public void What_is_not_asked_for_should_have_a_default()
    {
        var problems = new List<ProblemEntry>();
        Assert.Equal(new TraceWish(100, 1, 128, TimeSpan.FromMinutes(1)), TraceViews.Wish(new ControlRequest.TraceEnable(), problems));
        Assert.Equal(new TraceWish(0, 1000, 128, TimeSpan.FromMinutes(1)), TraceViews.Wish(new ControlRequest.TraceEnable { Every = "1000" }, problems));
        Assert.Equal(new TraceWish(1024, 1, 1904, TimeSpan.FromHours(1)), TraceViews.Wish(new ControlRequest.TraceEnable { First = "1024", Snap = "1904", For = "1h" }, problems));
        Assert.Empty(problems);
    }

    [Fact]
    public void What_cannot_be_should_be_refused_all_at_once_by_name()
    {
        var problems = new List<ProblemEntry>();
        Assert.Null(TraceViews.Wish(new ControlRequest.TraceEnable { First = "1025", Every = "0", Snap = "1905", For = "61m" }, problems));
        Assert.Equal(["every", "first", "snap", "for"], problems.Select(p => p.Field));
        foreach (string time in new[] { "0s", "-1s", "soon", "" })
        {
            problems.Clear();
            Assert.Null(TraceViews.Wish(new ControlRequest.TraceEnable { For = time }, problems));
            Assert.Contains($"'{time}' is not a time", Assert.Single(problems).Sentence, StringComparison.Ordinal);
        }
    }

    /// <summary>Sessions and ends as they come, one a second.</summary>
    private static RuleTraces Begun(int count)
    {
        var traces = new RuleTraces();
        for (int i = 0; i < count; i++)
        {
            traces = traces.Begin(Rule(i), Wish, (uint)(i + 1), Now.AddSeconds(i), out string? refusal);
            Assert.Null(refusal);
        }

        return traces;
    }
}
