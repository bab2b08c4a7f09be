using System.Net;
using Mcr.Native.Feeds;
using Mcr.Native.Interop;
using Mcr.Native.Legs;
using Mcr.Native.Packet;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using Mcr.Specs.Feeds;

namespace Mcr.Specs.Legs;

/// <summary>The real loop with a rule whose inputs come by legs, which end in the same worker.</summary>
public sealed class LegMergeLoopSpecs
{
    private const string Address = "10.7.0.3";
    private const int Socket = 20;
    private const int FirstEnd = 5; // counter
    private const int Long = 450;

    private static readonly ulong[] Tokens = [11, 12];

    private readonly LegSender[] _senders = new LegSender[2];

    [Fact]
    public void Every_datagram_of_two_legs_should_be_relayed_once_and_each_copy_counted_as_a_duplicate()
    {
        using FeedLoop loop = Begin(FeedLoop.Merge(), out MemorySource source);
        for (ushort n = 0; n < 5; n++)
        {
            Put(source, 0, n);
            Put(source, 1, n);
        }

        loop.Turn();
        Assert.Equal(Enumerable.Range(0, 5), loop.Take());
        Assert.Equal((5, 5, 10), (loop.Matched, loop.Slot.ReadDrops(DropReason.Duplicate), loop.Received));
        Assert.Equal((5, 5), (loop.Word(0, SelectBlock.Received), loop.Word(1, SelectBlock.Received)));
        Assert.Equal((5, 5, 0, 0), (Good(loop, 0), Good(loop, 1), Lost(loop, 0), Lost(loop, 1)));
        Assert.Equal((5, 5), (loop.Slot.ReadRule(FirstEnd, SlotLayout.RuleMatched), loop.Slot.ReadRule(FeedLoop.Counter, SlotLayout.RuleMatched)));
    }

    [Fact]
    public void What_one_leg_lost_should_come_by_the_other_and_be_counted_as_lost_on_the_first()
    {
        using FeedLoop loop = Begin(FeedLoop.Merge(Long), out MemorySource source);
        for (ushort n = 0; n < 9; n++)
        {
            byte[] first = Sent(0, n);
            if (n is not (3 or 4))
                Come(source, 4100, first);
        }

        loop.Turn();
        Assert.Equal([0, 1, 2], loop.Take());
        for (ushort n = 0; n < 9; n++)
            Put(source, 1, n);
        loop.Turn();
        Assert.Equal(Enumerable.Range(3, 6), loop.Take());
        Assert.Equal((2, 0), (Lost(loop, 0), Lost(loop, 1)));
        Assert.Equal((9, 7 + 9), (loop.Matched, loop.Received));
    }

    [Fact]
    public void What_is_not_of_the_leg_should_be_refused_and_never_be_an_input()
    {
        using FeedLoop loop = Begin(FeedLoop.Merge(), out MemorySource source);
        Put(source, 0, 0);
        byte[] altered = Sent(0, 1);
        altered[^1] ^= 1;
        Come(source, 4100, altered);
        Come(source, 4100, Sent(1, 2)); // the other one's
        Come(source, 4101, FeedLoop.Payload(3));
        loop.Turn();
        Assert.Equal([0], loop.Take());
        Assert.Equal((1, 3, 4), (loop.Matched, loop.Slot.ReadDrops(DropReason.LegRefused), loop.Received));
        Assert.Equal((1, 0), (loop.Word(0, SelectBlock.Received), loop.Word(1, SelectBlock.Received)));
    }

    [Fact]
    public void Leg_should_be_one_input_beside_a_device_and_failover_go_to_it()
    {
        using FeedLoop loop = Begin(FeedLoop.Failover(timeout: 10), out MemorySource source);
        ResolvedRule rule = Clean(loop) with { Inputs = [loop.Rule.Inputs[0] with { Socket = FeedLoop.FirstFeed, Group = IPAddress.Parse(FeedLoop.Group), Port = 5000, Token = 0 }, ResolvedInput.OfLeg(Tokens[1])] };
        loop.Publish(rule, End(1));
        loop.Put(0, 0);
        Put(source, 1, 0);
        loop.Turn();
        Assert.Equal([0], loop.Take());
        ushort next = 1;
        loop.TurnUntil(() => loop.Current == 1, () => Put(source, 1, next++));
        Put(source, 1, 1_000);
        loop.Turn();
        Assert.Equal(1_000, loop.Take()[^1]);
    }

    [Fact]
    public void Rule_and_end_of_a_leg_should_find_each_other_in_whichever_order_they_come()
    {
        using FeedLoop loop = Begin(FeedLoop.Merge(), out MemorySource source);
        ResolvedRule clean = Clean(loop);
        loop.Turn();
        loop.Publish(End(0)); // its rule has gone
        Put(source, 0, 0);
        loop.Turn();
        Assert.Equal((0, 1, 1), (loop.Matched, loop.Slot.ReadDrops(DropReason.NoRule), Good(loop, 0)));
        loop.Publish(clean); // and the other way round
        loop.Turn();
        Put(source, 0, 1);
        loop.Turn();
        Assert.Empty(loop.Take());
        loop.Publish(clean, End(0), End(1));
        Put(source, 0, 2);
        Put(source, 1, 2);
        loop.Turn();
        Assert.Equal([1, 2], loop.Take()); // nobody read that socket meanwhile
    }

    [Fact]
    public void Numbers_that_were_taken_should_be_known_to_the_next_worker()
    {
        using FeedLoop loop = Begin(FeedLoop.Merge(), out MemorySource source);
        byte[] first = Sent(0, 0);
        Come(source, 4100, first);
        loop.Turn();
        Assert.Equal([0], loop.Take());
        ResolvedRule[] rules = [Clean(loop), End(0), End(1)];
        loop.Publish(loop.Rule with { Inputs = [], Select = null, Counter = 7 }); // a worker begins with its first rule, which has no leg
        loop.Restart();
        MemorySource again = new();
        loop.Pass(Socket, again);
        loop.Publish(rules);
        Come(again, 4100, first);
        Put(again, 0, 1);
        loop.Turn();
        Assert.Equal([1], loop.Take());
        Assert.Equal(1, loop.Slot.ReadDrops(DropReason.LegRefused));
    }

    [Fact]
    public void End_of_a_leg_that_goes_nowhere_or_elsewhere_too_should_be_refused()
    {
        using FeedLoop loop = Begin(FeedLoop.Merge(), out _);
        ResolvedRule end = End(0);
        foreach (ResolvedRule wrong in new[] { end with { Leg = null }, end with { Inputs = [] }, end with { Inputs = [ResolvedInput.OfLeg(1)] }, end with { Outputs = loop.Rule.Outputs }, end with { Into = 0 }, end with { Select = FeedLoop.Merge() } })
            Assert.Throws<InvalidDataException>(() => loop.Publish(Clean(loop), wrong));
    }

    [Fact]
    public void Worker_should_read_what_was_written_for_it()
    {
        using FeedLoop loop = Begin(FeedLoop.Merge(), out _);
        ResolvedRule[] rules = [Clean(loop) with { Group = IPAddress.IPv6Any, Port = 0 }, End(0), End(1)];
        Assert.Equal(rules, ResolvedRuleCodec.Decode(1, ResolvedRuleCodec.Encode(new ResolvedRuleSet(1, [.. rules]))).Rules);
        Assert.Throws<InvalidDataException>(() => ResolvedRuleCodec.Decode(1, ResolvedRuleCodec.Encode(new ResolvedRuleSet(1, [End(0) with { Port = 0 }]))));
        Assert.NotEqual(ResolvedRuleHash.Of(End(0)), ResolvedRuleHash.Of(End(0) with { Into = 13 }));
    }

    /// <summary>Both legs come in at one socket.</summary>
    private static FeedLoop Begin(SelectSettings select, out MemorySource source)
    {
        var loop = new FeedLoop(select);
        source = new MemorySource();
        loop.Pass(Socket, source);
        loop.Publish(Clean(loop), End(0), End(1));
        return loop;
    }

    private static ResolvedRule Clean(FeedLoop loop) => loop.Rule with { Inputs = [.. Tokens.Select(ResolvedInput.OfLeg)] };

    private static ResolvedRule End(int leg) => new(IPAddress.Parse(Address), (ushort)(4100 + leg), null, FirstEnd + leg, [])
    {
        Leg = LegRules.Leg((ulong)(100 + leg)),
        Inputs = [new ResolvedInput(Socket, IPAddress.Parse(Address), (ushort)(4100 + leg), null)],
        Into = Tokens[leg],
    };

    private void Put(MemorySource source, int leg, ushort number) => Come(source, 4100 + leg, Sent(leg, number));

    private static void Come(MemorySource source, int port, byte[] datagram) => source.Add(Frames.Udp("10.0.0.1", Address, (ushort)port, datagram), type: Libc.PACKET_HOST);

    /// <summary>A datagram of RTP as the beginning of the leg sends it.</summary>
    private byte[] Sent(int leg, ushort number)
    {
        byte[] payload = FeedLoop.Payload(number);
        byte[] header = new byte[LegHeader.Size];
        ResolvedLeg keys = LegRules.Leg((ulong)(100 + leg));
        _senders[leg].Use(keys.Id, LegSender.FirstLife);
        Assert.True(_senders[leg].TryWrite(header, payload, 1_800_000_000_000_000_000, new LegKeys(keys.Keys[0].Number, keys.Keys[0].Key)));
        return [.. header, .. payload];
    }

    private static unsafe long Good(FeedLoop loop, int leg) => ((LegReceiver*)loop.Slot.Leg(FirstEnd + leg))->Count(LegOutcome.Good);

    private static unsafe long Lost(FeedLoop loop, int leg) => ((LegReceiver*)loop.Slot.Leg(FirstEnd + leg))->Lost;
}
