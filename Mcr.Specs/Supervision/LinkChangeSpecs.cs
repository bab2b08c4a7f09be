using System.Net;
using Akka.Actor;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Netlink;
using static Mcr.Specs.Supervision.FakePlatform;

namespace Mcr.Specs.Supervision;

/// <summary>What happens to devices, and what is to become of rules, workers and sockets.</summary>
public sealed class LinkChangeSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    private static readonly Link In = Device("in0", 1);
    private static readonly Link Out = Device("out0", 2);
    private static readonly Link Other = Device("out1", 3);

    [Fact]
    public void Input_that_is_down_should_make_its_rules_pending_and_keep_everything_until_it_is_up()
    {
        Ok(Video());
        TakeJournal();
        Platform.SetLinks(In with { IsUp = false, IsRunning = false }, Out, Other);
        Expect(RuleStatus.Pending, "interface in0 is down (see: ip link set in0 up)");
        Platform.SetLinks(In, Out, Other);
        Expect(RuleStatus.Active, null);
        Assert.Equal(["announce"], TakeJournal());
        Assert.Equal((WorkerStatus.Running, 0), Workers().Select(w => (w.Status, w.Restarts)).Single());
    }

    [Fact]
    public void Input_without_carrier_should_make_its_rules_pending_and_groups_should_be_reported_when_it_is_back()
    {
        Ok(Video());
        TakeJournal();
        Platform.SetLinks(In with { IsRunning = false, CarrierDowns = 1 }, Out, Other);
        Expect(RuleStatus.Pending, "interface in0 has no carrier");
        Assert.Empty(TakeJournal());
        Platform.SetLinks(In with { CarrierUps = 1, CarrierDowns = 1 }, Out, Other);
        Expect(RuleStatus.Active, null);
        Assert.Equal(["announce"], TakeJournal());
    }

    [Fact]
    public void Carrier_that_flaps_faster_than_anybody_looks_should_have_groups_reported_all_the_same()
    {
        Ok(Video());
        TakeJournal();
        Platform.SetLinks(In with { CarrierUps = 1, CarrierDowns = 1 }, Out, Other);
        AwaitAssert(() => Assert.Equal(["announce"], Platform.Journal));
        Platform.SetLinks(In with { CarrierUps = 1, CarrierDowns = 1 }, Out with { CarrierUps = 1 }, Other); // of an output: nothing is joined there
        Platform.SetLinks(In with { CarrierUps = 2, CarrierDowns = 2 }, Out with { CarrierUps = 1 }, Other);
        AwaitAssert(() => Assert.Equal(["announce", "announce"], Platform.Journal));
    }

    [Fact]
    public void Output_that_is_down_should_degrade_the_rule_until_it_is_up_and_keep_its_socket()
    {
        Ok(Video());
        TakeJournal();
        Platform.SetLinks(In, Out with { IsUp = false, IsRunning = false }, Other);
        Expect(RuleStatus.Degraded, "output interface out0 is down (see: ip link set out0 up)");
        Platform.SetLinks(In, Out, Other);
        Expect(RuleStatus.Active, null);
        Assert.Empty(TakeJournal());
    }

    [Fact]
    public void Input_that_is_renamed_should_make_rules_of_the_old_name_pending_and_of_the_new_name_active()
    {
        Ok(Video());
        Ok(TestRules.Rule("eth9", "239.1.1.2", 5000, "renamed", "239.2.2.2:6001:out0"));
        Platform.SetLinks(In with { Name = "eth9" }, Out, Other);
        AwaitAssert(() => Assert.Equal([("renamed", RuleStatus.Active), ("video", RuleStatus.Pending)], List().Select(r => (r.Rule.Name!, r.Status)).Order()));
        Platform.SetLinks(In, Out, Other);
        AwaitAssert(() => Assert.Equal([("renamed", RuleStatus.Pending), ("video", RuleStatus.Active)], List().Select(r => (r.Rule.Name!, r.Status)).Order()));
    }

    [Fact]
    public void Output_that_is_renamed_should_be_missed_by_its_old_name()
    {
        Ok(Video("239.2.2.2:6000:out0", "239.2.2.2:6000:wg0"));
        TakeJournal();
        Platform.SetLinks(In, Out with { Name = "wg0" }, Other);
        Expect(RuleStatus.Degraded, "output interface out0 does not exist");
        Assert.Equal(["egress 1 wg0", "sockets 1", "rules 1", "close 0"], TakeJournal(except: "forget"));
        Platform.SetLinks(In, Out, Other);
        Expect(RuleStatus.Degraded, "output interface wg0 does not exist");
    }

    [Theory]
    [InlineData(77, 0)]
    [InlineData(1, 1)]
    public void Input_that_was_made_again_should_be_opened_anew_even_with_the_same_index(int index, long incarnation)
    {
        Ok(Video());
        Platform.SetLinks(In with { Index = index, Incarnation = incarnation }, Out, Other);
        AwaitAssert(() => Assert.Equal(2, Platform.Ports.Count));
        AwaitAssert(() => Assert.Equal(RuleStatus.Active, List().Single().Status));
        Assert.True(Platform.Ports.First().IsDisposed);
    }

    [Theory]
    [InlineData(77, 0)]
    [InlineData(2, 1)]
    public void Output_that_was_made_again_should_get_a_new_socket(int index, long incarnation)
    {
        Ok(Video());
        TakeJournal();
        Platform.SetLinks(In, Out with { Index = index, Incarnation = incarnation }, Other);
        AwaitAssert(() => Assert.Contains("close 0", Platform.Journal));
        Assert.Equal(["egress 1 out0", "sockets 1", "rules 1", "close 0"], TakeJournal(except: "forget"));
        Assert.Equal(RuleStatus.Active, List().Single().Status);
    }

    [Fact]
    public void Mtu_of_an_output_should_reach_the_worker_and_that_of_the_input_change_nothing()
    {
        Ok(Video());
        TakeJournal();
        Platform.SetLinks(In with { Mtu = 9000 }, Out, Other);
        Platform.SetLinks(In with { Mtu = 9000 }, Out with { Mtu = 9000 }, Other);
        AwaitAssert(() => Assert.Equal(["rules 1"], Platform.Journal));
        Assert.Equal(9000, NextWorker().Rules!.Rules.Single().Outputs.Single().Options.Mtu);
    }

    [Fact]
    public void Address_of_the_other_family_should_leave_a_unicast_output_its_socket()
    {
        Ok(Audio());
        TakeJournal();
        Platform.SetLinks(In, Out, Other with { Addresses = Other.Addresses.Add(IPAddress.Parse("fd00::1")) });
        Platform.SetLinks(In, Out, Other with { Addresses = [IPAddress.Parse("10.77.0.1")] });
        AwaitAssert(() => Assert.Contains("close 0", Platform.Journal));
        Assert.Equal(["egress 1 out1 10.9.9.9:6000", "sockets 1", "rules 1", "close 0"], TakeJournal(except: "forget"));
    }

    [Fact]
    public void Membership_that_vanished_should_be_noticed_by_a_change_of_the_device_or_after_a_while()
    {
        Ok(Video());
        Platform.Repair = PortRepair.Nothing with { Sentences = ["joined again"] };
        Platform.SetLinks(In with { Mtu = 60 }, Out, Other);
        AwaitAssert(() => Assert.Equal(1, Repairs()));
        Platform.Repair = PortRepair.Nothing with { Sentences = ["joined again", "set again"] };
        Advance(TimeSpan.FromSeconds(10));
        AwaitAssert(() => Assert.Equal(3, Repairs()));
        Assert.Equal(RuleStatus.Active, List().Single().Status);
    }

    [Fact]
    public void Membership_that_cannot_be_had_again_should_degrade_its_rule_until_it_can()
    {
        Ok(Video());
        TakeJournal();
        var membership = new Membership(IPAddress.Parse("239.1.1.1"), null, 0);
        Platform.Repair = new PortRepair(["gone"], PortRepair.Nothing.Lost.Add(membership, "the device has no IPv4"));
        Platform.RefuseJoin = _ => "the device has no IPv4";
        Platform.SetLinks(In with { Mtu = 60 }, Out, Other);
        Expect(RuleStatus.Degraded, "239.1.1.1 cannot be joined: the device has no IPv4");
        AwaitAssert(() => Assert.Contains("leave 239.1.1.1", Platform.Journal));
        Advance(TimeSpan.FromSeconds(10));
        AwaitAssert(() => Assert.Contains("join 239.1.1.1 refused", Platform.Journal));
        Platform.RefuseJoin = _ => null;
        Platform.SetLinks(In, Out, Other);
        Expect(RuleStatus.Active, null);
        Assert.Contains("join 239.1.1.1", Platform.Journal);
    }

    [Fact]
    public void Watch_that_ends_should_be_started_again_and_nothing_else()
    {
        Ok(Video());
        TakeJournal();
        Platform.FailWatch("planted");
        AwaitAssert(() => Assert.Equal(0, Platform.Watches));
        Platform.SetLinks(In, Out with { IsUp = false }, Other); // nobody hears it
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromMilliseconds(350)); // 250 and a fifth
            Assert.Equal(1, Platform.Watches);
        });
        Expect(RuleStatus.Degraded, "output interface out0 is down (see: ip link set out0 up)");
        Assert.Empty(TakeJournal());
    }

    [Fact]
    public void Devices_that_cannot_be_watched_at_first_should_keep_rules_pending()
    {
        Platform.RefuseWatch = "planted";
        Relay.Tell(new RelayCommands.AddRule(Video(), "spec"), TestActor);
        AwaitAssert(() => Assert.Equal(RuleStatus.Pending, List().Single().Status));
        Platform.RefuseWatch = null;
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(RuleStatus.Active, List().Single().Status);
        });
    }

    private void Expect(RuleStatus status, string? why) => AwaitAssert(() => Assert.Equal((status, why), (List().Single().Status, List().Single().Why)));

    private long Repairs()
    {
        Relay.Tell(new RelayQueries.ListInterfaces(), TestActor);
        return ExpectMsg<RelayQueries.InterfaceList>().Interfaces.Single(i => i.Name == "in0").Repairs;
    }
}
