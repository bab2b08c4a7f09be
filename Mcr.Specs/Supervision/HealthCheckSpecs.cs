using Mcr.Actors.Platform;
using Mcr.Actors.Workers;

namespace Mcr.Specs.Supervision;

public sealed class HealthCheckSpecs
{
    private const long Limit = 100 << 20;

    [Fact]
    public void Loop_that_turns_should_be_well()
    {
        Assert.Null(Look(Enumerable.Range(1, 50).Select(beat => Well(beat))).Fault);
    }

    [Fact]
    public void Loop_that_stands_still_for_a_second_should_be_called_hanging()
    {
        (int looks, string? fault) = Look(Enumerable.Repeat(Well(7), 20));
        Assert.Equal((1 + HealthCheck.PatientLooks, "hangs: its loop has stood still for 1 s"), (looks, fault));
    }

    [Fact]
    public void Loop_that_turns_once_in_a_second_should_be_well()
    {
        Assert.Null(Look(Enumerable.Range(0, 40).Select(i => Well(i / HealthCheck.PatientLooks))).Fault);
    }

    [Fact]
    public void Process_that_was_stopped_should_be_called_that()
    {
        Assert.Equal("was stopped by a signal and has done nothing for 1 s", Look(Enumerable.Repeat(Well(7) with { IsStopped = true }, 20)).Fault);
    }

    [Fact]
    public void Before_its_first_rules_a_worker_should_have_ten_seconds()
    {
        (int looks, string? fault) = Look(Enumerable.Repeat(Well(0), 60), isRelaying: false);
        Assert.Equal((1 + HealthCheck.LooksForFirstRules, "hangs: its loop has stood still for 10 s"), (looks, fault));
    }

    [Fact]
    public void Memory_past_the_limit_should_be_named_with_both_numbers()
    {
        (int looks, string? fault) = Look([Well(1) with { MemoryBytes = Limit }, Well(2) with { MemoryBytes = 300 << 20 }]);
        Assert.Equal((2, "uses 300 MiB of memory, more than its limit of 100 (worker.memory-limit)"), (looks, fault));
    }

    private static WorkerHealth Well(long heartbeat) => new(heartbeat, 0, IsStopped: false, MemoryBytes: 0);

    /// <returns>How many looks it took.</returns>
    private static (int Looks, string? Fault) Look(IEnumerable<WorkerHealth> samples, bool isRelaying = true)
    {
        HealthCheck check = HealthCheck.Fresh;
        int looks = 0;
        foreach (WorkerHealth sample in samples)
        {
            looks++;
            (check, string? fault) = check.Look(sample, isRelaying, Limit);
            if (fault is not null)
                return (looks, fault);
        }

        return (looks, null);
    }
}
