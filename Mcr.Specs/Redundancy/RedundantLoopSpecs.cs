using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Redundancy;
using Mcr.Native.Worker;

namespace Mcr.Specs.Redundancy;

/// <summary>What the loop does with a redundant rule's datagrams, and leaves alone of all others.</summary>
public sealed class RedundantLoopSpecs
{
    private const long Hour = 3_600_000_000_000;

    [Fact]
    public void Standby_should_count_and_send_nothing()
    {
        using var loop = new RedundantLoop();
        loop.Own(3);
        loop.PlainOwn(2);
        loop.Turn();
        Assert.Equal((0, 3, 2), (loop.Sent, loop.Muted, loop.PlainSent));
        Assert.Equal((2, 3), (loop.Slot.Read(SlotLayout.MatchedWord), loop.Slot.ReadRule(RedundantLoop.Counter, SlotLayout.RuleMatched)));
        Assert.NotEqual(0, loop.State.LastOwn);
    }

    [Fact]
    public void Standby_should_take_over_when_nobody_is_heard_while_its_own_input_flows()
    {
        using var loop = new RedundantLoop(after: 5);
        loop.TurnUntil(() => loop.State.Echoes > 0, () => loop.Echo(0));
        Assert.Equal((TakeoverRole.Standby, true, 0), (loop.State.Role, loop.State.IsProven, loop.State.EchoRank));
        loop.TurnUntil(() => loop.Sent > 0, () => loop.Own());
        Assert.Equal((TakeoverRole.Forwarding, TakeoverCause.Silence, 1), (loop.State.Role, loop.State.Cause, loop.State.Takeovers));
        Assert.True(loop.State.Gap >= 5_000_000);
    }

    [Fact]
    public void Forwarder_should_yield_to_who_goes_first_and_to_nobody_else()
    {
        using var loop = new RedundantLoop();
        loop.Forward();
        loop.Own();
        loop.Turn();
        loop.TurnUntil(() => loop.State.Echoes >= 100, () => loop.Echo(2));
        Assert.Equal((TakeoverRole.Forwarding, 1), (loop.State.Role, loop.Sent));
        loop.TurnUntil(() => loop.State.Role == TakeoverRole.Standby, () => loop.Echo(0)); // it claims for a moment, since it was told to
        Assert.Equal(TakeoverCause.Outranked, loop.State.Cause);
        loop.Own();
        loop.Turn();
        Assert.Equal((1, 1), (loop.Sent, loop.Muted));
    }

    /// <summary>A rank that no peer has: its address is not known.</summary>
    [Fact]
    public void Stranger_should_be_counted_and_say_nothing()
    {
        using var loop = new RedundantLoop();
        loop.Order(TakeoverOrder.Take);
        loop.TurnUntil(() => loop.State.Strangers >= 10, () => loop.Echo(7));
        Assert.Equal((TakeoverRole.Forwarding, 0, false), (loop.State.Role, loop.State.Echoes, loop.State.IsProven));
    }

    [Fact]
    public void What_had_queued_up_while_the_loop_stood_still_should_be_dropped_and_only_of_redundant_rules()
    {
        using var loop = new RedundantLoop();
        loop.Forward();
        loop.StandStill();
        loop.Own(3, WallClock.Nanoseconds - Hour);
        loop.Own(2); // when they came is not known
        loop.PlainOwn(4, WallClock.Nanoseconds - Hour);
        loop.Turn();
        Assert.Equal((0, 5, 4), (loop.Sent, loop.Stale, loop.PlainSent));
        Assert.Equal(0, loop.Slot.ReadRule(RedundantLoop.Counter, SlotLayout.RuleMatched));
        Assert.Equal(1, loop.State.Yields);
    }

    [Fact]
    public void Loop_that_stood_still_should_go_on_when_nobody_was_heard()
    {
        using var loop = new RedundantLoop();
        loop.Forward();
        loop.StandStill();
        loop.Own();
        loop.Turn();
        Assert.Equal((TakeoverRole.Forwarding, TakeoverCause.Resumed, 0), (loop.State.Role, loop.State.Cause, loop.Sent));
        loop.Own();
        loop.Turn();
        Assert.Equal((1, 1), (loop.Sent, loop.Stale));
    }

    /// <summary>Silence says nothing where nobody ever was heard: after a time in which the cluster may have found it gone, mcrd knows who forwards.</summary>
    [Theory]
    [InlineData(100, false, TakeoverRole.Forwarding, TakeoverCause.Resumed)]
    [InlineData(5_000, false, TakeoverRole.Standby, TakeoverCause.Frozen)]
    [InlineData(5_000, true, TakeoverRole.Forwarding, TakeoverCause.Resumed)]
    public void Loop_that_stood_still_and_never_heard_anybody_should_go_on_when_that_was_short_or_it_is_free(int milliseconds, bool isFree, TakeoverRole role, TakeoverCause cause)
    {
        using var loop = new RedundantLoop(after: 300);
        loop.Order(new TakeoverOrders { FreeUntil = isFree ? long.MaxValue : 0, Order = TakeoverOrders.Make(1, TakeoverOrder.Take) });
        loop.Turn();
        loop.StandStill(milliseconds);
        loop.Own();
        loop.Turn();
        Assert.Equal((role, cause), (loop.State.Role, loop.State.Cause));
    }

    /// <summary>More than a batch waits: it asks until it has looked at all.</summary>
    [Fact]
    public void Loop_that_stood_still_should_look_at_all_that_waits_before_it_goes_on()
    {
        using var loop = new RedundantLoop();
        loop.Forward();
        loop.StandStill();
        loop.Own(FrameBatch.Capacity + 1);
        loop.Turn();
        Assert.True(loop.State.IsAsking);
        loop.Turn();
        Assert.Equal((TakeoverRole.Forwarding, 0, FrameBatch.Capacity + 1), (loop.State.Role, loop.Sent, loop.Stale));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Loop_that_stood_still_should_stand_by_when_another_has_taken_over(int rank)
    {
        using var loop = new RedundantLoop();
        loop.Forward();
        loop.StandStill();
        loop.Echo(rank);
        loop.Own();
        loop.Turn();
        Assert.Equal((TakeoverRole.Standby, TakeoverCause.Frozen, 0, 1), (loop.State.Role, loop.State.Cause, loop.Sent, loop.Stale));
        loop.Own();
        loop.Turn();
        Assert.Equal((0, 1), (loop.Sent, loop.Muted));
    }

    [Fact]
    public void What_is_paced_should_be_dropped_when_the_loop_has_stood_still_and_only_of_redundant_rules()
    {
        using var loop = new RedundantLoop(pace: true);
        loop.Sink.Now = BootClock.Nanoseconds + Hour; // nothing is due by itself but the first
        loop.Forward();
        loop.Own(3, 1_000_000);
        loop.PlainOwn(3, 1_000_000);
        loop.Turn();
        Assert.Equal((1, 1), (loop.Sent, loop.PlainSent));
        loop.StandStill();
        loop.Turn();
        Assert.Equal((1, 2, 3, 0), (loop.Sent, loop.Left(RedundantLoop.Output), loop.PlainSent, loop.Left(RedundantLoop.PlainOutput)));
    }

    /// <summary>It stands still between taking them and sending them; also when there are so many that some are sent before the last is looked at.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(80)]
    public void What_is_queued_for_sending_should_be_dropped_when_the_loop_has_stood_still_and_only_of_redundant_rules(int outputs)
    {
        using var loop = new RedundantLoop(after: 5);
        loop.Rule = loop.Rule with { Outputs = [.. Enumerable.Range(0, outputs).Select(i => loop.Rule.Outputs[0] with { Port = (ushort)(6000 + i), Counter = i == 0 ? 0 : 100 + i })] };
        loop.Publish();
        loop.Turn();
        loop.Order(TakeoverOrder.Take);
        loop.OnReceive = loop.StandStillNow;
        loop.Own(FrameBatch.Capacity - 1);
        loop.PlainOwn();
        loop.Turn();
        Assert.Equal((0, FrameBatch.Capacity - 1, 1), (loop.Sent, loop.Left(RedundantLoop.Output), loop.PlainSent));
        Assert.Equal(1, loop.Slot.Read(SlotLayout.SentWord));
    }

    [Fact]
    public void Role_should_survive_a_new_table_and_other_peers()
    {
        using var loop = new RedundantLoop();
        loop.Forward();
        loop.Publish();
        loop.Own();
        loop.Turn();
        loop.Rule = loop.Rule with { Redundancy = loop.Rule.Redundancy! with { Echoes = [loop.Rule.Redundancy.Echoes[0] with { Peers = [(7, 0)] }] } };
        loop.Publish();
        loop.Own();
        loop.Turn();
        Assert.Equal((TakeoverRole.Forwarding, 2, 1), (loop.State.Role, loop.Sent, loop.State.Takeovers));
        long echoes = loop.State.Echoes;
        loop.TurnUntil(() => loop.State.LastUnknown != 0, () => loop.Echo(0));
        Assert.Equal(echoes, loop.State.Echoes);
    }

    [Fact]
    public void Role_should_survive_the_worker()
    {
        using var loop = new RedundantLoop();
        loop.Forward();
        loop.Restart();
        loop.Own();
        loop.Turn();
        Assert.Equal((TakeoverRole.Forwarding, 1), (loop.State.Role, loop.Sent));
    }

    /// <summary>Whoever takes a worker's place late does not send what had waited for it, and listens first.</summary>
    [Theory]
    [InlineData(false, TakeoverRole.Forwarding)]
    [InlineData(true, TakeoverRole.Standby)]
    public void Worker_that_comes_late_should_ask_before_it_goes_on(bool isTaken, TakeoverRole role)
    {
        using var loop = new RedundantLoop();
        loop.Forward();
        loop.StandStill();
        loop.Restart();
        if (isTaken)
            loop.Echo(2);
        loop.Own(3);
        loop.Turn();
        Assert.Equal((role, 0, 3), (loop.State.Role, loop.Sent, loop.Stale));
    }

    [Fact]
    public void Rule_that_is_not_redundant_any_more_should_be_forwarded_at_once()
    {
        using var loop = new RedundantLoop();
        ResolvedRule redundant = loop.Rule;
        loop.Rule = redundant with { Redundancy = null };
        loop.Publish();
        loop.Own();
        loop.Turn();
        Assert.Equal((1, 0, false), (loop.Sent, loop.Muted, loop.State.IsInUse));
        loop.Rule = redundant;
        loop.Publish();
        loop.Own();
        loop.Turn();
        Assert.Equal((1, 1, TakeoverRole.Standby), (loop.Sent, loop.Muted, loop.State.Role));
    }

    [Fact]
    public void Withheld_rule_should_not_be_sent_whatever_is_heard()
    {
        using var loop = new RedundantLoop(after: 1);
        loop.Order(TakeoverOrder.Take);
        loop.TurnUntil(() => loop.Sent > 0, () => loop.Own());
        loop.Order(new TakeoverOrders { Withheld = 1, Order = TakeoverOrders.Make(2, TakeoverOrder.Take) });
        loop.Turn();
        long sent = loop.Sent;
        loop.TurnUntil(() => loop.Muted > 1000, () => loop.Own());
        Assert.Equal((sent, TakeoverCause.Withheld), (loop.Sent, loop.State.Cause));
    }
}
