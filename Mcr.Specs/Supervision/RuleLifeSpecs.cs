using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Specs.Supervision;

/// <summary>From a command to what the worker runs and what the operator is told.</summary>
public sealed class RuleLifeSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    [Fact]
    public void Added_rule_should_open_and_join_before_the_worker_hears_of_it()
    {
        string sentence = Ok(Video());
        Assert.Equal($"rule {Video().Id} (video) for 239.1.1.1:5000 on in0 is active", sentence);
        Assert.Equal(["open in0", "egress 0 out0", "join 239.1.1.1", "sockets 0", "rules 1"], TakeJournal(except: "start"));
    }

    [Fact]
    public void Same_rule_again_should_do_nothing()
    {
        Ok(Video());
        TakeJournal();
        Assert.IsType<CommandResult.NoOp>(Add(Video()));
        Assert.Empty(TakeJournal());
    }

    [Fact]
    public void Same_input_should_replace_and_close_only_what_the_worker_has_given_up()
    {
        Ok(Video());
        Ok(Audio());
        TakeJournal();
        Ok(Video("239.3.3.3:6000:out1"));
        Assert.Equal(["egress 2 out1", "sockets 2", "rules 2", "close 0"], TakeJournal(except: "forget"));
        Assert.Equal(2, List().Length);
    }

    [Fact]
    public void Removed_rule_should_leave_its_group_after_the_worker_has_confirmed()
    {
        Ok(Video());
        Ok(Audio());
        TakeJournal();
        Relay.Tell(RelayCommands.RemoveRule.ByName("video"), TestActor);
        Assert.EndsWith("is removed", ExpectMsg<CommandResult.Ok>().Sentence, StringComparison.Ordinal);
        Assert.Equal(["rules 1", "leave 239.1.1.1", "close 0"], TakeJournal(except: "forget"));
    }

    [Fact]
    public void Last_rule_should_take_worker_and_sockets_along()
    {
        Ok(Video());
        TakeJournal();
        Relay.Tell(RelayCommands.RemoveRule.ById(Video().Id), TestActor);
        ExpectMsg<CommandResult.Ok>();
        Assert.Equal(["stop", "let go", "dispose in0"], TakeJournal());
        Assert.Empty(Workers());
        Ok(Video());
        Assert.Equal("open in0", TakeJournal()[0]);
    }

    [Fact]
    public void Rule_removed_and_added_again_in_one_breath_should_be_active()
    {
        Ok(Video());
        for (int i = 0; i < 20; i++)
        {
            Relay.Tell(RelayCommands.RemoveRule.ByName("video"), TestActor);
            Relay.Tell(new RelayCommands.AddRule(Video(), "again"), TestActor);
            string[] answers = [ExpectMsg<CommandResult.Ok>().Sentence, ExpectMsg<CommandResult.Ok>().Sentence];
            Assert.Single(answers, a => a.EndsWith("is removed", StringComparison.Ordinal));
            Assert.Single(answers, a => a.EndsWith("is active", StringComparison.Ordinal));
        }

        Assert.Equal("again", List().Single().Origin);
    }

    [Fact]
    public void Rule_on_a_missing_interface_should_wait_and_start_when_it_comes()
    {
        string sentence = Ok(TestRules.Rule("eth9", "239.1.1.1", 5000, null, "239.2.2.2:6000:out0"));
        Assert.EndsWith("is pending: interface eth9 does not exist", sentence, StringComparison.Ordinal);
        Assert.Empty(TakeJournal());

        Platform.SetLinks(FakePlatform.Device("out0", 2), FakePlatform.Device("eth9", 9));
        AwaitAssert(() => Assert.Equal(RuleStatus.Active, List().Single().Status));
    }

    [Fact]
    public void Device_that_vanishes_should_make_the_rule_pending_again()
    {
        Ok(Video());
        Platform.SetLinks(FakePlatform.Device("out0", 2));
        AwaitAssert(() => Assert.Equal((RuleStatus.Pending, "interface in0 does not exist"), (List().Single().Status, List().Single().Why)));
        Assert.True(Platform.Ports.Single().IsDisposed);
    }

    [Fact]
    public void Unicast_output_should_get_a_new_socket_when_the_address_of_its_device_changes()
    {
        Ok(Audio());
        TakeJournal();
        Platform.SetLinks(FakePlatform.Device("in0", 1), FakePlatform.Device("out0", 2), FakePlatform.Device("out1", 3) with { Addresses = [System.Net.IPAddress.Parse("10.77.0.1")] });
        AwaitAssert(() => Assert.Contains("close 0", Platform.Journal));
        Assert.Equal(["egress 1 out1 10.9.9.9:6000", "sockets 1", "rules 1", "close 0"], TakeJournal(except: "forget"));
    }

    [Fact]
    public void Device_that_comes_back_as_another_should_be_opened_anew()
    {
        Ok(Video());
        TakeJournal();
        Platform.SetLinks(FakePlatform.Device("in0", 77), FakePlatform.Device("out0", 2));
        AwaitAssert(() => Assert.Equal(2, Platform.Ports.Count));
        AwaitAssert(() => Assert.Equal(RuleStatus.Active, List().Single().Status));
        Assert.Contains("dispose in0", TakeJournal());
    }

    [Fact]
    public void Output_that_is_missing_should_degrade_the_rule_and_say_which()
    {
        string sentence = Ok(Video("239.2.2.2:6000:out0", "239.2.2.2:6000:wg0"));
        Assert.EndsWith("is degraded: output interface wg0 does not exist", sentence, StringComparison.Ordinal);
        Assert.Single(NextWorker().Rules!.Rules.Single().Outputs);
    }

    [Fact]
    public void Output_that_the_kernel_refuses_should_fail_the_rule_alone()
    {
        Platform.RefuseEgress = key => key.Interface == "out1" ? "no buffers" : null;
        Assert.Contains("is failed: output 10.9.9.9:6000 on out1 cannot be opened: no buffers", Ok(Audio()), StringComparison.Ordinal);
        Assert.EndsWith("is active", Ok(Video()), StringComparison.Ordinal);
    }

    [Fact]
    public void Group_that_cannot_be_joined_should_degrade_the_rule()
    {
        Platform.RefuseJoin = _ => "too many groups (see sysctl net.ipv4.igmp_max_memberships)";
        Assert.Contains("is degraded: 239.1.1.1 cannot be joined: too many groups", Ok(Video()), StringComparison.Ordinal);
    }

    [Fact]
    public void Batch_with_one_bad_rule_should_change_nothing()
    {
        ForwardingRule loops = TestRules.Rule("out0", "239.2.2.2", 6000, "loops", "239.5.5.5:6000:out1");
        Relay.Tell(new RelayCommands.AddRules([new(Video(), "a"), new(loops, "b")]), TestActor);
        RuleProblem problem = Assert.Single(ExpectMsg<CommandResult.Rejected>().Problems);
        Assert.Equal("rules[1].input", problem.Field);
        Assert.Contains("loop", problem.Sentence, StringComparison.Ordinal);
        Assert.Empty(List());
        Assert.Empty(TakeJournal());
    }

    [Fact]
    public void Worker_that_does_not_confirm_should_not_hold_up_the_answer()
    {
        Platform.Obedience = Obedience.BecomeReady | Obedience.Stop;
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        FakeWorker worker = NextWorker();
        AwaitAssert(() => Assert.NotNull(worker.Rules));
        Advance(TimeSpan.FromSeconds(2));
        Assert.EndsWith("is pending: it is being set up", ExpectMsg<CommandResult.Ok>().Sentence, StringComparison.Ordinal);
        worker.Apply();
        AwaitAssert(() => Assert.Equal(RuleStatus.Active, List().Single().Status));
    }

    [Fact]
    public void Changes_while_the_worker_is_busy_should_go_as_one_set()
    {
        Platform.Obedience = Obedience.BecomeReady | Obedience.Stop;
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        FakeWorker worker = NextWorker();
        AwaitAssert(() => Assert.NotNull(worker.Rules));
        TakeJournal();
        Relay.Tell(new RelayCommands.AddRule(Audio(), "spec"), TestActor);
        Relay.Tell(new RelayCommands.AddRule(TestRules.Rule("in0", "239.1.1.7", 5000, null, "239.2.2.7:6000:out0"), "spec"), TestActor);
        Relay.Tell(RelayCommands.RemoveRule.ByName("audio"), TestActor);
        AwaitAssert(() => Assert.Equal(2, List().Length));
        Assert.Empty(TakeJournal());
        worker.Apply();
        AwaitAssert(() => Assert.Equal(2, worker.Rules!.Rules.Length));
        Assert.Single(TakeJournal(), line => line.StartsWith("rules", StringComparison.Ordinal));
    }

    [Fact]
    public void Refused_rules_should_fail_with_the_workers_sentence()
    {
        Platform.Obedience = Obedience.BecomeReady | Obedience.Stop;
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        FakeWorker worker = NextWorker();
        AwaitAssert(() => Assert.NotNull(worker.Rules));
        worker.Refuse("no room");
        Assert.EndsWith("is failed: the worker of in0 refused it: no room", ExpectMsg<CommandResult.Ok>().Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_rule_should_not_be_removed()
    {
        Relay.Tell(RelayCommands.RemoveRule.ByName("nobody"), TestActor);
        RuleProblem problem = Assert.Single(ExpectMsg<CommandResult.Rejected>().Problems);
        Assert.Equal(("name", "there is no rule with name 'nobody'; `mcrctl list` shows all rules"), (problem.Field, problem.Sentence));
    }

    [Fact]
    public void Stats_should_start_at_zero_for_a_new_rule_whatever_its_entry_has_counted()
    {
        Ok(Video());
        Relay.Tell(new RelayQueries.GetStats(), TestActor);
        RuleStatsView stats = Assert.Single(ExpectMsg<RelayQueries.StatsReport>().Rules);
        Assert.Equal((0, 0), (stats.Matched, stats.Sent));
    }
}
