using System.IO.Pipes;
using System.Net;
using Mcr.Native.Feeds;
using Mcr.Native.Ingress;
using Mcr.Native.Loop;
using Mcr.Native.Packet;
using Mcr.Native.Worker;

namespace Mcr.Specs.Feeds;

/// <summary>The real loop with a rule that relays one of several inputs.</summary>
public sealed class FailoverLoopSpecs
{
    [Fact]
    public void One_input_should_be_relayed_and_what_the_others_bring_counted_as_astray()
    {
        using var loop = new FeedLoop(FeedLoop.Failover());
        for (ushort n = 0; n < 5; n++)
        {
            loop.Put(0, n);
            loop.Put(1, n);
        }

        loop.PutMerged(1, 5, 3);
        loop.PutMerged(0, 5, 3);
        Assert.Equal(12, loop.Turn());
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], loop.Take());
        Assert.Equal((8, 8, 16, 8), (loop.Matched, loop.Slot.ReadDrops(DropReason.Astray), loop.Received, loop.Slot.ReadRule(FeedLoop.Counter, SlotLayout.RuleMatched)));
        Assert.Equal((8, 8, 8), (loop.Word(0, SelectBlock.Won), loop.Word(1, SelectBlock.Astray), loop.Word(1, SelectBlock.Received)));
    }

    [Fact]
    public void Silent_input_should_be_left_by_the_first_datagram_of_another_one_that_finds_it_so()
    {
        using var loop = new FeedLoop(FeedLoop.Failover(timeout: 20));
        loop.Put(0, 0);
        loop.Turn();
        ushort number = 1;
        loop.TurnUntil(() => loop.Current == 1, () => loop.Put(1, number++));
        Assert.Equal([0, number - 1], loop.Take());
        Assert.Equal((1, number - 2, number), (loop.Word(SelectBlock.Switches), loop.Slot.ReadDrops(DropReason.Astray), loop.Received));
    }

    [Fact]
    public void Rule_with_several_inputs_should_have_none_elsewhere()
    {
        using var loop = new FeedLoop(FeedLoop.Failover());
        loop.Ingress.Add(Frames.Udp("10.0.0.1", FeedLoop.Group, 5000, FeedLoop.Payload(1)));
        loop.Put(0, 2, group: "239.1.1.2");
        loop.Turn();
        Assert.Equal((0, 2), (loop.Matched, loop.Slot.ReadDrops(DropReason.NoRule)));
    }

    [Fact]
    public void Inputs_at_one_socket_should_be_told_apart_by_group_and_source()
    {
        using var loop = new FeedLoop(FeedLoop.Failover());
        loop.Publish(loop.Rule with
        {
            Inputs = [new ResolvedInput(FeedLoop.FirstFeed, IPAddress.Parse("239.1.1.1"), 5000, IPAddress.Parse("10.0.0.9")), new ResolvedInput(FeedLoop.FirstFeed, IPAddress.Parse("239.1.1.1"), 5000, null)],
        });
        loop.Feeds[0].Add(Frames.Udp("10.0.0.9", "239.1.1.1", 5000, FeedLoop.Payload(1)));
        loop.Feeds[0].Add(Frames.Udp("10.0.0.8", "239.1.1.1", 5000, FeedLoop.Payload(2)));
        loop.Turn();
        Assert.Equal((1, 1), (loop.Word(0, SelectBlock.Won), loop.Word(1, SelectBlock.Astray)));
    }

    [Fact]
    public void Fragments_of_two_feeds_should_not_be_put_together()
    {
        using var loop = new FeedLoop(FeedLoop.Failover());
        byte[][] pieces = FragmentFrames.Split(Frames.Udp("10.0.0.1", FeedLoop.Group, 5000, FeedLoop.Payload(7, 3_000)), 9, 1480).ToArray();
        loop.Feeds[0].Add(pieces[0]);
        pieces[1..].ToList().ForEach(p => loop.Feeds[1].Add(p));
        loop.Turn();
        Assert.Equal((0, 0), (loop.Matched, loop.Received));
        pieces[1..].ToList().ForEach(p => loop.Feeds[0].Add(p));
        loop.Feeds[1].Add(pieces[0]);
        loop.Turn();
        Assert.Equal([7], loop.Take());
        Assert.Equal((1, 2), (loop.Slot.ReadDrops(DropReason.Astray), loop.Received));
    }

    [Fact]
    public void Each_feed_should_be_read_with_its_own_link_header()
    {
        using var loop = new FeedLoop(FeedLoop.Failover());
        var tunnel = new MemorySource();
        loop.Pass(20, tunnel, linkHeader: 0);
        loop.Publish(loop.Rule with { Inputs = [loop.Rule.Inputs[0], loop.Rule.Inputs[1] with { Socket = 20 }] });
        tunnel.Add(Frames.Udp("10.0.0.1", FeedLoop.Group, 5000, FeedLoop.Payload(3))[14..]);
        loop.Turn();
        Assert.Equal([3], loop.Take());
        loop.Put(0, 4);
        loop.Turn();
        Assert.Equal((1, 1, 2), (loop.Current, loop.Slot.ReadDrops(DropReason.Astray), loop.Received));
        tunnel.Dispose();
    }

    [Fact]
    public void Rule_that_changes_should_go_on_with_its_input_and_one_that_is_selected_otherwise_begin_anew()
    {
        using var loop = new FeedLoop(FeedLoop.Failover());
        loop.Put(1, 0);
        loop.Turn();
        loop.Publish(loop.Rule with { Outputs = [loop.Rule.Outputs[0], loop.Rule.Outputs[0] with { Counter = 1 }] });
        loop.Put(0, 1);
        loop.Put(1, 1);
        loop.Turn();
        Assert.Equal([0, 1, 1], loop.Take());
        loop.Publish(loop.Rule with { Select = FeedLoop.Failover(50_000) });
        loop.Put(0, 2);
        loop.Put(1, 2);
        loop.Turn();
        Assert.Equal([2, 2], loop.Take());
        Assert.Equal((0, 0), (loop.Current, loop.Word(SelectBlock.Switches)));
    }

    [Fact]
    public void Input_whose_device_is_away_should_keep_its_number_and_its_socket_be_read_no_more()
    {
        using var loop = new FeedLoop(FeedLoop.Failover(timeout: 20));
        loop.Put(0, 0);
        loop.Turn();
        loop.Publish(loop.Rule with { Inputs = [loop.Rule.Inputs[0] with { Socket = ResolvedInput.NoSocket }, loop.Rule.Inputs[1]] });
        loop.Turn();
        loop.Forget(FeedLoop.FirstFeed);
        loop.Feeds[0].Dispose(); // who reads it now reads memory that is gone
        loop.Put(0, 1);
        ushort number = 2;
        loop.TurnUntil(() => loop.Current == 1, () => loop.Put(1, number++));
        Assert.Equal((1, number - 2), (loop.Word(0, SelectBlock.Received), loop.Word(1, SelectBlock.Received)));
        loop.Feeds[0] = new MemorySource();
        loop.Pass(15, loop.Feeds[0]);
        loop.Publish(loop.Rule with { Inputs = [loop.Rule.Inputs[0] with { Socket = 15 }, loop.Rule.Inputs[1]] });
        loop.Put(0, 9);
        loop.Turn();
        Assert.Equal((2, 1), (loop.Word(0, SelectBlock.Received), loop.Word(0, SelectBlock.Astray)));
    }

    [Fact]
    public void Next_worker_should_go_on_with_the_same_input()
    {
        using var loop = new FeedLoop(FeedLoop.Failover());
        loop.Put(1, 0);
        loop.Turn();
        loop.Restart();
        loop.Put(0, 1);
        loop.Put(1, 1);
        loop.Turn();
        Assert.Equal([0, 1], loop.Take());
        Assert.Equal((1, 0, 2, 3), (loop.Current, loop.Word(SelectBlock.Switches), loop.Word(1, SelectBlock.Won), loop.Received));
    }

    [Fact]
    public void Datagram_of_another_input_should_be_traced_as_astray()
    {
        using var loop = new FeedLoop(FeedLoop.Failover());
        loop.Publish(loop.Rule with { Trace = FeedLoop.Trace });
        loop.Put(0, 1);
        loop.Put(1, 1);
        loop.Turn();
        Assert.Equal([DropReason.None, DropReason.Astray], loop.Slot.ReadTrace(TraceBench.Ring, TraceBench.Session, 0, 10).Datagrams.Select(d => d.Drop));
    }

    [Fact]
    public void Node_that_stands_by_should_choose_and_count_and_send_nothing()
    {
        using var loop = new FeedLoop(FeedLoop.Failover());
        loop.Publish(loop.Rule with { Redundancy = new ResolvedRedundancy(60_000, 1, 2, []) });
        loop.Put(0, 1);
        loop.Put(1, 1);
        loop.Turn();
        Assert.Empty(loop.Take());
        Assert.Equal((1, 1, 2), (loop.Slot.ReadDrops(DropReason.Muted), loop.Slot.ReadDrops(DropReason.Astray), loop.Received));
    }

    [Fact]
    public void Loop_should_wake_up_for_a_feed_of_its_table_and_for_none_that_has_gone()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var source = new PipeSource((int)pipe.ClientSafePipeHandle.DangerousGetHandle());
        using var wakeup = new LoopWakeup([]);
        wakeup.Use([new Feed(new FrameInlet(source, 14, null, 1), Mcr.Native.Rules.RuleTable.Empty)]);
        pipe.WriteByte(1);
        wakeup.Sleep(Timeout.Infinite); // a spec that hangs here has not been woken
        wakeup.Use([]);
        wakeup.Sleep(0);
        wakeup.Wake();
        wakeup.Sleep(Timeout.Infinite);
    }

    private sealed class PipeSource(int descriptor) : IFrameSource
    {
        public int Descriptor => descriptor;

        public int Receive(FrameBatch batch) => 0;

        public void Release()
        {
        }

        public void Dispose()
        {
        }
    }
}
