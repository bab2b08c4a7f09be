using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Loop;
using Mcr.Native.Packet;
using Mcr.Native.Worker;

namespace Mcr.Specs.Loop;

/// <summary>Fragments and IPv6 in the real loop between a source and a sink of memory.</summary>
public sealed class FragmentLoopSpecs : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 7))];
    private static readonly byte[][] Four = FragmentFrames.Split(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, Content), 9, 1480);
    private static readonly byte[][] Six = FragmentFrames.Split(Ipv6Frames.Udp("2001:db8::1", "ff3e::1", 5000, Content), 9, 1448);

    private readonly MemorySource _source = new();
    private readonly MemorySink _sink = new() { KeepPayloads = true };
    private readonly WorkerSlot _slot = WorkerSlot.Create();
    private readonly LoopWakeup _wakeup = new([]);
    private readonly SetClock _clock = new();
    private RelayLoop? _loop;

    public static TheoryData<bool> Families => [false, true];

    public void Dispose()
    {
        _loop?.Dispose();
        _wakeup.Dispose();
        _slot.Dispose();
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Datagram_should_be_relayed_when_its_last_fragment_comes_and_count_once(bool six)
    {
        Begin();
        Turn(Of(six)[..^1]);
        Assert.Equal((0, 0), (_sink.Payloads.Count, Recv()));
        Turn(Of(six)[^1]);
        Assert.Equal(Content, Assert.Single(_sink.Payloads));
        Assert.Equal((1, 1), (_slot.Read(SlotLayout.MatchedWord), Recv()));
    }

    [Fact]
    public void Many_datagrams_of_one_batch_should_each_keep_their_payload()
    {
        Begin();
        byte[][] contents = [.. Enumerable.Range(0, 40).Select(i => Content.Select(b => (byte)(b + i)).ToArray())];
        byte[][][] pieces = [.. contents.Select((c, i) => FragmentFrames.Split(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, c), (uint)i, 1600))];
        Turn([.. pieces.Select(p => p[0])]);
        Turn([.. pieces.Select(p => p[1])]);
        Assert.Equal(contents, _sink.Payloads);
    }

    [Fact]
    public void Idle_loop_should_give_up_what_waits_too_long()
    {
        Begin();
        Turn(Four[..1]);
        _clock.Now += _clock.TimestampFrequency - 1;
        _loop!.Turn();
        Assert.Equal(0, Recv());
        _clock.Now++;
        _loop.Turn();
        Assert.Equal((1, 1), (_slot.ReadDrops(DropReason.FragmentTimeout), Recv()));
        int readings = _clock.Readings;
        _loop.Turn();
        Assert.Equal(readings, _clock.Readings); // nothing waits: no look at the clock
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Fragments_should_be_counted_where_they_are_not_wanted(bool six)
    {
        Begin(reassemble: false);
        Turn(Of(six));
        Assert.Equal((0, 3), (_sink.Payloads.Count, _slot.ReadDrops(DropReason.Fragment)));
    }

    [Fact]
    public void Fragments_of_others_should_not_be_put_together()
    {
        Begin();
        foreach (byte[] piece in Four)
        {
            _source.Add(piece, vlan: 7);
            _source.Add(piece, type: Mcr.Native.Interop.Libc.PACKET_OTHERHOST);
        }

        _loop!.Turn();
        Assert.Equal((0, 3, 3), (_sink.Payloads.Count, _slot.ReadDrops(DropReason.Vlan), _slot.ReadDrops(DropReason.OtherHost)));
    }

    [Fact]
    public void Partial_checksum_of_a_fragment_should_vouch_for_nothing()
    {
        Begin();
        byte[][] bad = FragmentFrames.Split(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, Content).With8(100, 0xEE), 9, 1480);
        foreach (byte[] piece in bad)
            _source.Add(piece, trusted: true);
        _loop!.Turn();
        Assert.Equal(1, _slot.ReadDrops(DropReason.BadUdpChecksum));
    }

    [Fact]
    public void Losses_should_be_counted_by_reason()
    {
        Begin();
        for (uint id = 0; id <= Reassembler.Capacity; id++)
            Turn(FragmentFrames.Piece(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, Content), id, 0, 800, more: true));
        Turn(FragmentFrames.Piece(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, Content), 3, 400, 800, more: true));
        Assert.Equal((1, 1, 2), (_slot.ReadDrops(DropReason.FragmentMemory), _slot.ReadDrops(DropReason.FragmentOverlap), Recv()));
    }

    [Fact]
    public void Ipv6_should_be_relayed_whole_merged_and_behind_extension_headers()
    {
        Begin();
        _source.Add(Ipv6Frames.Udp("2001:db8::1", "ff3e::1", 5000, "plain"u8));
        _source.Add(Ipv6Frames.Udp("2001:db8::1", "ff3e::1", 5000, "mergedrun"u8), gsoSize: 6, trusted: true);
        _source.Add(Ipv6Frames.Udp("2001:db8::1", "ff3e::1", 5000, "behind"u8, 0, Ipv6Frames.Options(0), Ipv6Frames.Fragment(0, false, 1)));
        _source.Add(Ipv6Frames.Udp("2001:db8::1", "ff3e::2", 5000, "other group"u8));
        _source.Add(Ipv6Frames.Udp("2001:db8::1", "ff3e::1", 5000, "x"u8, 0, (135, new byte[7])));
        _loop!.Turn();
        Assert.Equal(["plain", "merged", "run", "behind"], _sink.Payloads.Select(System.Text.Encoding.ASCII.GetString));
        Assert.Equal((4, 1, 1), (_slot.Read(SlotLayout.MatchedWord), _slot.ReadDrops(DropReason.NoRule), _slot.ReadDrops(DropReason.NotUdp)));
    }

    private static byte[][] Of(bool six) => six ? Six : Four;

    private void Begin(bool reassemble = true)
    {
        _loop = new RelayLoop([_source], _sink, _slot, _wakeup, new WorkerOptions(0, Segmentation: true) { Reassemble = reassemble }, _clock);
        ResolvedRule[] rules = [.. new[] { "239.1.1.1", "ff3e::1" }.Select((group, i) =>
            new ResolvedRule(IPAddress.Parse(group), 5000, null, i, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, i)]))];
        _loop.Publish(TableBuilder.Build(new ResolvedRuleSet(1, [.. rules]), 1, new Dictionary<int, EgressSocket> { [1] = new(10, EgressKind.Multicast) }));
    }

    private void Turn(params byte[][] frames)
    {
        foreach (byte[] frame in frames)
            _source.Add(frame);
        _loop!.Turn();
    }

    private long Recv() => _slot.Read(SlotLayout.MatchedWord) + Enum.GetValues<DropReason>().Sum(_slot.ReadDrops);

    private sealed class SetClock : TimeProvider
    {
        public long Now { get; set; }

        public int Readings { get; private set; }

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp()
        {
            Readings++;
            return Now;
        }
    }
}
