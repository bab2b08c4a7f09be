using System.Collections.Immutable;
using Akka.Actor;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using static Mcr.Specs.Supervision.FakePlatform;

namespace Mcr.Specs.Supervision;

/// <summary>The interface that is none: rules with several inputs in the actor tree.</summary>
public sealed class FeedsHomeSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    private static readonly Link In = Device("in0", 1);
    private static readonly Link Out = Device("out0", 2);
    private static readonly Link Other = Device("out1", 3);
    private static readonly ForwardingRule Merged = FeedRules.Rule("merged", "239.2.2.2:6000:out0", "in0 239.1.1.1:5000", "out1 239.1.1.2:5000");

    [Fact]
    public void Rule_should_have_a_worker_of_its_own_and_a_socket_on_each_device_until_it_is_gone()
    {
        Ok(Audio());
        NextWorker();
        TakeJournal();
        Assert.EndsWith("for 239.1.1.1:5000 on in0 and 239.1.1.2:5000 on out1 is active", Ok(Merged), StringComparison.Ordinal);
        FakeWorker worker = NextWorker();
        ResolvedRule rule = Assert.Single(worker.Rules!.Rules);
        Assert.Equal(2, rule.Inputs.Length);
        Assert.All(rule.Inputs, i => Assert.Contains(i.Socket, worker.Sockets));
        string[] journal = TakeJournal();
        Assert.Superset(
            new HashSet<string> { "open feeds/0", $"feed {rule.Inputs[0].Socket} in0", $"feed {rule.Inputs[1].Socket} out1", "hear 239.1.1.1 on in0", "join 239.1.1.1 on in0", "hear 239.1.1.2 on out1", "join 239.1.1.2 on out1" },
            new HashSet<string>(journal));
        Assert.Equal([("feeds/0", 0), ("in0", 0)], Workers().Select(w => (w.Interface, w.Number)));

        Relay.Tell(RelayCommands.RemoveRule.ByName("merged"), TestActor);
        Assert.EndsWith("is removed", ExpectMsg<CommandResult.Ok>().Sentence, StringComparison.Ordinal);
        AwaitAssert(() => Assert.Contains("dispose feeds/0", Platform.Journal));
    }

    [Fact]
    public void Device_that_goes_should_degrade_the_rule_and_no_other_and_be_used_again_when_it_is_back()
    {
        Ok(Audio());
        Ok(Merged);
        Platform.SetLinks(In, Out);
        Expect("merged", RuleStatus.Degraded, "input 2 of 2: out1 does not exist");
        Platform.SetLinks(Out, Other);
        Expect("merged", RuleStatus.Degraded, "input 1 of 2: in0 does not exist");
        Platform.SetLinks(Out);
        Expect("merged", RuleStatus.Pending, "input 1 of 2: in0 does not exist; input 2 of 2: out1 does not exist");
        Assert.Single(Workers(), w => w.Interface == "feeds/0"); // it waits with us
        Platform.SetLinks(In, Out, Other);
        Expect("merged", RuleStatus.Active, null);
        Assert.Equal(0, Workers().Single(w => w.Interface == "feeds/0").Restarts);
    }

    [Fact]
    public void Carrier_that_is_back_on_any_input_should_have_groups_reported()
    {
        Ok(Merged);
        TakeJournal();
        Platform.SetLinks(In, Out, Other with { CarrierUps = 1, CarrierDowns = 1 });
        AwaitAssert(() => Assert.Equal(["announce"], Platform.Journal));
    }

    /// <summary>By its first input the rule is the same: but another worker has it, and the earlier one has it no more.</summary>
    [Fact]
    public void Rule_that_gets_more_inputs_should_move_and_move_back()
    {
        Ok(Audio());
        ForwardingRule alone = Merged with { MoreInputs = [], Select = null };
        Ok(alone);
        FakeWorker own = NextWorker();
        Ok(Merged);
        FakeWorker feeds = NextWorker();
        AwaitAssert(() => Assert.Equal((1, 1), (own.Rules!.Rules.Length, feeds.Rules!.Rules.Length)));
        Ok(alone);
        AwaitAssert(() => Assert.Equal(2, own.Rules!.Rules.Length));
        AwaitAssert(() => Assert.Contains("dispose feeds/0", Platform.Journal));
        Assert.All(List(), r => Assert.Equal(RuleStatus.Active, r.Status));
    }

    [Fact]
    public void Change_of_inputs_should_be_a_change()
    {
        Ok(Merged);
        FakeWorker worker = NextWorker();
        Ok(Merged with { MoreInputs = [FeedRules.Input("out1 239.1.1.3:5000")] });
        AwaitAssert(() => Assert.Equal("239.1.1.3", $"{worker.Rules!.Rules.Single().Inputs[1].Group}"));
        AwaitAssert(() => Assert.Superset(new HashSet<string> { "leave 239.1.1.2 on out1", "ignore 239.1.1.2 on out1" }, new HashSet<string>(Platform.Journal)));
    }

    /// <summary>Nothing is opened, and no worker hears of it: its queues flow on.</summary>
    [Fact]
    public void Worker_of_an_mcrd_that_is_gone_should_be_gone_on_with()
    {
        var links = new LinkTable([In, Out, Other]);
        var rules = ImmutableDictionary<RuleId, ForwardingRule>.Empty.Add(Merged.Id, Merged);
        InterfacePlan plan = InterfacePlanner.Plan(new PlanInput(FeedsHome.Link, links, rules, Allocations.Empty, PlanFailures.None, 1));
        Platform.Adopted = AdoptedPorts.Of(plan.Allocations, 40);
        Ok(Merged);
        AwaitAssert(() => Assert.Equal(RuleStatus.Active, List().Single().Status));
        Assert.Equal((700, "feeds/0"), Workers().Select(w => (w.Pid, w.Interface)).Single());
        Assert.Equal(
            ["adopt", "drop inherited", "hear 239.1.1.1 on in0", "hear 239.1.1.2 on out1", "join 239.1.1.1 on in0", "join 239.1.1.2 on out1", "open feeds/0"],
            TakeJournal().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Another_number_of_workers_should_be_refused()
    {
        Ok(Merged);
        Options = Options with { InterfaceDefaults = new InterfaceOptions { Workers = 4 } };
        Relay.Tell(new RelayCommands.SetWorkers("feeds/0", 2), TestActor);
        Assert.StartsWith("feeds/0, where rules with several inputs are at home, always has 1 worker", ExpectMsg<CommandResult.Rejected>().Problems.Single().Sentence, StringComparison.Ordinal);
        Relay.Tell(new RelayCommands.SetWorkers("feeds/0", 1), TestActor);
        ExpectMsg<CommandResult.Ok>();
    }

    [Fact]
    public void One_worker_should_serve_whatever_is_configured_for_interfaces()
    {
        Options = Options with { InterfaceDefaults = new InterfaceOptions { Workers = 4 } };
        Ok(Merged);
        Assert.Equal("feeds/0", Assert.Single(Workers()).Interface);
    }

    [Fact]
    public void Lists_should_show_the_home_and_count_the_rule_at_each_of_its_inputs()
    {
        Ok(Audio());
        Ok(Merged);
        Relay.Tell(new RelayQueries.ListInterfaces(), TestActor);
        RelayQueries.InterfaceList list = ExpectMsg<RelayQueries.InterfaceList>();
        Assert.Equal(
            [("feeds/0", 1, 1, true), ("in0", 2, 1, true), ("out0", 0, 0, true), ("out1", 1, 0, true)],
            list.Interfaces.Select(i => (i.Name, i.Rules, i.Workers, i.Link is not null)));
    }

    private void Expect(string name, RuleStatus status, string? why) =>
        AwaitAssert(() => Assert.Equal((status, why), List().Where(r => r.Rule.Name == name).Select(r => (r.Status, r.Why)).Single()));
}
