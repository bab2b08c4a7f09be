using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Redundancy;
using Mcr.Native.Redundancy;
using static Mcr.Specs.Redundancy.RedundancyBench;

namespace Mcr.Specs.Redundancy;

/// <summary>What a node decides of a redundant rule by itself, by examples.</summary>
public sealed class RedundancyStateSpecs
{
    [Fact]
    public void Node_should_be_free_only_after_the_hold_while_others_are_not_heard_of()
    {
        var b = new RedundancyBench();
        Assert.False(b.Wish.IsFree);
        b.Now = 4.9;
        Assert.False(b.Wish.IsFree);
        b.Now = 5;
        Assert.True(b.Wish.IsFree);
    }

    [Fact]
    public void Node_should_be_free_at_once_when_all_others_are_known_and_none_goes_first()
    {
        var a = new RedundancyBench("a");
        a.Hear("b", Standby);
        Assert.False(a.Wish.IsFree);
        a.Hear("c", Standby);
        Assert.True(a.Wish.IsFree);
    }

    [Fact]
    public void Node_should_not_be_free_while_who_forwards_or_goes_first_can_be_reached()
    {
        var b = new RedundancyBench { Now = 10 };
        b.Hear("c", Forwarder);
        Assert.False(b.Wish.IsFree);
        b.Hear("c", Forwarder, isReachable: false);
        Assert.True(b.Wish.IsFree);
        b.Hear("a", Standby);
        Assert.False(b.Wish.IsFree);
        b.Hear("a", Standby with { Unfit = "its input in0 is down" });
        Assert.True(b.Wish.IsFree);
        b.Hear("a", Standby with { Flowing = false }); // it goes first, and has nothing to forward
        Assert.True(b.Wish.IsFree);
        b.See(b.View with { IsFlowing = false }); // neither has this one
        Assert.False(b.Wish.IsFree);
        b.Hear("a", Standby, isReachable: false);
        Assert.True(b.Wish.IsFree);
    }

    /// <summary>Datagrams are seen on the output that may be of a node whose address nobody has told yet.</summary>
    [Fact]
    public void Node_should_not_be_free_while_strangers_are_heard_and_an_address_is_not_known()
    {
        var b = new RedundancyBench { Now = 10 };
        b.See(b.View with { IsCrowded = true });
        Assert.False(b.Wish.IsFree);
        b.Hear("a", Standby, isReachable: false);
        b.Hear("c", Standby, isReachable: false);
        Assert.True(b.Wish.IsFree); // both are known by now, and it was neither
        b = new RedundancyBench { Now = 10 };
        b.See(b.View with { IsCrowded = true });
        b.See(b.View with { IsCrowded = false });
        Assert.True(b.Wish.IsFree);
    }

    [Fact]
    public void Forwarder_that_cannot_be_reached_should_be_suspect_unless_another_forwards()
    {
        var b = new RedundancyBench();
        b.Hear("a", Forwarder);
        Assert.False(b.Wish.IsSuspect);
        b.Hear("a", Forwarder, isReachable: false);
        Assert.True(b.Wish.IsSuspect);
        b.Hear("c", Forwarder);
        Assert.False(b.Wish.IsSuspect);
        b.Hear("c", Standby);
        b.Hear("a", Standby, isReachable: false);
        Assert.False(b.Wish.IsSuspect);
        b.See(b.View with { HeardRank = 0 }); // it had said that it stands by, and was heard all the same
        Assert.True(b.Wish.IsSuspect);
    }

    [Fact]
    public void Of_two_that_do_not_hear_each_other_the_last_should_give_way_after_a_second()
    {
        var b = new RedundancyBench { Now = 10 };
        b.Forward();
        b.Hear("a", Forwarder);
        Assert.Empty(b.Tick());
        Assert.Empty(b.TickAt(10.9));
        var probe = Assert.IsType<RedundancyEffect.Probe>(Assert.Single(b.TickAt(11)));
        Assert.Equal(("a", b.Rule.Id), (probe.Message.Node, probe.Message.Rule));
        Assert.Empty(b.Tick());
        RelayEvent news = Assert.IsType<RedundancyEffect.Tell>(Assert.Single(b.Probed(meets: true))).News;
        Assert.Equal((EventKind.Redundancy, EventSeverity.Warning), (news.Kind, news.Severity));
        Assert.Equal((FirstNumber + 1, TakeoverOrder.Yield), (b.Wish.Number, b.Wish.Kind));
    }

    [Fact]
    public void Second_should_begin_anew_when_one_of_two_has_stopped_meanwhile()
    {
        var b = new RedundancyBench { Now = 10 };
        b.Forward();
        b.Hear("a", Forwarder);
        b.Tick();
        b.Hear("a", Forwarder with { Sending = false }); // it has nothing to forward
        b.TickAt(10.5);
        b.Hear("a", Forwarder);
        Assert.Empty(b.TickAt(11));
        Assert.Empty(b.TickAt(11.9));
        Assert.NotEmpty(b.TickAt(12));
    }

    [Fact]
    public void One_that_goes_first_should_never_give_way()
    {
        var a = new RedundancyBench("a") { Now = 10 };
        a.Forward();
        a.Hear("b", Forwarder);
        for (int i = 10; i < 20; i++)
            Assert.Empty(a.TickAt(i));
        Assert.Equal(FirstNumber, a.Wish.Number);
    }

    [Fact]
    public void Preferred_node_should_take_back_after_it_has_been_well_for_some_time()
    {
        var a = new RedundancyBench("a") { Now = 10 };
        a.Hear("b", Forwarder);
        Assert.Empty(a.Tick());
        Assert.Empty(a.TickAt(12.9));
        a.See(a.View with { IsFlowing = false });
        Assert.Empty(a.TickAt(13));
        a.See(a.View with { IsFlowing = true });
        Assert.Empty(a.TickAt(14));
        Assert.Empty(a.TickAt(16.9));
        var ask = Assert.IsType<RedundancyEffect.Ask>(Assert.Single(a.TickAt(17)));
        var yield = Assert.IsType<ControlRequest.ClusterYield>(ask.Request);
        Assert.Equal(("b", a.Rule.Id.Value, "a", false), (ask.Node, yield.Rule, yield.Member, yield.Now));
    }

    /// <summary>Its link comes and goes: each time that it takes the rule back it loses it at once.</summary>
    [Fact]
    public void Preferred_node_that_loses_it_again_and_again_should_wait_longer_each_time()
    {
        var a = new RedundancyBench("a") { Now = 10 };
        double[] waits = [.. Enumerable.Range(0, 12).Select(_ => Flap(a, keptFor: 1))];
        Assert.Equal([3, 3, 3, 3, 6, 12, 24, 48, 96, 192, 300, 300], waits);
        Flap(a, keptFor: 3_001); // ten times as long as it has waited for it
        Assert.Equal(3, Flap(a, keptFor: 1));
    }

    [Fact]
    public void Drain_should_be_no_reason_to_wait_longer()
    {
        var a = new RedundancyBench("a") { Now = 10 };
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(3, Flap(a, keptFor: 1));
            a.Drain();
            a.Drain(isDrained: false);
        }
    }

    /// <summary>b forwards, a is well from now on and takes it back, and has it for some time.</summary>
    /// <returns>For how many seconds it was well before.</returns>
    private static double Flap(RedundancyBench a, double keptFor)
    {
        double began = a.Now;
        a.Forward(isForwarding: false);
        a.Hear("b", Forwarder);
        a.Tick();
        while (!a.Tick().OfType<RedundancyEffect.Ask>().Any())
            a.Now += 0.5;
        double waited = a.Now - began;
        a.Yielded();
        a.Forward();
        a.Hear("b", Standby);
        a.Tick();
        a.Now += keptFor;
        a.Tick();
        return waited;
    }

    public static TheoryData<string> NotWell => ["unfit", "degraded", "silent", "drained", "by hand", "revert off", "not preferred", "nobody forwards", "unreachable"];

    [Theory]
    [MemberData(nameof(NotWell))]
    public void Node_that_is_not_well_or_not_wanted_should_take_nothing_back(string why)
    {
        var node = new RedundancyBench(why == "not preferred" ? "b" : "a", revert: why != "revert off");
        node.Hear("c", why == "nobody forwards" ? Standby : why == "by hand" ? Forwarder with { ByHand = true } : Forwarder, isReachable: why != "unreachable");
        node.See(why switch
        {
            "unfit" => node.View with { Unfit = "its input in0 is down" },
            "degraded" => node.View with { Degraded = "its output out0 is down" },
            "silent" => node.View with { IsFlowing = false },
            _ => node.View,
        });
        if (why == "drained")
            node.Drain();
        for (int i = 0; i < 30; i++)
            Assert.Empty(node.TickAt(i));
    }

    /// <summary>For as long as that node forwards it: not when it has failed since.</summary>
    [Fact]
    public void Rule_handed_over_by_hand_should_be_taken_back_when_that_node_has_failed()
    {
        var a = new RedundancyBench("a");
        a.Forward();
        Assert.True(a.Yield("c").IsDone);
        a.Forward(false);
        a.Hear("c", Forwarder with { ByHand = true });
        Assert.Empty(a.TickAt(10));
        a.Hear("c", Forwarder with { ByHand = true }, isReachable: false);
        a.Hear("b", Forwarder);
        Assert.Empty(a.TickAt(11));
        Assert.Single(a.TickAt(14));
    }

    [Fact]
    public void Drained_node_should_hand_over_to_the_first_that_is_ready_and_take_nothing()
    {
        var c = new RedundancyBench("c");
        c.Drain();
        Assert.True(c.Wish.IsWithheld);
        Assert.Equal("the node is drained", c.State.Report().Values.Single().Unfit);
        Assert.Contains("drained", c.Take().Refusal, StringComparison.Ordinal);
        c.Forward();
        Assert.False(c.Wish.IsWithheld); // somebody has to
        c.Hear("a", Standby with { Unfit = "its input in0 is down" });
        c.Hear("b", Standby with { Degraded = "its output out0 is down" });
        Assert.True(c.State.HasToHandOver);
        var ask = Assert.IsType<RedundancyEffect.Ask>(Assert.Single(c.Tick()));
        var takeover = Assert.IsType<ControlRequest.ClusterTakeover>(ask.Request);
        Assert.Equal(("b", "b", "node c is drained", null), (ask.Node, takeover.Member, takeover.Because, ask.Move));
        Assert.Empty(c.TickAt(1.9));
        Assert.Single(c.TickAt(2.1)); // it was not heard
        c.Forward(false);
        Assert.False(c.State.HasToHandOver);
        c.Drain(false);
        Assert.False(c.Wish.IsWithheld);
    }

    [Fact]
    public void Degraded_node_should_hand_over_to_a_whole_one_and_to_no_other()
    {
        var a = new RedundancyBench("a");
        a.Forward();
        a.See(a.View with { Degraded = "its output out0 is down" });
        Assert.Empty(a.Tick());
        a.Hear("b", Standby with { Degraded = "its output out0 is down" });
        Assert.Empty(a.Tick());
        a.Hear("c", Standby with { Flowing = false });
        Assert.Empty(a.Tick());
        a.Hear("c", Standby);
        var ask = Assert.IsType<RedundancyEffect.Ask>(Assert.Single(a.Tick()));
        Assert.Equal(("c", "at node a its output out0 is down"), (ask.Node, ((ControlRequest.ClusterTakeover)ask.Request).Because));
    }

    [Fact]
    public void Move_should_ask_the_forwarder_first_and_take_when_it_has_answered()
    {
        RedundancyBench b = Moving();
        Assert.Equal((FirstNumber, TakeoverOrder.None), (b.Wish.Number, b.Wish.Kind));
        b.Yielded();
        Assert.Equal((FirstNumber + 1, TakeoverOrder.Take), (b.Wish.Number, b.Wish.Kind));
        b.Yielded(); // once more, of another request
        Assert.Equal(FirstNumber + 1, b.Wish.Number);
        Assert.Empty(b.Tick());
        b.Forward();
        Assert.Equal($"node b forwards rule {b.Rule.Id} (video) now, and a stands by", Assert.IsType<RedundancyEffect.Answer>(Assert.Single(b.Tick())).Done);
        Assert.Null(b.Known.Move);
    }

    /// <summary>A worker that begins later would obey it, and take over what nobody wants moved any more.</summary>
    [Fact]
    public void Order_to_take_should_be_over_with_its_move()
    {
        RedundancyBench b = Moving();
        b.Yielded();
        b.Forward();
        b.Tick();
        Assert.Equal((FirstNumber + 1, TakeoverOrder.None), (b.Wish.Number, b.Wish.Kind));
    }

    [Fact]
    public void Forwarder_that_does_not_hear_the_other_should_be_told_when_that_one_forwards()
    {
        RedundancyBench b = Moving(Forwarder with { Proven = false });
        b.Yielded();
        b.Forward();
        var ask = Assert.IsType<RedundancyEffect.Ask>(b.Tick()[1]);
        Assert.Equal(("a", true, null), (ask.Node, ((ControlRequest.ClusterYield)ask.Request).Now, ask.Move));
    }

    [Fact]
    public void Move_from_nobody_should_take_at_once()
    {
        var b = new RedundancyBench();
        Assert.Equal((0, null), (b.Take().Effects.Length, b.Take().Refusal is null ? "taken twice" : null));
        Assert.Equal(TakeoverOrder.Take, b.Wish.Kind);
        b.Forward();
        Assert.Equal($"node b forwards rule {b.Rule.Id} (video) now", Assert.IsType<RedundancyEffect.Answer>(Assert.Single(b.Tick())).Done);
    }

    [Theory]
    [InlineData(false, "node a has not answered within 3 s, and forwards it still")]
    [InlineData(true, "the workers of node b have not begun to forward it within 3 s; see mcrctl list-workers")]
    public void Move_should_be_given_up_after_its_time_and_its_order_not_be_obeyed_later(bool isAnswered, string why)
    {
        RedundancyBench b = Moving();
        if (isAnswered)
            b.Yielded();
        Assert.Empty(b.TickAt(2.9));
        Assert.Equal(why, Assert.IsType<RedundancyEffect.Answer>(Assert.Single(b.TickAt(3))).Problem);
        Assert.Equal((null, TakeoverOrder.None), (b.Known.Move, b.Wish.Kind));
        b.Yielded(); // late
        Assert.Equal(TakeoverOrder.None, b.Wish.Kind);
    }

    [Fact]
    public void Move_that_cannot_be_should_be_refused_with_a_sentence()
    {
        var b = new RedundancyBench();
        Assert.Equal("node b has no redundant rule 'nobody'; it has video", b.Take("nobody").Refusal);
        b.See(b.View with { Unfit = "its input in0 is down" });
        Assert.Equal("node b cannot forward video: its input in0 is down", b.Take().Refusal);
        b.See(b.View with { Unfit = null });
        Assert.Null(b.Take(b.Rule.Id.Value).Refusal);
        Assert.Equal("node b is just taking video over", b.Take().Refusal);
        Assert.Equal(("node b is just taking video over itself", false), b.Yield("a", now: true));
        b.Forward();
        b.Tick();
        Assert.StartsWith("node b forwards video already, since ", b.Take().Refusal, StringComparison.Ordinal);
        Assert.Equal(("d is no node of video here; ha says nodes=a+b+c", false), b.Yield("d"));
        Assert.False(b.Yield("a", rule: "nobody").IsDone);
        b.Remove();
        Assert.Equal("node b has no redundant rule 'video'; a rule is one with ha", b.Take().Refusal);
    }

    [Fact]
    public void Node_that_is_asked_should_yield_to_who_takes_over_and_release_when_told_so()
    {
        var a = new RedundancyBench("a");
        a.Forward();
        Assert.Equal(("node a yields video to c", true), a.Yield("c"));
        Assert.Equal((FirstNumber + 1, TakeoverOrder.YieldTo, 2), (a.Wish.Number, a.Wish.Kind, a.Wish.Rank));
        Assert.True(a.Yield("c", now: true).IsDone);
        Assert.Equal((FirstNumber + 2, TakeoverOrder.Release), (a.Wish.Number, a.Wish.Kind));
    }

    [Fact]
    public void Peers_should_be_kept_when_a_node_is_not_heard_of_any_more()
    {
        var b = new RedundancyBench();
        b.Hear("a", Standby with { Links = "020000000001 020000000002 nonsense 0 ffffffffffffff" });
        Assert.Equal([(0x020000000001UL, 0), (0x020000000002UL, 0)], b.Wish.Peers.All);
        EchoPeers before = b.Wish.Peers;
        b.Hear("a", null);
        Assert.Same(before, b.Wish.Peers);
        b.Hear("c", Standby with { Links = "020000000003" }, isReachable: false);
        b.Hear("a", Standby with { Links = "" });
        Assert.Equal([(0x020000000001UL, 0), (0x020000000002UL, 0), (0x020000000003UL, 2)], b.Wish.Peers.All);
        b.Hear("a", Standby with { Links = "020000000009" }); // its device is another one
        Assert.Equal([(0x020000000009UL, 0), (0x020000000003UL, 2)], b.Wish.Peers.All);
    }

    [Fact]
    public void Takeovers_and_yields_should_be_news_with_cause_and_gap()
    {
        var b = new RedundancyBench();
        RelayEvent taken = Assert.IsType<RedundancyEffect.Tell>(Assert.Single(b.See(b.View with { IsForwarding = true, Takeovers = 1, Cause = TakeoverCause.Silence, Gap = TimeSpan.FromMilliseconds(104) }))).News;
        Assert.Equal((EventKind.TakenOver, EventSeverity.Warning, "silence", "104.0", "b"), (taken.Kind, taken.Severity, taken.Values["cause"], taken.Values["gap_ms"], taken.Values["node"]));
        Assert.Empty(b.See(b.View));
        RelayEvent yielded = Assert.IsType<RedundancyEffect.Tell>(Assert.Single(b.See(b.View with { IsForwarding = false, Yields = 1, Cause = TakeoverCause.Outranked }))).News;
        Assert.Equal((EventKind.Yielded, EventSeverity.Info, "outranked"), (yielded.Kind, yielded.Severity, yielded.Values["cause"]));
        RelayEvent stranger = Assert.IsType<RedundancyEffect.Tell>(Assert.Single(b.See(b.View with { Strangers = 1 }))).News;
        Assert.Equal(EventKind.Redundancy, stranger.Kind);
        Assert.Empty(b.See(b.View with { Strangers = 100 }));
        Assert.Equal(EventKind.TakenOver, Assert.IsType<RedundancyEffect.Tell>(Assert.Single(b.See(b.View with { IsForwarding = true, Takeovers = 3, Yields = 2 }))).News.Kind); // there and back between two looks
    }

    /// <summary>b has been told to take over what a forwards.</summary>
    private static RedundancyBench Moving(RedundancyReport? forwarder = null)
    {
        var b = new RedundancyBench();
        b.Hear("a", forwarder ?? Forwarder);
        (System.Collections.Immutable.ImmutableArray<RedundancyEffect> effects, string? refusal) = b.Take();
        var ask = Assert.IsType<RedundancyEffect.Ask>(Assert.Single(effects));
        var yield = Assert.IsType<ControlRequest.ClusterYield>(ask.Request);
        Assert.Equal(("a", "b", false, b.Rule.Id, null), (ask.Node, yield.Member, yield.Now, ask.Move, refusal));
        return b;
    }
}
