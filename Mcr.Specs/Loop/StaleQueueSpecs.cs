using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Loop;
using Mcr.Native.Packet;
using Mcr.Native.Worker;

namespace Mcr.Specs.Loop;

/// <summary>What a loop finds queued up when it begins, and nobody wants any more.</summary>
public sealed class StaleQueueSpecs : IDisposable
{
    private const long Millisecond = 1_000_000;

    private static readonly byte[] Frame = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "a"u8);

    private readonly MemorySource _source = new(); // the loop's to dispose
    private readonly MemorySink _sink = new();
    private readonly WorkerSlot _slot = WorkerSlot.Create();
    private readonly LoopWakeup _wakeup = new([]);
    private RelayLoop? _loop;

    public void Dispose()
    {
        _loop?.Dispose();
        _wakeup.Dispose();
        _slot.Dispose();
    }

    /// <summary>What has waited too long before the loop begins is counted; later nobody asks how old something is.</summary>
    [Fact]
    public void Loop_should_drop_what_is_too_old_when_it_begins_and_nothing_later()
    {
        long now = Begin(maxAge: 1000);
        foreach (long age in new long[] { 5_000, 1_500, 500, 0 })
            _source.Add(Frame, arrival: now - (age * Millisecond));
        _source.Add(Frame, arrival: ReceivedFrame.UnknownArrival);
        Turn(relayed: 3, stale: 2);
        Turn(relayed: 3, stale: 2); // has caught up
        _source.Add(Frame, arrival: now - (5_000 * Millisecond));
        Turn(relayed: 4, stale: 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void What_had_arrived_before_its_flows_were_given_to_others_should_be_dropped(int maxAge)
    {
        _slot.DisownQueue();
        long given = _slot.Read(SlotLayout.WantedSinceWord);
        Begin(maxAge);
        foreach (long arrival in new[] { given - (500 * Millisecond), given - 1, given, given + 1 })
            _source.Add(Frame, arrival: arrival);
        Turn(relayed: 2, stale: 2);
    }

    /// <summary>Or a queue that was once given to others would never be wanted again.</summary>
    [Fact]
    public unsafe void Clock_that_was_set_back_since_should_cost_nothing()
    {
        _slot.Words[SlotLayout.WantedSinceWord] = WallClock.Nanoseconds + (3_600_000 * Millisecond);
        long now = Begin(maxAge: 0);
        _source.Add(Frame, arrival: now);
        Turn(relayed: 1, stale: 0);
    }

    /// <summary>A clock that is set back later, under a load that leaves no turn without a full batch: only what can have been waiting is looked at.</summary>
    [Fact]
    public void No_more_should_be_dropped_than_the_queue_can_have_held()
    {
        RingGeometry ring = RingGeometry.For(1500, 1);
        long now = Begin(maxAge: 1000, ring);
        int held = (ring.Frames + FrameBatch.Capacity - 1) / FrameBatch.Capacity * FrameBatch.Capacity;
        for (int i = 0; i < held + (2 * FrameBatch.Capacity); i++)
            _source.Add(Frame, arrival: now - (5_000 * Millisecond));
        while (_loop!.Turn() > 0)
        {
        }

        Assert.Equal((2 * FrameBatch.Capacity, held), (_sink.Sent.Count, _slot.ReadDrops(DropReason.Stale)));
    }

    /// <returns>When it began.</returns>
    private long Begin(int maxAge, RingGeometry ring = default)
    {
        _loop = new RelayLoop([_source], _sink, _slot, _wakeup, new WorkerOptions(0, Segmentation: false) { MaxAgeMilliseconds = maxAge, Ring = ring });
        var rule = new ResolvedRule(IPAddress.Parse("239.1.1.1"), 5000, null, 4, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 0)]);
        _loop.Publish(TableBuilder.Build(new ResolvedRuleSet(1, [rule]), 1, new Dictionary<int, EgressSocket> { [1] = new(10, EgressKind.Multicast) }));
        long now = WallClock.Nanoseconds;
        _loop.Begin();
        return now;
    }

    private void Turn(int relayed, int stale)
    {
        _loop!.Turn();
        Assert.Equal((relayed, stale), (_sink.Sent.Count, _slot.ReadDrops(DropReason.Stale)));
    }
}
