using System.Net;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Feeds;
using Mcr.Native.Legs;
using Mcr.Native.Loop;
using Mcr.Native.Packet;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using Mcr.Specs.Legs;

namespace Mcr.Specs.Loop;

/// <summary>The loop allocates nothing per datagram; the measurement itself is proven on a loop that does.</summary>
public sealed class AllocationSpecs
{
    private const int Batches = 2_000;
    private const int Attempts = 10;
    private const int EchoSocket = 2;
    private const int LegSocket = 3;
    private const int FeedSocket = 4;

    [Fact]
    public void Loop_should_allocate_nothing() => Assert.Equal(0, Measure(new NullSink()));

    /// <summary>Each way to look at payloads, and each datagram recorded.</summary>
    [Theory]
    [InlineData("auto")]
    [InlineData("rtp")]
    [InlineData("ts")]
    [InlineData("moldudp64")]
    public void Looking_at_streams_should_allocate_nothing(string analyse) => Assert.Equal(0, Measure(
        new NullSink(),
        rule => rule with { Analysis = AnalysisText.Parse(analyse, out _)!.Value, Trace = TraceBench.Settings() },
        MediaPayloads.Rtp(1, 0, MediaPayloads.Seven(256, 0)), MediaPayloads.Seven(256, 7), MediaPayloads.Mold(1, 2)));

    /// <summary>Standing by and forwarding, and more echoes than the loop looks at.</summary>
    [Theory]
    [InlineData(TakeoverOrder.Yield)]
    [InlineData(TakeoverOrder.Take)]
    public void Redundant_rules_should_allocate_nothing(TakeoverOrder order) => Assert.Equal(0, Measure(
        new NullSink(),
        rule => rule with { Redundancy = new ResolvedRedundancy(60_000, 0, 2, [new ResolvedEcho(EchoSocket, IPAddress.Parse("239.2.2.2"), 6000, [(0x020000000010, 1)])]) },
        order));

    /// <summary>One leg ends where others begin: paced, limited, traced.</summary>
    [Fact]
    public void Legs_should_allocate_nothing()
    {
        var source = new LegSource(); // the loop's to dispose
        EgressOptions[] options = [default, new() { Pace = true }, new() { RateLimit = 1_000_000, Mtu = 1500 }];
        Assert.Equal(0, Measure(
            new NullSink(),
            rule => rule with
            {
                Leg = LegBench.LegOf(7),
                Trace = TraceBench.Settings(every: 7),
                Outputs = [.. options.Select((o, i) => new ResolvedOutput(LegSocket, IPAddress.Parse("10.0.0.2"), 6000, i, o) { Leg = LegBench.LegOf(7) with { Id = (ulong)i } }), new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 9)],
            },
            TakeoverOrder.None,
            out WorkerSlot slot,
            source));
        using (slot)
        {
            Assert.Equal(source.Sent, slot.ReadLeg(0).Count(LegOutcome.Good));
            Assert.Equal(source.Altered, slot.ReadLeg(0).Count(LegOutcome.Altered));
            Assert.Equal(source.Sent, slot.ReadLegSender(0).Datagrams);
        }
    }

    /// <summary>Two inputs, from feeds that always have more, of which one is relayed: its rate and its losses are looked at.</summary>
    [Fact]
    public unsafe void Choosing_an_input_should_allocate_nothing()
    {
        Assert.Equal(0, Measure(
            new NullSink(),
            rule => rule with
            {
                Inputs = [new ResolvedInput(FeedSocket, rule.Group, rule.Port, null), new ResolvedInput(FeedSocket, IPAddress.Parse("239.1.1.2"), rule.Port, null)],
                Select = new SelectSettings(SelectMode.Failover, new SelectKey(SelectKeyKind.Rtp)) { MinRate = 1, MaxLossPpm = 10_000 },
                Trace = TraceBench.Settings(every: 7),
            },
            TakeoverOrder.None,
            out WorkerSlot slot,
            new RepeatingSource([new byte[10]])));
        using (slot)
        {
            Assert.True(slot.Select(0)[SelectBlock.Merged] > Batches);
            Assert.True(slot.ReadDrops(DropReason.Astray) > Batches);
        }
    }

    [Fact]
    public void Measurement_should_see_one_small_allocation_in_each_flush() => Assert.True(Measure(new AllocatingSink()) >= Batches * 24L);

    private static long Measure(IDatagramSink sink, Func<ResolvedRule, ResolvedRule>? change = null, params byte[][] payloads) => Measure(sink, change, TakeoverOrder.None, payloads);

    private static long Measure(IDatagramSink sink, Func<ResolvedRule, ResolvedRule>? change, TakeoverOrder order, params byte[][] payloads)
    {
        var source = new RepeatingSource([.. payloads.Select(p => Frames.Udp("10.0.0.1", "239.1.1.1", 5000, p)), Frames.Udp("10.0.0.1", "239.1.1.1", 5000, new byte[1316]), Frames.Udp("10.0.0.1", "239.1.1.2", 5000, new byte[64]), new byte[10]]);
        long least = Measure(sink, change, order, out WorkerSlot slot, source);
        slot.Dispose();
        return least;
    }

    private static unsafe long Measure(IDatagramSink sink, Func<ResolvedRule, ResolvedRule>? change, TakeoverOrder order, out WorkerSlot slot, Mcr.Native.Ingress.IFrameSource source)
    {
        slot = WorkerSlot.Create();
        slot.Order(0, new TakeoverOrders { Order = TakeoverOrders.Make(1, order) });
        slot.AnnounceOrders();
        using var echoes = new RepeatingSource([Frames.Udp("10.0.0.9", "239.2.2.2", 6000, new byte[64]).From(0x020000000010)]);
        using var feed = new RepeatingSource([Frames.Udp("10.0.0.1", "239.1.1.1", 5000, MediaPayloads.Rtp(1, 0, MediaPayloads.Seven(256, 0))), Frames.Udp("10.0.0.1", "239.1.1.2", 5000, new byte[64]), new byte[10]]);
        using var wakeup = new LoopWakeup([]);
        using var loop = new RelayLoop([source], sink, slot, wakeup, new WorkerOptions(0, Segmentation: true));
        ResolvedRule rule = new(IPAddress.Parse("239.1.1.1"), 5000, null, 0, [.. Enumerable.Range(0, 10).Select(i => new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), (ushort)(6000 + i), i))]);
        var running = new RunningRules(slot);
        running.Use(FeedSocket, new FrameInlet(feed, 14, null, LoopOrders.MaxQueued));
        running.Use(1, new EgressSocket(10, EgressKind.Multicast));
        running.Use(EchoSocket, echoes);
        running.Use(LegSocket, new EgressSocket(11, EgressKind.Leg));
        loop.Publish(running.Replace(new ResolvedRuleSet(1, [change is null ? rule : change(rule)])));
        for (int i = 0; i < 50; i++)
            loop.Turn(); // compiled by now
        // The least of several: a collection that others cause, also in the background, may put the rest of our piece of the heap to our account, once.
        // What the loop allocates is there each time.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Batches; i++)
                loop.Turn();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(order == TakeoverOrder.Take, slot.ReadTakeover(0).Role == TakeoverRole.Forwarding);
        return least;
    }

    private sealed class RepeatingSource(byte[][] frames) : Mcr.Native.Ingress.IFrameSource
    {
        private readonly FrameMemory _memory = new();

        public int Descriptor => -1;

        public void Release()
        {
        }

        public void Dispose() => _memory.Dispose();

        public int Receive(Mcr.Native.Ingress.FrameBatch batch)
        {
            for (int i = 0; i < Mcr.Native.Ingress.FrameBatch.Capacity; i++)
                _memory.Put(ref batch[i], i, frames[i % frames.Length], default, Mcr.Native.Interop.Libc.PACKET_MULTICAST);
            return Mcr.Native.Ingress.FrameBatch.Capacity;
        }
    }

    /// <summary>Each time others: three datagrams of a leg in a frame, of which the second is altered in every fourth.</summary>
    private sealed unsafe class LegSource : Mcr.Native.Ingress.IFrameSource
    {
        private const int Payload = 200;
        private const int Segment = LegHeader.Size + Payload;
        private static readonly byte[] Frame = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, new byte[3 * Segment], withChecksum: false);

        private readonly FrameMemory _memory = new();
        private readonly LegKeys _keys = LegProbe.KeysOf(7);
        private LegSender _sender;

        public LegSource() => _sender.Use(LegProbe.Leg, LegSender.FirstLife);

        public long Altered { get; private set; }

        public long Sent => _sender.Datagrams - Altered;

        public int Descriptor => -1;

        public void Release()
        {
        }

        public void Dispose() => _memory.Dispose();

        public int Receive(Mcr.Native.Ingress.FrameBatch batch)
        {
            for (int i = 0; i < Mcr.Native.Ingress.FrameBatch.Capacity; i++)
            {
                _memory.Put(ref batch[i], i, Frame, new Mcr.Native.Interop.Libc.virtio_net_hdr { gso_type = Mcr.Native.Interop.Libc.VIRTIO_NET_HDR_GSO_UDP_L4, gso_size = Segment, flags = Mcr.Native.Interop.Libc.VIRTIO_NET_HDR_F_NEEDS_CSUM }, Mcr.Native.Interop.Libc.PACKET_MULTICAST);
                var datagrams = new Span<byte>(batch[i].Data + 42, 3 * Segment);
                for (int d = 0; d < 3; d++)
                    _ = _sender.TryWrite(datagrams[(d * Segment)..], datagrams.Slice((d * Segment) + LegHeader.Size, Payload), 1, in _keys);
                if (i % 4 != 0)
                    continue;
                datagrams[Segment + 100]++;
                Altered++;
            }

            return Mcr.Native.Ingress.FrameBatch.Capacity;
        }
    }

    private sealed unsafe class NullSink : IDatagramSink
    {
        public int Send(int descriptor, Mcr.Native.Interop.Libc.mmsghdr* messages, int count) => count;
    }

    private sealed unsafe class AllocatingSink : IDatagramSink
    {
        public static object? Last { get; private set; }

        public int Send(int descriptor, Mcr.Native.Interop.Libc.mmsghdr* messages, int count)
        {
            Last = new object();
            return count;
        }
    }
}
