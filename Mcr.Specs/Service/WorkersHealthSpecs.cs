using Mcr.Actors.Control;
using Mcr.Actors.Metrics;
using Mcr.Host.Mcrd.Health;
using Mcr.Host.Mcrd.Supervisor;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mcr.Specs.Service;

/// <summary>When systemd is not told any more that mcrd is well.</summary>
public sealed class WorkersHealthSpecs
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private WorkersHealth _health = WorkersHealth.Fresh;

    [Fact]
    public void Worker_that_is_being_replaced_should_be_given_its_time_and_no_more()
    {
        Assert.Null(Look(0, "Running"));
        Assert.Null(Look(10, "Backoff"));
        Assert.Null(Look(129, "Starting"));
        Assert.Equal("worker 0 of eth0 is backoff, and nothing has been done about it for 120 s", Look(130, "Backoff"));
        Assert.Null(Look(131, "Running"));
        Assert.Null(Look(140, "Backoff")); // from the beginning
        Assert.Null(Look(259, "Backoff"));
        Assert.NotNull(Look(260, "Backoff"));
    }

    /// <summary>A new mcrd would start it, and see it end, just the same, and would have to find out anew which rule is to blame.</summary>
    [Theory]
    [InlineData("Backoff", "Backoff")] // it cannot be started
    [InlineData("Starting", "Backoff")]
    [InlineData("Killed", "Starting")]
    public void Worker_that_is_started_anew_all_the_time_should_be_no_reason_to_start_mcrd_again(string even, string odd)
    {
        for (int look = 0; look < 1000; look++)
            Assert.Null(LookAt(look * 10, Worker(look % 2 == 0 ? even : odd, 0) with { Restarts = look / 2 }));
    }

    [Fact]
    public void Worker_that_does_not_die_when_killed_should_be_one()
    {
        Assert.Null(Look(0, "Running"));
        Assert.Null(Look(10, "Killed"));
        Assert.Equal("worker 0 of eth0 is killed, and nothing has been done about it for 120 s", Look(130, "Killed"));
        Assert.NotNull(Look(140, "Killed"));
        Assert.Equal("Unhealthy worker 0 of eth0 is killed", $"{Of("Killed").Status} {Of("Killed").Description}");
    }

    [Fact]
    public void Worker_that_is_not_needed_any_more_should_be_forgotten()
    {
        Assert.Null(Look(0, "Backoff"));
        Assert.Null(Look(100));
        Assert.Null(Look(200, "Backoff"));
    }

    [Fact]
    public void Workers_should_be_judged_one_by_one()
    {
        Assert.Null(Look(0, "Backoff", "Running"));
        Assert.Null(Look(60, "Running", "Backoff"));
        Assert.Null(Look(119, "Running", "Backoff"));
        Assert.Equal("worker 1 of eth0 is backoff, and nothing has been done about it for 120 s", Look(180, "Running", "Backoff"));
    }

    [Fact]
    public void Relay_that_does_not_answer_should_be_unwell_at_once()
    {
        (_, string? why) = _health.Look(RelaySnapshot.Empty with { Missing = RelaySnapshot.Empty.Missing.Add("workers", "the relay did not answer within 3 s") }, TimeSpan.Zero, Longest);
        Assert.Equal("its workers are not known: the relay did not answer within 3 s", why);
    }

    private static HealthCheckResult Of(string status) => RelayHealth.Workers(new RelaySnapshot { Workers = [Worker(status, 0)] });

    private static WorkerEntry Worker(string status, int number) => new(1, null, "eth0", status, number, [], 0, "", "", "Synced", 0);

    private string? Look(int seconds, params string[] statuses) => LookAt(seconds, [.. statuses.Select(Worker)]);

    private string? LookAt(int seconds, params WorkerEntry[] workers)
    {
        (_health, string? why) = _health.Look(new RelaySnapshot { Workers = workers }, TimeSpan.FromSeconds(seconds), Longest);
        return why;
    }
}
