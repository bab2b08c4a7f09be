using Mcr.Actors.Interfaces;
using Mcr.Actors.Platform;
using Mcr.Actors.Workers;

namespace Mcr.Specs.Supervision;

public sealed class PolicySpecs
{
    [Fact]
    public void Restarts_should_come_at_once_then_slower_up_to_a_limit_and_fresh_after_a_healthy_life()
    {
        RestartPolicy policy = RestartPolicy.Fresh;
        var delays = new List<double>();
        for (int i = 0; i < 10; i++)
        {
            (policy, TimeSpan delay, _) = policy.Died(TimeSpan.FromSeconds(59), TimeSpan.FromMinutes(i), chance: 0.5, Limit);
            delays.Add(delay.TotalSeconds);
        }

        Assert.Equal([0, 0.25, 0.5, 1, 2, 4, 8, 16, 16, 16], delays);
        Assert.Equal(TimeSpan.Zero, policy.Died(TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), chance: 0.5, Limit).Delay);
    }

    private static readonly RestartLimit Limit = new(3, TimeSpan.FromMinutes(1));

    [Theory]
    [InlineData(0, 200)]
    [InlineData(0.25, 225)]
    [InlineData(1, 300)]
    public void Waits_should_differ_by_a_fifth_to_both_sides(double chance, double milliseconds)
    {
        RestartPolicy policy = RestartPolicy.Fresh.Died(TimeSpan.Zero, TimeSpan.Zero, chance, Limit).Next;
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), policy.Died(TimeSpan.Zero, TimeSpan.Zero, chance, Limit).Delay);
    }

    [Theory]
    [InlineData(19, true)]
    [InlineData(20, false)]
    public void More_deaths_than_the_limit_in_any_window_should_be_too_many(int secondsBetween, bool tooOften)
    {
        RestartPolicy policy = RestartPolicy.Fresh;
        var found = new List<bool>();
        for (int i = 0; i < 4; i++)
        {
            (policy, _, bool often) = policy.Died(TimeSpan.Zero, TimeSpan.FromSeconds(i * secondsBetween), chance: 0, Limit);
            found.Add(often);
        }

        Assert.Equal([false, false, false, tooOften], found);
    }

    [Fact]
    public void Periodic_lines_should_have_the_text_that_scripts_read()
    {
        var before = new WorkerCounters(0, 0, 500, 495, 5, 0, 0, 495, 495, 0, 0, 0);
        var now = new WorkerCounters(1, 0, Received: 1000, Matched: 990, NoMatch: 10, ParseErrors: 0, Filtered: 0, Submitted: 990, Sent: 990, Errors: 0, SentBytes: 1302840, KernelDrops: 3);
        string[] lines = [.. StatsLines.Periodic(now, before, TimeSpan.FromSeconds(0.1), "eth0", 0).Select(l => Format(l.Template, l.Values))];
        Assert.Equal("[STATS:Ingress] recv=1000 matched=990 parse_err=0 no_match=10 buf_exhaust=3 (5000 pps) interface=eth0 worker=0", lines[0]);
        Assert.Equal("[STATS:Egress] sent=990 submitted=990 errors=0 bytes=1302840 (4950 pps) interface=eth0 worker=0", lines[1]);
    }

    [Fact]
    public void Rates_of_no_time_should_be_zero() =>
        Assert.Contains("(0 pps)", Format(
            StatsLines.Periodic(new WorkerCounters(1, 0, 9, 9, 0, 0, 0, 9, 9, 0, 0, 0), new WorkerCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), TimeSpan.Zero, "eth0", 0).First().Template,
            [.. StatsLines.Periodic(new WorkerCounters(1, 0, 9, 9, 0, 0, 0, 9, 9, 0, 0, 0), new WorkerCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), TimeSpan.Zero, "eth0", 0).First().Values]), StringComparison.Ordinal);

    private static string Format(string template, object[] values) => Akka.Event.SemanticLogMessageFormatter.Instance.Format(template, values);
}
