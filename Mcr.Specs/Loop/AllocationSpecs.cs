using System.Net;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Loop;
using Mcr.Native.Redundancy;
using Mcr.Native.Worker;

namespace Mcr.Specs.Loop;

/// <summary>The loop allocates nothing per datagram; the measurement itself is proven on a loop that does.</summary>
public sealed class AllocationSpecs
{
    private const int Batches = 2_000;
    private const int Attempts = 10;
    private const int EchoSocket = 2;

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

    [Fact]
    public void Measurement_should_see_one_small_allocation_in_each_flush() => Assert.True(Measure(new AllocatingSink()) >= Batches * 24L);

    private static long Measure(IDatagramSink sink, Func<ResolvedRule, ResolvedRule>? change = null, params byte[][] payloads) => Measure(sink, change, TakeoverOrder.None, payloads);

    private static unsafe long Measure(IDatagramSink sink, Func<ResolvedRule, ResolvedRule>? change, TakeoverOrder order, params byte[][] payloads)
    {
        using WorkerSlot slot = WorkerSlot.Create();
        slot.Order(0, new TakeoverOrders { Order = TakeoverOrders.Make(1, order) });
        slot.AnnounceOrders();
        using var echoes = new RepeatingSource([Frames.Udp("10.0.0.9", "239.2.2.2", 6000, new byte[64]).From(0x020000000010)]);
        var source = new RepeatingSource([.. payloads.Select(p => Frames.Udp("10.0.0.1", "239.1.1.1", 5000, p)), Frames.Udp("10.0.0.1", "239.1.1.1", 5000, new byte[1316]), Frames.Udp("10.0.0.1", "239.1.1.2", 5000, new byte[64]), new byte[10]]);
        using var wakeup = new LoopWakeup([]);
        using var loop = new RelayLoop([source], sink, slot, wakeup, new WorkerOptions(0, Segmentation: true));
        ResolvedRule rule = new(IPAddress.Parse("239.1.1.1"), 5000, null, 0, [.. Enumerable.Range(0, 10).Select(i => new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), (ushort)(6000 + i), i))]);
        var running = new RunningRules();
        running.Use(1, new EgressSocket(10, EgressKind.Multicast));
        running.Use(EchoSocket, echoes);
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
