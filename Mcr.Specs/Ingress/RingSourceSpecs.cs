using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Loop;

namespace Mcr.Specs.Ingress;

/// <summary>The mapped ring of a real packet socket on a real veth.</summary>
public sealed class RingSourceSpecs
{
    private const int Segment = 1316;
    private const int Segments = 40;
    private static readonly RingGeometry Ring = RingGeometry.For(1500, 4 << 20);

    /// <summary>160 slots: soon full, and soon gone round.</summary>
    private static readonly RingGeometry SmallRing = RingGeometry.For(1500, 0);

    [Fact]
    public void Datagrams_should_come_in_order_with_all_that_is_known_of_them()
    {
        using var wire = new PacketWire(Ring);
        using var reader = new RingReader(wire.Socket);
        long before = WallClock.Nanoseconds;
        byte[][] sent = [.. Enumerable.Range(0, 1_000).Select(i => SeenFrame.Numbered(i, 4 + (i * 7 % 1469)))];
        wire.Send(sent);
        List<SeenFrame> seen = reader.Take(sent.Length);
        Assert.Equal(sent, seen.Select((f, i) => f.Payload[..sent[i].Length])); // short frames carry padding
        Assert.All(seen, f => Assert.Equal((0, 0, Libc.PACKET_MULTICAST, false), (f.Segment, f.VlanId, f.PacketType, f.IsTruncated)));
        Assert.All(seen, f => Assert.InRange(f.Arrival, before, WallClock.Nanoseconds));
    }

    [Fact]
    public void Merged_frames_should_come_whole_with_their_segment_size()
    {
        using var wire = new PacketWire(Ring);
        using var reader = new RingReader(wire.Socket);
        byte[][] sent = [.. Enumerable.Range(0, 200).Select(i => SeenFrame.Numbered(i, Segment * Segments))];
        foreach (byte[] payload in sent)
            wire.SendMerged(payload, Segment);
        List<SeenFrame> seen = reader.Take(sent.Length);
        Assert.Equal(sent, seen.Select(f => f.Payload));
        Assert.All(seen, f => Assert.Equal((Segment, Libc.PACKET_MULTICAST, false), (f.Segment, f.PacketType, f.IsTruncated)));
        Assert.All(seen, f => Assert.NotEqual(0, f.Arrival));
    }

    [Theory]
    [InlineData(1_500)]
    [InlineData(9_000)]
    public void Mix_of_single_merged_and_jumbo_frames_should_stay_in_order(int mtuOfTheRing)
    {
        using var wire = new PacketWire(RingGeometry.For(mtuOfTheRing, 4 << 20), mtu: 9_000);
        using var reader = new RingReader(wire.Socket);
        var random = new Random(20261124);
        byte[][] sent = [.. Enumerable.Range(0, 2_000).Select(i => SeenFrame.Numbered(i, random.Next(4) switch { 0 => 100, 1 => Segment, 2 => 8_900, _ => Segment * 5 }))];
        var seen = new List<SeenFrame>();
        for (int i = 0; i < sent.Length; i++)
        {
            if (sent[i].Length == Segment * 5)
                wire.SendMerged(sent[i], Segment);
            else
                wire.Send(sent[i]);
            if (i % 50 == 0)
                seen.AddRange(reader.Receive());
        }

        seen.AddRange(reader.Take(sent.Length - seen.Count));
        Assert.Equal(sent, seen.Select(f => f.Payload));
        Assert.All(seen, f => Assert.Equal(f.Payload.Length == Segment * 5 ? Segment : 0, f.Segment));
    }

    [Fact]
    public void Ring_should_go_round()
    {
        using var wire = new PacketWire(SmallRing);
        using var reader = new RingReader(wire.Socket);
        for (int round = 0; round < 20; round++)
        {
            wire.Send(Enumerable.Range(round * 100, 100).Select(i => SeenFrame.Numbered(i, 1_000)));
            Assert.Equal(Enumerable.Range(round * 100, 100), reader.Take(100).Select(f => f.Number));
        }

        Assert.Equal(0, wire.Socket.TakeDrops());
    }

    [Fact]
    public void Frames_for_a_full_ring_should_be_counted_by_the_kernel_and_those_in_it_kept()
    {
        using var wire = new PacketWire(SmallRing);
        using var reader = new RingReader(wire.Socket);
        int slots = SmallRing.Frames;
        wire.Send(Enumerable.Range(0, slots + 50).Select(i => SeenFrame.Numbered(i, 1_000)));
        Assert.Equal(Enumerable.Range(0, slots), reader.Take(slots).Select(f => f.Number));
        Assert.Equal(50, wire.Socket.TakeDrops());
        wire.Send(SeenFrame.Numbered(777, 1_000));
        Assert.Equal(777, Assert.Single(reader.Take(1)).Number);
        Assert.Equal(0, reader.Clipped);
    }

    [Fact]
    public void Long_frames_without_room_in_the_queue_should_be_counted_and_the_others_relayed()
    {
        using var wire = new PacketWire(Ring, receiveBuffer: (int)Ring.Bytes); // the least queue beside it: 2 MiB as the kernel counts
        using var reader = new RingReader(wire.Socket);
        const int Count = 100;
        for (int i = 0; i < Count; i++)
            wire.SendMerged(SeenFrame.Numbered(i, Segment * Segments), Segment);
        wire.Send(SeenFrame.Numbered(Count, Segment));
        var seen = new List<SeenFrame>();
        while (seen.LastOrDefault() is not { Segment: 0 })
            seen.AddRange(reader.Take(1));
        Assert.InRange(reader.Clipped, 10, 90);
        Assert.Equal(Count + 1, seen.Count + reader.Clipped);
        Assert.Equal(seen.Select(f => f.Number).Order(), seen.Select(f => f.Number));
        Assert.All(seen, f => Assert.Equal(SeenFrame.Numbered(f.Number, f.Segment == 0 ? Segment : Segment * Segments), f.Payload));
    }

    [Fact]
    public void Vlan_tag_should_be_seen()
    {
        using var wire = new PacketWire(Ring);
        using var reader = new RingReader(wire.Socket);
        byte[] plain = Frames.Udp("10.1.0.1", PacketWire.Group, PacketWire.Port, SeenFrame.Numbered(1, 100));
        wire.SendFrame([.. plain[..12], 0x81, 0x00, 0x20, 0x64, .. plain[12..]]); // priority 1, id 100
        wire.SendFrame([.. plain[..12], 0x81, 0x00, 0x20, 0x00, .. plain[12..]]); // priority only
        wire.SendFrame(plain);
        List<SeenFrame> seen = reader.Take(3);
        Assert.Equal([100, 0, 0], seen.Select(f => (int)f.VlanId));
        Assert.All(seen, f => Assert.Equal(1, f.Number));
    }

    [Fact]
    public void Reading_should_allocate_nothing()
    {
        const int Each = 200;
        using var wire = new PacketWire(Ring);
        using var reader = new RingReader(wire.Socket);
        using var batch = new FrameBatch();
        Send();
        Assert.Equal(2 * Each, Read()); // compiled by now
        Send();
        long before = GC.GetAllocatedBytesForCurrentThread();
        int read = Read();
        Assert.Equal((0, 2 * Each), (GC.GetAllocatedBytesForCurrentThread() - before, read));

        void Send()
        {
            for (int i = 0; i < Each; i++)
            {
                wire.Send(SeenFrame.Numbered(i, Segment));
                wire.SendMerged(SeenFrame.Numbered(i, Segment * 4), Segment);
            }
        }

        int Read()
        {
            int count = 0;
            for (int frames = 1; frames > 0; count += frames)
            {
                frames = reader.Source.Receive(batch);
                reader.Source.Release();
            }

            return count;
        }
    }

    [Fact]
    public void Device_that_was_switched_off_should_not_keep_the_loop_awake_and_be_read_again_when_it_is_on()
    {
        using var wire = new PacketWire(Ring);
        using var reader = new RingReader(wire.Socket);
        using var wakeup = new LoopWakeup([reader.Source]);
        wire.Far.Ip("link set far0 down");
        wakeup.Sleep(1_000);
        Assert.False(IsReadable(wire.Socket), "the error is still there, and poll returns at once for ever");
        wire.Far.Ip("link set far0 up");
        wire.Send(SeenFrame.Numbered(5, 100));
        Assert.Equal(5, Assert.Single(reader.Take(1)).Number);
    }

    [Fact]
    public void Socket_should_be_made_without_a_ring_that_the_kernel_refuses()
    {
        using var wire = new PacketWire(new RingGeometry(FrameSize: 1_001, BlockSize: 65_536, Blocks: 4)); // not aligned
        Assert.True(wire.Socket.Ring.IsNone);
        Assert.Contains("far0: the kernel refused a mapped ring of 256 KiB, EINVAL", wire.Socket.RingRefusal, StringComparison.Ordinal);
        using var source = new MessageSource(wire.Socket.Descriptor.Raw);
        using var batch = new FrameBatch();
        wire.Send(SeenFrame.Numbered(1, 100));
        Assert.True(SpinWait.SpinUntil(() => source.Receive(batch) == 1, TimeSpan.FromSeconds(5)));
    }

    private static unsafe bool IsReadable(PacketSocket socket)
    {
        var polled = new Libc.pollfd { fd = socket.Descriptor.Raw, events = Libc.POLLIN };
        return Libc.poll(&polled, 1, 0) != 0;
    }
}
