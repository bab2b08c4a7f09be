using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Egress;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using static Mcr.Specs.Supervision.FakePlatform;

namespace Mcr.Specs.Supervision;

/// <summary>What is planned for rules with several inputs: by which sockets they hear, and what becomes of them when devices come and go.</summary>
public sealed class FeedPlanSpecs
{
    private static readonly Link A = Device("in0", 1);
    private static readonly Link B = Device("in1", 2);
    private static readonly Link Out = Device("out0", 3);
    private static readonly ForwardingRule Video = FeedRules.Rule("video", "239.2.2.2:6000:out0", "in0 239.1.1.1:5000", "in1 239.1.1.2:5001 10.0.0.7");
    private static readonly ForwardingRule Audio = FeedRules.Rule("audio", "239.2.2.3:6000:out0", "in1 239.1.1.9:5009", "in0 239.1.1.9:5009");

    [Fact]
    public void Each_device_should_have_one_socket_for_all_inputs_and_each_input_its_groups_there()
    {
        InterfacePlan plan = Plan([A, B, Out], Allocations.Empty, Video, Audio);
        EgressKey[] feeds = [FeedResolution.KeyOf(A), FeedResolution.KeyOf(B)];
        Assert.Equal(feeds.ToHashSet(), [.. plan.Open.Select(o => o.Key).Where(k => k.Kind == EgressKind.Feed)]);
        Assert.Equal([2, 2], feeds.Select(f => plan.Allocations.Sockets[f].Users));
        ResolvedRule video = Resolved(plan, Video);
        Assert.Equal([Input(plan, A, "239.1.1.1", 5000), Input(plan, B, "239.1.1.2", 5001, "10.0.0.7")], video.Inputs);
        Assert.Equal((IPAddress.Parse("239.1.1.1"), 5000, FeedRules.Merge), (video.Group, video.Port, video.Select));
        Assert.Equal([Input(plan, B, "239.1.1.9", 5009), Input(plan, A, "239.1.1.9", 5009)], Resolved(plan, Audio).Inputs);
        Assert.Equal(RuleOutcome.Active, Outcome(plan, Video));
        Membership[] expected =
        [
            new(IPAddress.Parse("239.1.1.1"), null, 0) { Feed = feeds[0] }, new(IPAddress.Parse("239.1.1.2"), IPAddress.Parse("10.0.0.7"), 0) { Feed = feeds[1] },
            new(IPAddress.Parse("239.1.1.9"), null, 0) { Feed = feeds[0] }, new(IPAddress.Parse("239.1.1.9"), null, 0) { Feed = feeds[1] },
        ];
        Assert.Equal(expected.Concat(expected.Select(m => m with { Source = null, IsHeardOnly = true })).ToHashSet(), [.. plan.Join]);
    }

    [Fact]
    public void Two_inputs_of_one_device_should_share_its_socket()
    {
        InterfacePlan plan = Plan([A, Out], Allocations.Empty, FeedRules.Rule("v", "239.2.2.2:6000:out0", "in0 239.1.1.1:5000", "in0 239.1.1.2:5000"));
        Assert.Equal(2, plan.Open.Length);
        Assert.Equal(2, plan.Allocations.Sockets[FeedResolution.KeyOf(A)].Users);
    }

    [Fact]
    public void Input_whose_device_is_missing_should_keep_its_place_and_degrade_the_rule()
    {
        InterfacePlan plan = Plan([B, Out], Allocations.Empty, Video);
        Assert.Equal([new(ResolvedInput.NoSocket, IPAddress.Parse("239.1.1.1"), 5000, null), Input(plan, B, "239.1.1.2", 5001, "10.0.0.7")], Resolved(plan, Video).Inputs);
        Assert.Equal(new RuleOutcome(RuleStatus.Degraded, "input 1 of 2: in0 does not exist"), Outcome(plan, Video));
    }

    [Theory]
    [InlineData(false, "input 2 of 2: in1 is down (see: ip link set in1 up)")]
    [InlineData(true, "input 2 of 2: in1 has no carrier")]
    public void Input_whose_device_carries_nothing_should_keep_its_socket_and_degrade_the_rule(bool isUp, string why)
    {
        InterfacePlan plan = Plan([A, B with { IsUp = isUp, IsRunning = false }, Out], Allocations.Empty, Video);
        Assert.Equal(new RuleOutcome(RuleStatus.Degraded, why), Outcome(plan, Video));
        Assert.DoesNotContain(Resolved(plan, Video).Inputs, i => i.Socket == ResolvedInput.NoSocket);
    }

    [Fact]
    public void Rule_should_be_pending_when_no_input_is_left_with_a_sentence_for_each()
    {
        InterfacePlan none = Plan([Out], Allocations.Empty, Video);
        Assert.Equal(new RuleOutcome(RuleStatus.Pending, "input 1 of 2: in0 does not exist; input 2 of 2: in1 does not exist"), Outcome(none, Video));
        Assert.Null(none.Allocations.Rules[Video.Id].Resolved);
        InterfacePlan dead = Plan([A with { IsRunning = false }, Out], Allocations.Empty, Video);
        Assert.Equal(new RuleOutcome(RuleStatus.Pending, "input 1 of 2: in0 has no carrier; input 2 of 2: in1 does not exist"), Outcome(dead, Video));
        Assert.NotNull(dead.Allocations.Rules[Video.Id].Resolved); // the worker waits with us
    }

    [Fact]
    public void Device_that_goes_and_comes_back_should_have_its_socket_given_up_and_opened_again_while_the_other_is_not_touched()
    {
        InterfacePlan both = Plan([A, B, Out], Allocations.Empty, Video, Audio);
        int kept = both.Allocations.Sockets[FeedResolution.KeyOf(A)].Id;
        int gone = both.Allocations.Sockets[FeedResolution.KeyOf(B)].Id;
        InterfacePlan one = Plan([A, Out], both.Allocations, Video, Audio);
        Assert.Empty(one.Open);
        Assert.Empty(one.Join);
        Assert.Equal([gone], one.Allocations.Release(2).Released.Sockets);
        Assert.All(one.Allocations.Release(2).Released.Memberships, m => Assert.Equal(FeedResolution.KeyOf(B), m.Feed));
        Assert.Equal([kept, ResolvedInput.NoSocket], Resolved(one, Video).Inputs.Select(i => i.Socket));
        Assert.Equal(Resolved(both, Video).Counter, Resolved(one, Video).Counter);

        Link anew = B with { Index = 9 };
        InterfacePlan again = Plan([A, anew, Out], one.Allocations.Release(2).Kept, Video, Audio);
        Assert.Equal(FeedResolution.KeyOf(anew), Assert.Single(again.Open).Key);
        Assert.Equal(RuleOutcome.Active, Outcome(again, Video));
        Assert.Equal(kept, Resolved(again, Video).Inputs[0].Socket);
    }

    [Fact]
    public void Same_index_of_another_device_should_be_another_socket()
    {
        InterfacePlan before = Plan([A, B, Out], Allocations.Empty, Video);
        InterfacePlan after = Plan([A, B with { Incarnation = 1 }, Out], before.Allocations, Video);
        Assert.Equal(1, Assert.Single(after.Open).Key.Incarnation);
        Assert.Equal([before.Allocations.Sockets[FeedResolution.KeyOf(B)].Id], after.Allocations.Release(2).Released.Sockets);
    }

    [Fact]
    public void Socket_that_is_about_to_be_closed_should_be_taken_back()
    {
        InterfacePlan before = Plan([A, B, Out], Allocations.Empty, Video);
        InterfacePlan without = Plan([A, B, Out], before.Allocations);
        Assert.Equal(3, without.Allocations.Retired.Sockets.Count);
        InterfacePlan back = Plan([A, B, Out], without.Allocations, Video);
        Assert.Empty(back.Open);
        Assert.Empty(back.Join);
        Assert.Equal(before.Allocations.Sockets.ToHashSet(), [.. back.Allocations.Sockets]);
    }

    [Fact]
    public void What_the_port_refuses_should_hurt_no_other_input()
    {
        PlanFailures socket = PlanFailures.None with { Sockets = PlanFailures.None.Sockets.Add(FeedResolution.KeyOf(B), "too many open files") };
        InterfacePlan plan = Plan([A, B, Out], Allocations.Empty, socket, Video);
        Assert.Equal(new RuleOutcome(RuleStatus.Degraded, "input 2 of 2: too many open files"), Outcome(plan, Video));
        Assert.Equal(ResolvedInput.NoSocket, Resolved(plan, Video).Inputs[1].Socket);

        Membership group = new(IPAddress.Parse("239.1.1.1"), null, 0) { Feed = FeedResolution.KeyOf(A) };
        plan = Plan([A, B, Out], Allocations.Empty, PlanFailures.None with { Memberships = PlanFailures.None.Memberships.Add(group, "no room") }, Video);
        Assert.Equal(new RuleOutcome(RuleStatus.Degraded, "input 1 of 2: 239.1.1.1 cannot be joined: no room"), Outcome(plan, Video));
        Assert.DoesNotContain(Resolved(plan, Video).Inputs, i => i.Socket == ResolvedInput.NoSocket); // it may come all the same

        plan = Plan([A with { Kind = LinkKind.Other }, Out], Allocations.Empty, Video);
        Assert.Equal(RuleStatus.Failed, Outcome(plan, Video).Status);
    }

    [Fact]
    public void Unicast_inputs_should_be_claimed_on_their_devices_and_be_of_this_host()
    {
        ForwardingRule rule = FeedRules.Rule("v", "239.2.2.2:6000:out0", "in0 10.1.0.2:5000", "in1 10.9.9.9:5000");
        InterfacePlan plan = Plan([A, B, Out], Allocations.Empty, rule);
        Assert.Equal(RuleStatus.Degraded, Outcome(plan, rule).Status);
        Assert.StartsWith("input 2 of 2: 10.9.9.9 is not an address of this host", Outcome(plan, rule).Why, StringComparison.Ordinal);
        Assert.Contains(new Membership(IPAddress.Parse("10.1.0.2"), null, 5000) { Feed = FeedResolution.KeyOf(A) }, plan.Join);
    }

    /// <summary>Also where the first input has no socket, and where two rules have one group and port on different devices.</summary>
    [Fact]
    public void Adopted_worker_should_be_known_again_and_need_nothing()
    {
        ForwardingRule[] rules = [Video, Audio, FeedRules.Rule("more", "239.2.2.4:6000:out0", "in9 239.1.1.1:5000", "in0 239.1.1.7:5000")];
        InterfacePlan before = Plan([A, B, Out], Allocations.Empty, rules);
        AdoptedPort adopted = AdoptedPorts.Of(before.Allocations, 7);
        InterfacePlan plan = Plan([A, B, Out], AdoptedAllocations.Rebuild(adopted, rules.ToImmutableDictionary(r => r.Id)), rules);
        Assert.True(plan.Change.IsEmpty);
        Assert.Empty(plan.Open);
        Assert.True(plan.Allocations.Retired.IsEmpty);
        Assert.Equal(before.Allocations.Sockets.ToHashSet(), [.. plan.Allocations.Sockets]);
        Assert.Equal(before.Allocations.Memberships.Keys.ToHashSet(), [.. plan.Join]); // anew
        Assert.All(rules, r => Assert.Equal(before.Allocations.Rules[r.Id].Counter, plan.Allocations.Rules[r.Id].Counter));
    }

    [Fact]
    public void Changes_of_any_input_should_concern_the_home_of_feeds_and_no_other()
    {
        LinkTable before = new([A, B, Out]);
        Assert.Equal(new LinkNews(true, false, false), News(A));
        Assert.Equal(new LinkNews(true, true, false), News(A, B with { IsRunning = false }));
        Assert.Equal(new LinkNews(false, true, true), News(A, B with { CarrierUps = 1 }));
        Assert.Equal(default, News(A, B, Device("eth9", 9)));

        LinkNews News(params Link[] after) => LinkNews.Of(ForwardingRule.FeedsHome, [Video], before, new LinkTable([.. after, Out]));
    }

    private static ResolvedInput Input(InterfacePlan plan, Link link, string group, ushort port, string? source = null) =>
        new(plan.Allocations.Sockets[FeedResolution.KeyOf(link)].Id, IPAddress.Parse(group), port, source is null ? null : IPAddress.Parse(source));

    private static ResolvedRule Resolved(InterfacePlan plan, ForwardingRule rule) => plan.Allocations.Rules[rule.Id].Resolved!;

    private static RuleOutcome Outcome(InterfacePlan plan, ForwardingRule rule) => plan.Allocations.Rules[rule.Id].Outcome;

    private static InterfacePlan Plan(Link[] links, Allocations before, params ForwardingRule[] rules) => Plan(links, before, PlanFailures.None, rules);

    private static InterfacePlan Plan(Link[] links, Allocations before, PlanFailures failures, params ForwardingRule[] rules) =>
        InterfacePlanner.Plan(new PlanInput(FeedsHome.Link, new LinkTable(links), rules.ToImmutableDictionary(r => r.Id), before, failures, before.Rules.IsEmpty ? 1 : 2));
}
