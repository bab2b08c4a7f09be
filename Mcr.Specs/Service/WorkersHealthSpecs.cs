using Mcr.Actors.Control;
using Mcr.Actors.Metrics;
using Mcr.Host.Mcrd.Supervisor;

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
        Assert.Equal("worker 0 of eth0 has not run for 120 s", Look(130, "Backoff"));
        Assert.Null(Look(131, "Running"));
        Assert.Null(Look(140, "Backoff")); // from the beginning
        Assert.Null(Look(259, "Backoff"));
        Assert.NotNull(Look(260, "Backoff"));
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
        Assert.Equal("worker 1 of eth0 has not run for 120 s", Look(180, "Running", "Backoff"));
    }

    [Fact]
    public void Relay_that_does_not_answer_should_be_unwell_at_once()
    {
        (_, string? why) = _health.Look(RelaySnapshot.Empty with { Missing = RelaySnapshot.Empty.Missing.Add("workers", "the relay did not answer within 3 s") }, TimeSpan.Zero, Longest);
        Assert.Equal("its workers are not known: the relay did not answer within 3 s", why);
    }

    private string? Look(int seconds, params string[] statuses)
    {
        var snapshot = new RelaySnapshot { Workers = [.. statuses.Select((status, i) => new WorkerEntry(1, null, "eth0", status, i, [], 0, "", "", "Synced", 0))] };
        (_health, string? why) = _health.Look(snapshot, TimeSpan.FromSeconds(seconds), Longest);
        return why;
    }
}
