using Mcr.Native.Ingress;
using Mcr.Native.Interop;

namespace Mcr.Specs.Ingress;

/// <summary>A worker dies at the worst moments; the next one on the same socket goes on exactly where it stopped.</summary>
public sealed unsafe class RingSuccessionSpecs
{
    private const int Segment = 1316;
    private const int Batch = FrameBatch.Capacity;
    private const uint Taken = 1 << 30; // as RingSource has it

    /// <summary>160 slots.</summary>
    private static readonly RingGeometry SmallRing = RingGeometry.For(1500, 0);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(130)]
    public void Frames_should_be_lost_only_with_the_batch_in_hand(int before)
    {
        using var wire = new PacketWire(SmallRing);
        Send(wire, 0, before);
        using (var first = new RingReader(wire.Socket))
            Assert.Equal(before, first.Take(before).Count);

        using (var dying = new RingReader(wire.Socket))
        {
            Send(wire, 1_000, Batch + 20);
            Assert.Equal(Enumerable.Range(1_000, Batch), dying.Receive().Select(f => f.Number)); // dies with these in hand
        }

        using var next = new RingReader(wire.Socket);
        Send(wire, 2_000, 10);
        Assert.Equal([.. Enumerable.Range(1_000 + Batch, 20), .. Enumerable.Range(2_000, 10)], next.Take(30).Select(f => f.Number));
        Send(wire, 3_000, 150);
        Assert.Equal(Enumerable.Range(3_000, 150), next.Take(150).Select(f => f.Number));
        Assert.Equal(0, wire.Socket.TakeDrops());
    }

    [Fact]
    public void Full_ring_should_be_taken_over_from_its_oldest_frame_on()
    {
        using var wire = new PacketWire(SmallRing);
        int slots = SmallRing.Frames;
        Send(wire, 0, slots);
        using (var dying = new RingReader(wire.Socket))
        {
            Assert.Equal(Batch, dying.Receive().Length);
            dying.Source.Release();
            Send(wire, slots, Batch); // full again, round the corner
            Assert.Equal(Batch, dying.Receive().Length);
        }

        using var next = new RingReader(wire.Socket);
        Assert.Equal(Enumerable.Range(2 * Batch, slots - Batch), next.Take(slots - Batch).Select(f => f.Number));
        Send(wire, 5_000, slots);
        Assert.Equal(Enumerable.Range(5_000, slots), next.Take(slots).Select(f => f.Number));
    }

    [Fact]
    public void Batch_that_was_half_given_back_should_not_be_relayed_again()
    {
        using var wire = new PacketWire(SmallRing);
        Send(wire, 0, SmallRing.Frames);
        using (var dying = new RingReader(wire.Socket))
        {
            dying.Receive();
            dying.Source.Release();
        }

        // As if it had died within Release: the position is written, the first ten slots are free and filled again, the rest is still taken.
        using (var ring = new MappedRing(wire.Socket))
        {
            for (int i = 10; i < Batch; i++)
                ring.Slot(i)->tp_status = Taken;
        }

        Send(wire, 1_000, 10);
        using var next = new RingReader(wire.Socket);
        Send(wire, 2_000, 5);
        Assert.Equal(
            [.. Enumerable.Range(Batch, SmallRing.Frames - Batch), .. Enumerable.Range(1_000, 10), .. Enumerable.Range(2_000, 5)],
            next.Take(SmallRing.Frames - Batch + 15).Select(f => f.Number));
    }

    [Theory]
    [InlineData(0)] // it had fetched none of the copies of its batch
    [InlineData(7)]
    [InlineData(20)] // all
    public void Copies_of_a_batch_that_is_lost_should_not_be_taken_for_others(int fetched)
    {
        const int InHand = 20;
        using var wire = new PacketWire(SmallRing);
        for (int i = 0; i < InHand + 30; i++)
            wire.SendMerged(SeenFrame.Numbered(i, Segment * (2 + (i % 3))), Segment);

        // As if a worker had died between taking the slots and fetching.
        using (var ring = new MappedRing(wire.Socket))
        {
            for (int i = 0; i < InHand; i++)
            {
                Assert.Equal((uint)Libc.TP_STATUS_COPY, ring.Slot(i)->tp_status & Libc.TP_STATUS_COPY);
                ring.Slot(i)->tp_status = Taken | Libc.TP_STATUS_COPY;
            }
        }

        byte* buffer = stackalloc byte[8 * 1024];
        for (int i = 0; i < fetched; i++)
            Assert.True(Libc.read(wire.Socket.Descriptor.Raw, buffer, 8 * 1024) > 0);

        using var next = new RingReader(wire.Socket);
        List<SeenFrame> seen = next.Take(30);
        Assert.Equal(Enumerable.Range(InHand, 30).Select(i => SeenFrame.Numbered(i, Segment * (2 + (i % 3)))), seen.Select(f => f.Payload));
        wire.SendMerged(SeenFrame.Numbered(99, Segment * 2), Segment);
        Assert.Equal(99, Assert.Single(next.Take(1)).Number);
    }

    private static void Send(PacketWire wire, int first, int count) => wire.Send(Enumerable.Range(first, count).Select(i => SeenFrame.Numbered(i, 1_000)));

    /// <summary>The ring as a spec changes it behind its reader's back.</summary>
    private sealed class MappedRing : IDisposable
    {
        private readonly RingGeometry _geometry;
        private readonly byte* _memory;

        public MappedRing(PacketSocket socket)
        {
            _geometry = socket.Ring;
            _memory = (byte*)Libc.mmap(null, (nuint)_geometry.Bytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, socket.Descriptor.Raw, 0);
            Assert.NotEqual(-1, (nint)_memory);
        }

        public Libc.tpacket2_hdr* Slot(int i) =>
            (Libc.tpacket2_hdr*)(_memory + (i / _geometry.FramesPerBlock * (nint)_geometry.BlockSize) + (i % _geometry.FramesPerBlock * (nint)_geometry.FrameSize));

        public void Dispose() => _ = Libc.munmap(_memory, (nuint)_geometry.Bytes);
    }
}
