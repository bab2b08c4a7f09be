using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Loop;
using Mcr.Native.Packet;
using Mcr.Native.Worker;

namespace Mcr.Specs.Packet;

/// <summary>What the kernel says beside a frame (vnet header, VLAN tag, truncation) and what the loop makes of it.</summary>
public sealed unsafe class VnetHeaderSpecs : IDisposable
{
    private const byte NeedsChecksum = Libc.VIRTIO_NET_HDR_F_NEEDS_CSUM;
    private const byte DataValid = Libc.VIRTIO_NET_HDR_F_DATA_VALID;
    private const byte Merged = Libc.VIRTIO_NET_HDR_GSO_UDP_L4;

    private static readonly byte[] Good = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "payload"u8);
    private static readonly byte[] BadSum = Good.With16(FrameEdits.UdpChecksum, 0x1234);

    private readonly KernelSource _source = new();
    private readonly MemorySink _sink = new() { KeepPayloads = true };
    private readonly WorkerSlot _slot = WorkerSlot.Create();
    private readonly LoopWakeup _wakeup = new([]);
    private readonly RelayLoop _loop;

    public VnetHeaderSpecs()
    {
        _loop = new RelayLoop([_source], _sink, _slot, _wakeup, new WorkerOptions(0, Segmentation: true));
        ResolvedRule rule = new(IPAddress.Parse("239.1.1.1"), 5000, null, 0, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 0)]);
        _loop.Publish(TableBuilder.Build(new ResolvedRuleSet(1, [rule]), 1, new Dictionary<int, EgressSocket> { [1] = new(10, EgressKind.Multicast) }));
    }

    public void Dispose()
    {
        _loop.Dispose();
        _wakeup.Dispose();
        _slot.Dispose();
    }

    [Theory]
    [InlineData(0, DropReason.BadUdpChecksum)]
    [InlineData(NeedsChecksum, DropReason.None)] // left to the device by a sender on this host
    [InlineData(DataValid, DropReason.None)] // verified by the device
    [InlineData(NeedsChecksum | DataValid, DropReason.None)]
    [InlineData(0x80, DropReason.BadUdpChecksum)] // a flag that we do not know vouches for nothing
    public void Checksum_should_be_trusted_when_the_kernel_says_so(byte flags, DropReason reason) => Assert.Equal(reason, Outcome(BadSum, new() { flags = flags }));

    [Theory]
    [InlineData(3, "pay loa d")]
    [InlineData(6, "payloa d")]
    [InlineData(7, "payload")]
    [InlineData(8, "payload")]
    [InlineData(ushort.MaxValue, "payload")]
    public void Merged_frame_should_be_relayed_as_its_datagrams(ushort size, string datagrams)
    {
        Assert.Equal(DropReason.None, Outcome(BadSum, new() { gso_type = Merged, gso_size = size }));
        Assert.Equal(datagrams.Split(' '), _sink.Payloads.Select(System.Text.Encoding.ASCII.GetString));
    }

    [Fact]
    public void Merged_frame_without_a_size_should_be_taken_for_one_datagram()
    {
        Assert.Equal(DropReason.None, Outcome(Good, new() { gso_type = Merged }));
        Assert.Equal(DropReason.BadUdpChecksum, Outcome(BadSum, new() { gso_type = Merged }));
    }

    [Theory]
    [InlineData(1)] // TCPV4
    [InlineData(3)] // UDP: one datagram that is yet to be fragmented
    [InlineData(4)] // TCPV6
    [InlineData(0x80)] // ECN
    [InlineData(0x85)]
    [InlineData(0xFF)]
    public void Other_segmentation_should_be_dropped_as_fragment(byte type) => Assert.Equal(DropReason.Fragment, Outcome(Good, new() { gso_type = type, gso_size = 3 }));

    [Fact]
    public void Size_without_segmentation_should_mean_nothing()
    {
        Assert.Equal(DropReason.None, Outcome(Good, new() { gso_size = 3 }));
        Assert.Single(_sink.Payloads);
    }

    [Theory]
    [InlineData(1, DropReason.Vlan)]
    [InlineData(4095, DropReason.Vlan)]
    [InlineData(0, DropReason.None)]
    public void Frame_of_a_vlan_should_be_dropped(ushort id, DropReason reason) => Assert.Equal(reason, Outcome(Good, default, vlan: id));

    [Fact]
    public void Frame_cut_by_its_slot_should_be_dropped_as_runt() => Assert.Equal(DropReason.Runt, Outcome(Good, default, truncated: true));

    [Theory]
    [InlineData(-10)] // not even a vnet header
    [InlineData(-6)]
    [InlineData(0)] // the vnet header and nothing else
    [InlineData(41)] // and most of a frame
    public void Message_of_too_few_bytes_should_be_dropped_as_runt(int received) => Assert.Equal(DropReason.Runt, Outcome(Good, default, received: received));

    private DropReason Outcome(byte[] frame, Libc.virtio_net_hdr vnet, ushort vlan = 0, bool truncated = false, int? received = null)
    {
        long[] before = [.. Enum.GetValues<DropReason>().Select(_slot.ReadDrops)];
        long matched = _slot.Read(SlotLayout.MatchedWord);
        _source.Next = (ref ReceivedFrame next, FrameMemory memory) =>
        {
            memory.Put(ref next, 0, frame, vnet, Libc.PACKET_MULTICAST);
            next.VlanId = vlan;
            next.IsTruncated = truncated;
            next.Length = received ?? next.Length;
        };
        _loop.Turn();
        DropReason[] counted = [.. Enum.GetValues<DropReason>().Where(r => _slot.ReadDrops(r) > before[(int)r])];
        Assert.Equal(1, counted.Length + (_slot.Read(SlotLayout.MatchedWord) > matched ? 1 : 0));
        return counted.SingleOrDefault();
    }

    /// <summary>One frame at a time, with everything the kernel says about it.</summary>
    private sealed class KernelSource : IFrameSource
    {
        private readonly FrameMemory _memory = new();

        public delegate void Delivery(ref ReceivedFrame frame, FrameMemory memory);

        public Delivery? Next { get; set; }

        public int Descriptor => -1;

        public int Receive(FrameBatch batch)
        {
            Next?.Invoke(ref batch[0], _memory);
            return Next is null ? 0 : 1;
        }

        public void Release()
        {
        }

        public void Dispose() => _memory.Dispose();
    }
}
