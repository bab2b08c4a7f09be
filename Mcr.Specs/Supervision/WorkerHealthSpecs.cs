using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Actors.Workers;
using Mcr.Native.Rules;

namespace Mcr.Specs.Supervision;

/// <summary>What is noticed of workers that live, and what is done about it; in virtual time.</summary>
public sealed class WorkerHealthSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    [Fact]
    public void Worker_whose_loop_stands_still_should_be_killed_and_replaced()
    {
        Ok(Video());
        FakeWorker first = NextWorker();
        first.IsAlive = false;
        Look(HealthCheck.PatientLooks);
        Assert.Empty(Platform.Workers);
        Look(1);
        FakeWorker second = NextWorker();
        AwaitAssert(() => Assert.NotNull(second.Rules));
        Assert.Contains("kill", TakeJournal());
    }

    [Fact]
    public void Worker_that_does_not_die_when_killed_should_not_count_as_running()
    {
        Ok(Video());
        FakeWorker first = NextWorker();
        (first.IsAlive, first.IsImmortal) = (false, true);
        Look(HealthCheck.PatientLooks + 1);
        AwaitAssert(() => Assert.Equal((WorkerStatus.Killed, first.Pid, 0), Workers().Select(w => (w.Status, w.Pid, w.Restarts)).Single()));
        Look(100);
        Assert.Equal(WorkerStatus.Killed, Workers().Single().Status);
        Assert.Single(TakeJournal(), "kill");
        Assert.Empty(Platform.Workers);
        first.Exit("killed by signal 9");
        NextWorker();
        AwaitAssert(() => Assert.Equal((WorkerStatus.Running, 1), Workers().Select(w => (w.Status, w.Restarts)).Single()));
    }

    [Fact]
    public void Worker_that_is_ready_after_it_was_killed_for_being_late_should_not_count_as_running()
    {
        Platform.Obedience = Obedience.None;
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        FakeWorker first = NextWorker();
        first.IsImmortal = true;
        AwaitAssert(() => Assert.Equal(WorkerStatus.Starting, Workers().Single().Status));
        Advance(TimeSpan.FromSeconds(5));
        AwaitAssert(() => Assert.Equal(WorkerStatus.Killed, Workers().Single().Status));
        first.GetReady();
        Look(1);
        Assert.Equal(WorkerStatus.Killed, Workers().Single().Status);
    }

    [Fact]
    public void Worker_that_eats_memory_should_be_killed_and_replaced()
    {
        Ok(Video());
        FakeWorker first = NextWorker();
        first.Health = first.Health with { MemoryBytes = 1L << 30 };
        Look(1);
        FakeWorker second = NextWorker();
        AwaitAssert(() => Assert.NotNull(second.Rules));
    }

    [Fact]
    public void Worker_that_is_well_should_be_left_alone()
    {
        Ok(Video());
        NextWorker();
        Look(100);
        Assert.Equal((WorkerStatus.Running, WorkerSync.Synced, 0, 0), Workers().Select(w => (w.Status, w.Sync, w.Restarts, w.Repairs)).Single());
    }

    [Fact]
    public void Worker_that_runs_other_rules_should_be_told_all_again_and_then_replaced()
    {
        Ok(Video());
        FakeWorker first = NextWorker();
        Look(1);
        AwaitAssert(() => Assert.Equal(WorkerSync.Synced, Workers().Single().Sync));
        TakeJournal();
        first.Drifted = 42;
        Look(1);
        AwaitAssert(() => Assert.Equal(WorkerSync.Drifted, Workers().Single().Sync));
        Look(1);
        AwaitAssert(() => Assert.Equal((WorkerSync.Repairing, 1), Workers().Select(w => (w.Sync, w.Repairs)).Single()));
        Assert.Equal(["rules 1"], TakeJournal());
        Look(1);
        Look(1);
        FakeWorker second = NextWorker();
        AwaitAssert(() => Assert.NotNull(second.Rules));
        Look(1);
        AwaitAssert(() => Assert.Equal((WorkerSync.Synced, 1, 1), Workers().Select(w => (w.Sync, w.Repairs, w.Restarts)).Single()));
    }

    [Fact]
    public void Worker_that_was_told_all_again_and_runs_it_should_go_on()
    {
        Ok(Video());
        FakeWorker worker = NextWorker();
        Look(1);
        worker.Drifted = 42;
        Look(1);
        Look(1);
        AwaitAssert(() => Assert.Equal(WorkerSync.Repairing, Workers().Single().Sync));
        worker.Drifted = null;
        Look(1);
        AwaitAssert(() => Assert.Equal((WorkerSync.Synced, 1, 0), Workers().Select(w => (w.Sync, w.Repairs, w.Restarts)).Single()));
    }

    [Fact]
    public void Process_should_stand_by_once_a_worker_is_ready_and_again_when_it_ends()
    {
        Options = Options with { Standby = true };
        Ok(Video());
        AwaitAssert(() => Assert.NotNull(Platform.Standby));
        Platform.EndStandby("killed by signal 9");
        AwaitAssert(() => Assert.NotNull(Platform.Standby)); // at once
        Platform.EndStandby("killed by signal 9");
        Ok(Audio());
        Assert.Null(Platform.Standby);
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromMilliseconds(250));
            Assert.NotNull(Platform.Standby);
        });
    }

    /// <summary>Video kills each worker that has it: it is found among eight, and the others are relayed.</summary>
    [Fact]
    public void Rule_that_makes_workers_end_should_be_found_and_left_out()
    {
        Options = Options with { WorkerRestarts = new RestartLimit(2, TimeSpan.FromMinutes(1)) };
        foreach (int port in Enumerable.Range(5001, 7))
            Ok(TestRules.Rule("in0", "239.1.1.9", port, $"other-{port}", "239.2.2.2:6000:out0"));
        Ok(Video());
        int poison = List().Single(r => r.Rule.Name == "video").Rule.Input.Port;
        FakeWorker worker = NextWorker();
        AwaitAssert(
            () =>
            {
                if (worker.Rules?.Rules.Any(r => r.Port == poison) == true)
                {
                    worker = NextAfter(worker, "killed by signal 11");
                }
                else
                {
                    Advance(TimeSpan.FromSeconds(1));
                }

                RuleView video = List().Single(r => r.Rule.Name == "video");
                Assert.Equal(RuleStatus.Failed, video.Status);
                Assert.Equal("it makes the worker of in0 end (killed by signal 11) and is left out; change it, or remove it and add it again to have it tried again", video.Why);
                Assert.All(List(), r => Assert.Equal(r.Rule.Name == "video" ? RuleStatus.Failed : RuleStatus.Active, r.Status));
            },
            TimeSpan.FromSeconds(30));
        Assert.Equal(7, worker.Rules!.Rules.Length);

        // Added again it is tried again.
        Relay.Tell(RelayCommands.RemoveRule.ByName("video"), TestActor);
        ExpectMsg<CommandResult.Ok>();
        Assert.EndsWith("is active", Ok(Video()), StringComparison.Ordinal);
    }

    [Fact]
    public void Worker_that_ends_with_and_without_rules_should_cost_no_rule()
    {
        Options = Options with { WorkerRestarts = new RestartLimit(2, TimeSpan.FromMinutes(1)) };
        Ok(Video());
        bool wasWithout = false;
        FakeWorker last = NextWorker();
        for (int deaths = 0; deaths < 6; deaths++)
        {
            FakeWorker worker = last;
            AwaitAssert(() => Assert.NotNull(worker.Rules));
            wasWithout |= worker.Rules!.Rules.IsEmpty;
            last = NextAfter(worker, "exit code 70");
        }

        AwaitAssert(() => Assert.Single(last.Rules?.Rules ?? []));
        AwaitAssert(() => Assert.Equal(RuleStatus.Active, List().Single().Status));
        Assert.True(wasWithout);
    }

    /// <summary>The worker ends, and its successor is started, when its time has come.</summary>
    private FakeWorker NextAfter(FakeWorker worker, string how)
    {
        int restarts = Workers().Single().Restarts;
        worker.Exit(how);
        AwaitAssert(() => Assert.Equal((restarts + 1, true), Workers().Select(w => (w.Restarts, w.Pid != worker.Pid)).Single()));
        if (Workers().Single().Status == WorkerStatus.Backoff)
            Advance(TimeSpan.FromSeconds(20));
        return NextWorker();
    }

    private void Look(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Advance(HealthCheck.Interval);
            Workers(); // the look has been had, and what came of it
        }
    }
}
