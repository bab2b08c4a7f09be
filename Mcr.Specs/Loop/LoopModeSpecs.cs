using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Loop;
using Mcr.Native.Worker;

namespace Mcr.Specs.Loop;

/// <summary>However the loop waits, it takes tables, relays, shows that it lives, and stops.</summary>
[Collection(SerialPackets.Name)]
public sealed unsafe class LoopModeSpecs
{
    private const int Count = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(true, false, WorkerOptions.CoalesceAuto)]
    [InlineData(true, true, WorkerOptions.CoalesceAuto)]
    [InlineData(true, false, 0)]
    [InlineData(true, false, WorkerOptions.MaxCoalesceMicroseconds)]
    [InlineData(false, false, WorkerOptions.CoalesceAuto)]
    [InlineData(false, true, WorkerOptions.CoalesceAuto)]
    public void Loop_should_relay_answer_and_stop(bool ring, bool spin, int coalesce)
    {
        using var wire = new PacketWire(ring ? RingGeometry.For(1500, 4 << 20) : default);
        using WorkerSlot slot = WorkerSlot.Create();
        IFrameSource source = ring ? new RingSource(wire.Socket.Descriptor.Raw, wire.Socket.Ring, slot.Words + SlotLayout.ClippedWord) : new MessageSource(wire.Socket.Descriptor.Raw);
        using var wakeup = new LoopWakeup([source]);
        var options = new WorkerOptions(0, Segmentation: true) { Spin = spin, CoalesceMicroseconds = coalesce };
        using var loop = new RelayLoop([source], new MemorySink(), slot, wakeup, options);
        var thread = new Thread(loop.Run) { IsBackground = true };
        thread.Start();
        try
        {
            loop.Publish(Table(generation: 1));
            Reach(slot, SlotLayout.GenerationWord, 1);
            for (int i = 0; i < Count; i++)
                wire.Send(Payload);
            Reach(slot, SlotLayout.MatchedWord, Count);
            Reach(slot, SlotLayout.HeartbeatWord, slot.Read(SlotLayout.HeartbeatWord) + 2); // with nothing to relay
            loop.Publish(Table(generation: 2));
            Reach(slot, SlotLayout.GenerationWord, 2);
        }
        finally
        {
            loop.Stop();
            Assert.True(thread.Join(Patience), "the loop does not stop");
        }

        Assert.Equal(Count, slot.Read(SlotLayout.SentWord));
    }

    private static readonly byte[] Payload = new byte[1_000];

    private static void Reach(WorkerSlot slot, int word, long value) =>
        Assert.True(SpinWait.SpinUntil(() => slot.Read(word) >= value, Patience), $"word {word} is {slot.Read(word)}, not {value}");

    private static ForwardingTable Table(long generation)
    {
        ResolvedRule rule = new(IPAddress.Parse(PacketWire.Group), PacketWire.Port, null, 0, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 0)]);
        return TableBuilder.Build(new ResolvedRuleSet(generation, [rule]), 1, new Dictionary<int, EgressSocket> { [1] = new(10, EgressKind.Multicast) });
    }
}
