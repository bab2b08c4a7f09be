using Mcr.Native.Feeds;
using Mcr.Native.Interop;
using Mcr.Native.Packet;
using Mcr.Native.Worker;

namespace Mcr.Specs.Feeds;

/// <summary>The real loop with a rule that merges its inputs.</summary>
public sealed class MergeLoopSpecs
{
    private const int Long = 450;

    [Fact]
    public void Every_datagram_should_be_relayed_once_and_each_copy_counted_as_a_duplicate()
    {
        using var loop = new FeedLoop(FeedLoop.Merge());
        for (ushort n = 0; n < 5; n++)
        {
            loop.Put(0, n);
            loop.Put(1, n);
        }

        loop.PutMerged(1, 5, 3);
        loop.PutMerged(0, 5, 4);
        loop.Turn();
        loop.Turn();
        Assert.Equal(Enumerable.Range(0, 9), loop.Take());
        Assert.Equal((9, 8, 17), (loop.Matched, loop.Slot.ReadDrops(DropReason.Duplicate), loop.Received));
        Assert.Equal((9, 17), (loop.Word(SelectBlock.Merged), loop.Word(0, SelectBlock.Received) + loop.Word(1, SelectBlock.Received)));
    }

    [Fact]
    public void What_comes_behind_a_gap_should_wait_for_the_other_input_to_fill_it()
    {
        using var loop = new FeedLoop(FeedLoop.Merge(Long));
        Put(loop, 0, 0, 1, 3, 4);
        loop.Turn();
        Assert.Equal([0, 1], loop.Take());
        Assert.Equal(2, loop.Received);
        Put(loop, 1, 0, 1, 2, 3, 4);
        loop.Turn();
        Assert.Equal([2, 3, 4], loop.Take());
        Assert.Equal((5, 4, 9), (loop.Matched, loop.Slot.ReadDrops(DropReason.Duplicate), loop.Received));
    }

    [Fact]
    public void Gap_should_be_given_up_in_time_without_anything_that_comes_and_what_comes_then_be_late()
    {
        using var loop = new FeedLoop(FeedLoop.Merge(skew: 20));
        Put(loop, 0, 0, 2);
        loop.Turn();
        Assert.Equal([0], loop.Take());
        loop.TurnUntil(() => loop.Matched == 2);
        Assert.Equal([2], loop.Take());
        Put(loop, 1, 1);
        loop.Turn();
        Assert.Empty(loop.Take());
        Assert.Equal((1, 3), (loop.Slot.ReadDrops(DropReason.Late), loop.Received));
    }

    /// <summary>What is missing lies in the other input's queue, behind other traffic.</summary>
    [Fact]
    public void Loop_that_is_late_should_wait_for_what_had_arrived_in_time()
    {
        using var loop = new FeedLoop(FeedLoop.Merge(skew: 20));
        long arrival = WallClock.Nanoseconds;
        for (ushort n = 0; n < 192; n++)
            loop.Put(1, n, arrival: arrival, group: "239.9.9.9");
        for (ushort n = 0; n < 256; n++)
        {
            if (n != 10)
                loop.Put(0, n, arrival: arrival);
            loop.Put(1, n, arrival: arrival);
        }

        while (loop.Turn() > 0)
        {
            long then = BootClock.Nanoseconds + 60_000_000;
            SpinWait.SpinUntil(() => BootClock.Nanoseconds > then);
        }

        Assert.Equal(Enumerable.Range(0, 256), loop.Take());
        Assert.Equal(0, loop.Word(SelectBlock.Lost));
    }

    [Fact]
    public void More_than_there_is_memory_for_should_be_relayed_in_order_and_none_be_lost()
    {
        using var loop = new FeedLoop(FeedLoop.Merge(Long) with { BufferBytes = 1 << 20 });
        Put(loop, 0, 0);
        for (ushort n = 2; n < 2_000; n++)
            loop.Put(0, n, 1_400);
        while (loop.Turn() > 0)
        {
        }

        loop.TurnUntil(() => loop.Matched == 1_999);
        Assert.Equal(Enumerable.Range(0, 2_000).Where(n => n != 1), loop.Take());
        Assert.True(loop.Word(SelectBlock.Overflows) > 0);
    }

    [Fact]
    public void Worker_that_is_told_to_stop_should_relay_what_waits()
    {
        using var loop = new FeedLoop(FeedLoop.Merge(Long));
        Put(loop, 0, 0, 2, 3);
        loop.Stop();
        Assert.Equal([0, 2, 3], loop.Take());
    }

    [Fact]
    public void Next_worker_should_know_what_was_relayed()
    {
        using var loop = new FeedLoop(FeedLoop.Merge());
        Put(loop, 0, 0, 1, 2);
        loop.Turn();
        loop.Restart();
        Put(loop, 1, 0, 1, 2, 3);
        loop.Turn();
        Assert.Equal([0, 1, 2, 3], loop.Take());
        Assert.Equal((4, 3, 7), (loop.Matched, loop.Slot.ReadDrops(DropReason.Duplicate), loop.Received));
    }

    [Fact]
    public void What_waits_should_survive_a_change_of_outputs_and_leave_before_the_rule_goes()
    {
        using var loop = new FeedLoop(FeedLoop.Merge(Long));
        Put(loop, 0, 0, 2);
        loop.Turn();
        loop.Publish(loop.Rule with { Outputs = [loop.Rule.Outputs[0], loop.Rule.Outputs[0] with { Counter = 1 }] });
        Put(loop, 1, 1);
        loop.Turn();
        Assert.Equal([0, 1, 1, 2, 2], loop.Take().Order());
        Put(loop, 0, 4);
        loop.Turn();
        loop.Publish();
        Put(loop, 1, 3);
        loop.Turn();
        Assert.Equal([4, 4], loop.Take());
    }

    [Fact]
    public void Each_drop_should_be_traced_with_its_reason()
    {
        using var loop = new FeedLoop(FeedLoop.Merge());
        loop.Publish(loop.Rule with { Trace = FeedLoop.Trace });
        Put(loop, 0, 1);
        Put(loop, 1, 1);
        loop.Feeds[1].Add(Frames.Udp("10.0.0.1", FeedLoop.Group, 5000, "short"u8));
        loop.Turn();
        Assert.Equal([DropReason.None, DropReason.Duplicate, DropReason.Unusable], loop.Slot.ReadTrace(TraceBench.Ring, TraceBench.Session, 0, 10).Datagrams.Select(d => d.Drop));
        Assert.Equal((1, 3), (loop.Slot.ReadDrops(DropReason.Unusable), loop.Received));
    }

    private static void Put(FeedLoop loop, int feed, params ushort[] numbers) => Array.ForEach(numbers, n => loop.Put(feed, n));
}
