using System.Runtime.CompilerServices;
using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>One node by itself, told by hand what it hears; times are in milliseconds.</summary>
public sealed class TakeoverSpecs
{
    private const long After = 100;

    [Fact]
    public void Standby_should_take_over_after_takeover_after_of_silence()
    {
        Player b = Standby(rank: 1);
        b.Flow(0, 1_000, echo: 2);
        b.Flow(1_000, 1_099);
        Assert.Equal(TakeoverRole.Standby, b.Role);
        b.Flow(1_099, 1_100);
        Assert.Equal((TakeoverRole.Forwarding, TakeoverCause.Silence), (b.Role, b.Rule.Cause));
        Assert.Equal(Ms(100), b.Rule.Gap);
    }

    [Fact]
    public void Standby_should_not_take_over_where_it_never_heard_anybody_unless_it_is_free()
    {
        Player b = Fresh(rank: 0);
        b.Flow(0, 5_000);
        Assert.Equal(TakeoverRole.Standby, b.Role);
        b.Obey(new TakeoverOrders { FreeUntil = Ms(6_000) }, at: 5_000);
        b.Flow(5_000, 5_002);
        Assert.Equal((TakeoverRole.Forwarding, 0), (b.Role, b.Rule.Gap));
    }

    [Fact]
    public void Lease_that_has_run_out_should_free_nobody()
    {
        Player b = Fresh(rank: 0);
        b.Obey(new TakeoverOrders { FreeUntil = Ms(50) }, at: 0);
        b.Flow(0, 5_000);
        Assert.Equal(TakeoverRole.Standby, b.Role);
    }

    [Fact]
    public void Pause_of_the_flow_should_not_be_a_death()
    {
        Player b = Standby(rank: 1);
        b.Flow(0, 1_000, echo: 2);
        b.Flow(60_000, 60_090);
        b.Hear(60_090);
        b.Flow(60_090, 61_000, echo: 2);
        Assert.Equal(0, b.Rule.Takeovers);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-3)]
    public void One_datagram_a_second_should_be_missed_after_three_and_not_before(int echo)
    {
        Player b = Standby(rank: 1);
        for (int second = 1; second < 600; second++)
            b.Datagram(second * 1_000, echo);
        Assert.Equal(0, b.Rule.Takeovers);
        Assert.False(b.Own(600_000) || b.Own(601_000) || b.Own(602_000));
        Assert.True(b.Own(603_000));
        Assert.Equal(TakeoverCause.Unanswered, b.Rule.Cause);
    }

    [Fact]
    public void One_datagram_should_be_enough_where_mcrd_cannot_reach_the_forwarder()
    {
        Player b = Standby(rank: 1);
        b.Datagram(1_000, 3);
        b.Obey(new TakeoverOrders { SuspectUntil = Ms(10_000) }, at: 1_500);
        Assert.False(b.Own(2_000));
        Assert.True(b.Own(3_000));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(-4)]
    public void Bursts_should_not_be_deaths(int echo)
    {
        Player b = Standby(rank: 1);
        for (int burst = 1; burst < 500; burst++)
            b.Flow(burst * 2_100, (burst * 2_100) + 100, echo);
        b.Flow(500 * 2_100, (500 * 2_100) + 100);
        Assert.Equal(0, b.Rule.Takeovers);
        b.Flow(501 * 2_100, (501 * 2_100) + 10);
        Assert.Equal(TakeoverCause.Silence, b.Rule.Cause); // a burst that nobody sent, and a little of the next one
    }

    [Fact]
    public void One_that_goes_first_should_be_yielded_to_and_no_other()
    {
        Player b = Forwarder(rank: 1);
        b.Hear(500, of: 2);
        Assert.Equal(TakeoverRole.Forwarding, b.Role);
        b.Hear(501, of: 0);
        Assert.Equal((TakeoverRole.Standby, TakeoverCause.Outranked), (b.Role, b.Rule.Cause));
    }

    [Fact]
    public void Three_should_take_over_one_after_the_other()
    {
        Assert.Equal(100, FirstOfSilence(rank: 1, last: 0));
        Assert.Equal(120, FirstOfSilence(rank: 2, last: 0)); // the one before it may have died as well
        Assert.Equal(100, FirstOfSilence(rank: 0, last: 1));
        Assert.Equal(120, FirstOfSilence(rank: 2, last: 1));
        Assert.Equal(120, FirstOfSilence(rank: 1, last: 2));
    }

    [Fact]
    public void Forwarder_that_was_frozen_should_be_silent_until_it_knows_that_nobody_took_over()
    {
        Player a = Forwarder(rank: 0);
        a.Hear(0);
        a.Flow(0, 1_000);
        a.Rule.Woke(Ms(6_000), Ms(5_000));
        Assert.Equal((TakeoverRole.Standby, TakeoverCause.Frozen), (a.Role, a.Rule.Cause));
        Assert.False(a.Own(6_000));
        a.Rule.Settle(Ms(6_000));
        Assert.Equal((TakeoverRole.Forwarding, TakeoverCause.Resumed), (a.Role, a.Rule.Cause));
        Assert.True(a.Own(6_001));
    }

    [Fact]
    public void Forwarder_that_was_frozen_should_stand_by_where_somebody_took_over()
    {
        Player a = Forwarder(rank: 0);
        a.Flow(0, 1_000);
        a.Rule.Woke(Ms(6_000), Ms(5_000));
        a.Hear(6_000);
        Assert.False(a.Own(6_000));
        a.Rule.Settle(Ms(6_000));
        a.Flow(6_001, 7_000, echo: 1);
        Assert.Equal(TakeoverRole.Standby, a.Role);
    }

    [Fact]
    public void Question_that_is_never_settled_should_not_silence_it_for_ever()
    {
        Player a = Forwarder(rank: 0);
        a.Hear(0);
        a.Flow(0, 1_000);
        a.Rule.Woke(Ms(6_000), Ms(5_000));
        a.Flow(6_000, 6_200);
        Assert.Equal((TakeoverRole.Forwarding, TakeoverCause.Silence), (a.Role, a.Rule.Cause));
    }

    [Fact]
    public void Short_standstill_should_change_nothing()
    {
        Player a = Forwarder(rank: 0);
        a.Flow(0, 1_000);
        a.Rule.Woke(Ms(1_080), Ms(80));
        Assert.True(a.Own(1_080));
        Assert.Equal(0, a.Rule.Yields);
    }

    [Fact]
    public void Handed_over_rule_should_be_forwarded_until_the_other_is_heard()
    {
        Player a = Forwarder(rank: 0);
        a.Order(TakeoverOrder.YieldTo, 10, rank: 2);
        a.Flow(10, 500);
        a.Hear(500, of: 1);
        Assert.Equal(TakeoverRole.Forwarding, a.Role);
        a.Hear(501, of: 2);
        Assert.Equal((TakeoverRole.Standby, TakeoverCause.HandedOver), (a.Role, a.Rule.Cause));
    }

    [Fact]
    public void Hand_over_should_be_forgotten_when_nobody_comes()
    {
        Player a = Forwarder(rank: 0);
        a.Order(TakeoverOrder.YieldTo, 10, rank: 2);
        a.Flow(10, 11_000);
        a.Hear(11_000, of: 2);
        Assert.Equal(TakeoverRole.Forwarding, a.Role);
    }

    [Fact]
    public void One_that_was_told_to_take_over_should_not_yield_before_it_was_heard_itself()
    {
        Player b = Standby(rank: 1);
        b.Datagram(1_000, 3);
        b.Order(TakeoverOrder.Take, 1_500);
        b.Hear(1_998); // of the datagram that is its own first one
        Assert.True(b.Own(2_000));
        b.Hear(2_003);
        Assert.Equal(TakeoverRole.Forwarding, b.Role);
        b.Hear(2_998); // it is not yielded to, so somebody has not got the order
        Assert.Equal(TakeoverCause.Outranked, b.Rule.Cause);
    }

    [Fact]
    public void Burst_that_comes_later_here_should_not_be_an_input_that_is_silent()
    {
        Player b = Standby(rank: 1);
        b.Flow(0, 100, echo: -4);
        b.Order(TakeoverOrder.Take, 1_000);
        for (int i = 0; i < 5; i++)
            b.Hear(2_100 + i);
        Assert.True(b.Own(2_105));
    }

    [Fact]
    public void Forwarder_without_input_should_yield_to_whoever_has_one()
    {
        Player a = Forwarder(rank: 0);
        a.Flow(0, 1_000);
        for (int i = 1_100; i < 1_200; i++)
            a.Hear(i, of: 1);
        Assert.Equal((TakeoverRole.Standby, TakeoverCause.InputSilent), (a.Role, a.Rule.Cause));
    }

    [Fact]
    public void Withheld_rule_should_not_be_forwarded_whatever_is_heard()
    {
        Player a = Forwarder(rank: 0);
        a.Hear(0);
        a.Obey(new TakeoverOrders { Withheld = 1, FreeUntil = long.MaxValue }, at: 1);
        Assert.Equal((TakeoverRole.Standby, TakeoverCause.Withheld), (a.Role, a.Rule.Cause));
        a.Flow(1, 2_000);
        Assert.Equal(TakeoverRole.Standby, a.Role);
    }

    [Fact]
    public void Silence_while_withheld_should_count_for_nothing()
    {
        Player b = Standby(rank: 1);
        b.Obey(new TakeoverOrders { Withheld = 1 }, at: 0); // its output's link has gone, and come back
        b.Flow(0, 2_000);
        b.Obey(default, at: 2_000);
        b.Flow(2_000, 2_090);
        Assert.Equal(TakeoverRole.Standby, b.Role);
        b.Flow(2_090, 3_000, echo: 1);
        Assert.Equal(0, b.Rule.Takeovers);
    }

    [Fact]
    public void Fenced_one_should_stand_by_until_it_hears_somebody()
    {
        Player b = Forwarder(rank: 1);
        b.Hear(0, of: 2);
        b.Order(TakeoverOrder.Yield, 1);
        b.Flow(1, 2_000);
        Assert.Equal((TakeoverRole.Standby, TakeoverCause.Fenced), (b.Role, b.Rule.Cause));
    }

    [Fact]
    public void Stranger_should_be_counted_and_yielded_to_by_nobody()
    {
        Player b = Standby(rank: 1);
        b.Datagram(0, 1);
        for (int i = 1; i < 200; i++)
        {
            b.Rule.HeardStranger();
            b.Own(i);
        }

        Assert.Equal((TakeoverRole.Forwarding, 199), (b.Role, b.Rule.Strangers));
    }

    [Fact]
    public void Next_worker_should_go_on_with_what_is_in_the_slot()
    {
        Player a = Forwarder(rank: 0);
        a.Flow(0, 1_000);
        a.Rule.Use(Ms(1_020), new TakeoverSettings(Ms(After), 0));
        Assert.True(a.Own(1_020));
        a.Rule.End();
        a.Rule.Use(Ms(2_000), new TakeoverSettings(Ms(After), 0));
        Assert.False(a.Own(2_000));
    }

    [Fact]
    public void Whole_should_fit_where_it_lies() => Assert.InRange(Unsafe.SizeOf<Takeover>(), 1, Takeover.Words * sizeof(long));

    private static long Ms(long milliseconds) => milliseconds * 1_000_000;

    private static long FirstOfSilence(int rank, int last)
    {
        Player player = Standby(rank);
        player.Flow(0, 200, echo: 0, of: last);
        for (long at = 200; ; at++)
        {
            if (player.Own(at))
                return at - 199;
        }
    }

    private static Player Fresh(int rank)
    {
        var player = new Player();
        player.Rule.Use(0, new TakeoverSettings(Ms(After), rank));
        return player;
    }

    private static Player Standby(int rank)
    {
        Player player = Fresh(rank);
        player.Hear(0);
        return player;
    }

    private static Player Forwarder(int rank)
    {
        Player player = Fresh(rank);
        player.Order(TakeoverOrder.Take, 0);
        player.Own(0);
        player.Rule.Heard(Ms(0), rank + 1);
        player.Flow(0, 500);
        return player;
    }

    private sealed class Player
    {
        public Takeover Rule;
        private long _orders;

        public TakeoverRole Role => Rule.Role;

        public bool Own(long at) => Rule.Own(Ms(at));

        public void Hear(long at, int of = 0) => Rule.Heard(Ms(at), of);

        public void Obey(TakeoverOrders orders, long at) => Rule.Obey(Ms(at), orders);

        public void Order(TakeoverOrder kind, long at, int rank = 0) => Obey(new TakeoverOrders { Order = TakeoverOrders.Make(++_orders, kind, rank) }, at);

        /// <param name="echo">Milliseconds from its own copy to the other's.</param>
        public void Datagram(long at, int echo, int of = 0)
        {
            if (echo < 0)
                Hear(at + echo, of);
            Own(at);
            if (echo >= 0)
                Hear(at + echo, of);
        }

        /// <summary>One datagram a millisecond, each heard from another as well.</summary>
        public void Flow(long from, long to, int? echo = null, int of = 0)
        {
            for (long at = from; at < to; at++)
            {
                if (echo < 0 || (echo is { } late && at - late >= from))
                    Hear(at, of);
                if (echo is not < 0 || at + echo >= from)
                    Own(at);
            }
        }
    }
}
