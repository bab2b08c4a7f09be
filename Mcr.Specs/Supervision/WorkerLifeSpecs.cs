using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;

namespace Mcr.Specs.Supervision;

/// <summary>Workers that die, hang or stop; actors that crash.</summary>
public sealed class WorkerLifeSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    [Fact]
    public void Killed_worker_should_be_started_at_once_with_all_its_rules_and_sockets()
    {
        Ok(Video());
        Ok(Audio());
        FakeWorker first = NextWorker();
        TakeJournal();
        first.Exit("killed by signal 9");
        FakeWorker second = NextWorker();
        AwaitAssert(() => Assert.Equal(2, second.Rules?.Rules.Length));
        AwaitAssert(() => Assert.Equal((WorkerStatus.Running, 1, second.Pid), Workers().Select(w => (w.Status, w.Restarts, w.Pid)).Single()));
        Assert.Equal(["let go", "start", "sockets 0,1", "rules 2"], TakeJournal());
    }

    [Fact]
    public void Worker_that_keeps_dying_should_wait_longer_each_time_and_degrade_its_rules()
    {
        Ok(Video());
        NextWorker().Exit("exit code 70");
        NextWorker().Exit("exit code 70");
        AwaitAssert(() => Assert.Equal(RuleStatus.Degraded, List().Single().Status));
        Assert.Contains("keeps ending (exit code 70); it is started again in 250 ms", List().Single().Why, StringComparison.Ordinal);
        Assert.Empty(Platform.Workers);
        Advance(TimeSpan.FromMilliseconds(250));
        NextWorker().Exit("exit code 70");
        AwaitAssert(() => Assert.Contains("in 500 ms", List().Single().Why, StringComparison.Ordinal));
        Advance(TimeSpan.FromMilliseconds(500));
        NextWorker();
        AwaitAssert(() => Assert.Equal(RuleStatus.Active, List().Single().Status));
    }

    [Fact]
    public void Worker_that_is_not_ready_in_time_should_be_killed_and_replaced()
    {
        Platform.Obedience = Obedience.None;
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        NextWorker();
        AwaitAssert(() => Assert.Equal(WorkerStatus.Starting, Workers().Single().Status));
        Platform.Obedience = Obedience.Full;
        Advance(TimeSpan.FromSeconds(5));
        FakeWorker second = NextWorker();
        AwaitAssert(() => Assert.NotNull(second.Rules));
        Assert.Contains("kill", TakeJournal());
    }

    [Fact]
    public void Words_of_a_dead_worker_should_not_be_taken_for_its_successors()
    {
        Platform.Obedience = Obedience.BecomeReady | Obedience.Stop;
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        FakeWorker first = NextWorker();
        AwaitAssert(() => Assert.NotNull(first.Rules));
        first.Exit("killed by signal 9");
        FakeWorker second = NextWorker();
        AwaitAssert(() => Assert.NotNull(second.Rules));
        first.Apply();
        Assert.Equal(RuleStatus.Pending, List().Single().Status);
        second.Apply();
        ExpectMsg<CommandResult.Ok>();
    }

    [Fact]
    public void Stop_should_end_workers_print_final_lines_and_close_everything()
    {
        Sys.EventStream.SetLogLevel(Akka.Event.LogLevel.InfoLevel); // for loggers made from here on
        Ok(Video());
        Platform.Ports.Single().Counters = new WorkerCounters(1, 0, Received: 1000, Matched: 990, NoMatch: 10, ParseErrors: 0, Filtered: 0, Submitted: 990, Sent: 990, Errors: 0, SentBytes: 1302840, KernelDrops: 0);
        TakeJournal();
        Watch(Relay);
        Sys.EventStream.Subscribe(TestActor, typeof(Info));
        Relay.Tell(new RelayCommands.Stop(Hold: false), TestActor);
        var lines = new List<string>();
        FishForMessage(message =>
        {
            if (message is Info info)
                lines.Add(info.Message.ToString()!);
            return message is Terminated;
        });
        Assert.Contains("[STATS:Ingress FINAL] total: recv=1000 matched=990 egr_sent=990 filtered=0 no_match=10 buf_exhaust=0 interface=in0 worker=0", lines);
        Assert.Contains("[STATS:Egress FINAL] total: sent=990 submitted=990 ch_recv=990 errors=0 bytes=1302840 interface=in0 worker=0", lines);
        Assert.Equal(["stop", "let go", "dispose in0"], TakeJournal());
    }

    [Fact]
    public void Stop_with_hold_should_let_the_worker_go_on()
    {
        Ok(Video());
        TakeJournal();
        Relay.Tell(new RelayCommands.Stop(Hold: true), TestActor);
        ExpectMsg<CommandResult.Ok>();
        Assert.Equal(["hold", "let go", "dispose in0"], TakeJournal());
    }

    [Fact]
    public void Worker_that_does_not_stop_should_be_killed()
    {
        Platform.Obedience = Obedience.BecomeReady | Obedience.ApplyRules;
        Ok(Video());
        Relay.Tell(new RelayCommands.Stop(Hold: false), TestActor);
        AwaitAssert(() => Assert.Contains("stop", Platform.Journal));
        Advance(TimeSpan.FromSeconds(1));
        ExpectMsg<CommandResult.Ok>();
        Assert.Contains("kill", TakeJournal());
    }

    [Fact]
    public void Crash_of_an_interface_should_be_logged_and_healed()
    {
        Platform.CrashOnOpen = true;
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        AwaitAssert(() => Assert.False(Platform.CrashOnOpen));
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(RuleStatus.Active, List().Single().Status);
        });
    }

    [Fact]
    public void Worker_whose_actor_crashes_again_and_again_should_take_its_interface_along_and_both_should_heal()
    {
        Platform.CrashesOnSend = 6; // one more than its parent puts up with
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        AwaitAssert(() => Assert.True(Volatile.Read(ref Platform.CrashesOnSend) <= 0));
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(RuleStatus.Active, List().Single().Status);
        });
        Assert.Equal(2, Platform.Ports.Count);
    }

    [Fact]
    public void Crash_of_the_interfaces_parent_should_build_everything_again()
    {
        Ok(Video());
        Ok(Audio());
        Sys.ActorSelection(Relay.Path / "interfaces").Tell(new InterfaceCommands.UseRules(null!, 0, [], null)); // no name
        AwaitAssert(() => Assert.Equal(2, Platform.Ports.Count));
        AwaitAssert(() => Assert.Equal([RuleStatus.Active, RuleStatus.Active], List().Select(r => r.Status)));
    }

    [Fact]
    public void Rules_that_cannot_be_sent_for_a_shortage_should_leave_the_worker_alone_and_be_tried_again()
    {
        Ok(Video());
        FakeWorker worker = NextWorker();
        Platform.ShortagesOnSend = 1;
        Assert.Contains("is failed: the worker of in0 refused it: memfd: EMFILE", Ok(Audio()), StringComparison.Ordinal);
        Assert.Single(worker.Rules!.Rules);
        Advance(TimeSpan.FromSeconds(10));
        AwaitAssert(() => Assert.Equal([RuleStatus.Active, RuleStatus.Active], List().Select(r => r.Status)));
        Assert.Equal((worker.Pid, 0), Workers().Select(w => (w.Pid, w.Restarts)).Single());
    }

    [Fact]
    public void Rule_removed_while_its_worker_waits_to_be_started_should_be_gone_at_once()
    {
        Ok(Video());
        Ok(Audio());
        NextWorker().Exit("exit code 70");
        NextWorker().Exit("exit code 70");
        AwaitAssert(() => Assert.Equal(WorkerStatus.Backoff, Workers().Single().Status));
        TakeJournal();
        Relay.Tell(RelayCommands.RemoveRule.ByName("video"), TestActor);
        Assert.EndsWith("is removed", ExpectMsg<CommandResult.Ok>().Sentence, StringComparison.Ordinal);
        Assert.Equal(["leave 239.1.1.1", "close 0"], TakeJournal());
    }

    [Fact]
    public void Commands_under_way_should_hear_that_mcrd_is_stopping()
    {
        Platform.Obedience = Obedience.BecomeReady;
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        NextWorker();
        Relay.Tell(new RelayCommands.Stop(Hold: false), ActorRefs.Nobody);
        Assert.Equal("it is stopping", Assert.Single(ExpectMsg<CommandResult.Rejected>().Problems).Sentence);
        Relay.Tell(new RelayQueries.ListRules(), TestActor);
        Assert.Equal("mcrd is stopping", ExpectMsg<Status.Failure>().Cause.Message);
        foreach (object question in (object[])[new OwnRules.Get(), new OwnRules.WhenSaved()])
        {
            Relay.Tell(question, TestActor);
            Assert.Equal("mcrd is stopping", ExpectMsg<Status.Failure>().Cause.Message);
        }
    }

    [Fact]
    public void Crash_of_a_rules_actor_should_be_healed_and_known_to_nobody()
    {
        Ok(Video());
        RuleView before = List().Single();
        ActorSelection rule = Sys.ActorSelection(Relay.Path / "rules" / before.Rule.Id.Value);
        rule.Tell(new RuleCommands.Assign(null!)); // no rule
        rule.Tell(new Identify(null), TestActor);
        ExpectMsg<ActorIdentity>(); // it is back, and has said so
        Ok(Video("239.3.3.3:6000:out0"));
        AwaitAssert(() => Assert.Equal((before.Status, "239.3.3.3"), List().Select(r => (r.Status, $"{r.Rule.Outputs[0].Group}")).Single()));
    }

    [Fact]
    public void Crash_of_the_supervisor_should_lose_no_rule()
    {
        Ok(Video());
        Ok(Audio());
        Relay.Tell(new RelayCommands.AddRule(null!, "planted"), TestActor);
        AwaitAssert(() => Assert.Equal([RuleStatus.Active, RuleStatus.Active], List().Select(r => r.Status)));
        Assert.Equal(2, Platform.Ports.Count);
    }
}
