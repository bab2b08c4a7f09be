using System.Runtime.InteropServices;
using Mcr.Native.Packet;
using static Mcr.Specs.Fixtures.FragmentFrames;

namespace Mcr.Specs.Packet;

public sealed class ReassemblerSpecs(ITestOutputHelper output)
{
    private const long Second = 1_000_000_000;

    private static readonly byte[] Content = [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 7))];
    private static readonly byte[] Four = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, Content, tos: 0xB8);
    private static readonly byte[] Six = Ipv6Frames.Udp("2001:db8::1", "ff3e::1", 5000, Content, 0xB8, Ipv6Frames.Options(60));

    private readonly Reassembler _reassembler = new(Second);
    private long _now = 77;

    public static TheoryData<int> Families => [4, 6];

    [Theory]
    [MemberData(nameof(Families))]
    public void Fragments_should_make_their_datagram_in_any_order(int family)
    {
        byte[][] pieces = Split(Of(family), 9, 1480);
        Assert.Equal(3, pieces.Length);
        foreach (int[] order in new int[][] { [0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1], [0, 2, 1], [1, 2, 0] })
        {
            Held(pieces[order[0]]);
            Held(pieces[order[1]]);
            Whole(pieces[order[2]], Content);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Whole_datagram_should_have_the_headers_of_its_first_fragment(int family)
    {
        byte[][] pieces = Split(Of(family), 9, 1480);
        byte[] last = pieces[2].With8(14 + (family == 4 ? 8 : 7), 99); // its time to live is not the datagram's
        Held(family == 4 ? last.WithRightChecksums(udp: false) : last);
        Held(pieces[1]);
        ParsedFrame whole = Whole(pieces[0], Content);
        Assert.Equal((0xB8, 16, true, 40_000, 5000), (whole.Tos, whole.Ttl, whole.IsMulticast, whole.SourcePort, whole.DestinationPort));
        Assert.Equal(DropReason.None, FrameParser.Parse(Of(family), 14, 0, false, out ParsedFrame single));
        Assert.Equal((single.Source, single.Destination), (whole.Source, whole.Destination));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Fragment_that_came_twice_should_be_ignored(int family)
    {
        byte[][] pieces = Split(Of(family), 9, 1480);
        foreach (int i in new[] { 2, 2, 0, 0, 2, 0 })
            Held(pieces[i]);
        Whole(pieces[1], Content);
    }

    [Theory]
    [InlineData(4, 1480, 16, true)] // inside
    [InlineData(4, 1472, 16, true)] // across the border of two
    [InlineData(4, 1480, 1480, true)] // the same place, other bytes
    [InlineData(4, 0, 2960, true)] // two at once
    [InlineData(4, 1480, 1480, false)] // the same place, but as the last one
    [InlineData(4, 2960, 8, true)] // inside the last one
    [InlineData(4, 2960, 56, true)] // behind the end
    [InlineData(4, 4000, 8, true)]
    [InlineData(4, 2960, 40, false)] // another end
    [InlineData(4, 8, 3, false)]
    [InlineData(6, 1472, 16, true)]
    [InlineData(6, 1480, 1480, true)]
    [InlineData(6, 2960, 40, false)]
    public void Overlap_or_contradiction_should_condemn_the_datagram_once(int family, int offset, int length, bool more)
    {
        byte[][] pieces = Split(Of(family), 9, 1480);
        byte[] wrong = FragmentFrames.Of(Of(family), 9, offset, [.. Enumerable.Repeat((byte)0xEE, length)], more);
        Held(pieces[1]);
        Held(pieces[2]);
        Dropped(wrong, DropReason.FragmentOverlap);
        foreach (byte[] piece in pieces)
            Held(piece); // swallowed
        _now += Second;
        _reassembler.Expire(_now);
        Assert.Equal((0, 0, false), (_reassembler.TimedOut, _reassembler.Displaced, _reassembler.IsWaiting));
        foreach (byte[] piece in pieces[..^1])
            Held(piece);
        Whole(pieces[^1], Content);
    }

    [Theory]
    [InlineData(0, 1471, true)] // not a multiple of eight
    [InlineData(0, 0, true)]
    [InlineData(8, 0, false)]
    [InlineData(65_528, 8, false)] // past the longest packet
    [InlineData(65_512, 8, false)]
    public void Impossible_length_should_condemn_the_datagram(int offset, int length, bool more)
    {
        Dropped(Piece(Four, 9, offset, length, more), DropReason.BadLength);
        Held(Split(Four, 9, 1480)[0]);
    }

    [Fact]
    public void Longest_datagrams_should_be_whole()
    {
        byte[] content = [.. Enumerable.Range(0, 65_507).Select(i => (byte)i)];
        foreach (byte[] frame in new[] { Frames.Udp("10.0.0.1", "239.1.1.1", 5000, content), Ipv6Frames.Udp("2001:db8::1", "ff3e::1", 5000, content) })
        {
            byte[][] pieces = Split(frame, 1, 8); // eight bytes at a time
            foreach (byte[] piece in pieces[..^1])
                Held(piece);
            Whole(pieces[^1], content);
        }
    }

    [Fact]
    public void Interleaved_datagrams_should_not_disturb_each_other()
    {
        // Two ids, two sources, two destinations, two families, all with the same offsets.
        byte[][] frames = [Four, Six, Frames.Udp("10.0.0.2", "239.1.1.1", 5000, Content), Frames.Udp("10.0.0.1", "239.1.1.2", 5000, Content)];
        byte[][][] pieces = [.. frames.SelectMany(f => new[] { Split(f, 1, 1480), Split(f, 2, 1480) })];
        foreach (byte[][] datagram in pieces)
            Held(datagram[1]);
        foreach (byte[][] datagram in pieces)
            Held(datagram[0]);
        foreach (byte[][] datagram in pieces)
            Whole(datagram[2], Content);
    }

    [Fact]
    public void Oldest_datagram_should_give_way()
    {
        for (uint id = 0; id <= Reassembler.Capacity; id++)
            Held(Split(Four, id, 1480)[0]);
        Assert.Equal(1, _reassembler.Displaced);
        Held(Split(Four, 1, 1480)[1]); // the second oldest is still there
        Whole(Split(Four, 1, 1480)[2], Content);
        Held(Split(Four, 0, 1480)[1]); // the oldest is not: it starts anew
        Held(Split(Four, 0, 1480)[2]);
        Assert.Equal(1, _reassembler.Displaced);
    }

    [Fact]
    public void Datagram_should_time_out_once()
    {
        byte[][] pieces = Split(Four, 9, 1480);
        Held(pieces[0]);
        _reassembler.Expire(_now + Second - 1);
        Assert.True(_reassembler.IsWaiting);
        _reassembler.Expire(_now + Second);
        Assert.Equal((1, false), (_reassembler.TimedOut, _reassembler.IsWaiting));

        // A late fragment is not added to what should have ended, even where nobody called Expire.
        Held(pieces[0]);
        _now += Second;
        Held(pieces[1]);
        Held(pieces[2]);
        Assert.Equal(2, _reassembler.TimedOut);
    }

    [Fact]
    public void Whole_datagrams_should_stay_readable_until_they_are_released()
    {
        var wholes = new List<(int At, byte[] Content)>();
        for (uint id = 0; id < 2 * Reassembler.Capacity; id++)
        {
            byte[] content = [.. Content.Select(b => (byte)(b + id))];
            byte[][] pieces = Split(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, content), id, 2000);
            Assert.False(_reassembler.Add(pieces[0], 14, ++_now, out _, out _));
            Assert.True(_reassembler.Add(pieces[1], 14, ++_now, out DropReason reason, out ParsedFrame whole));
            Assert.Equal(DropReason.None, reason);
            wholes.Add((whole.PayloadOffset, content));
        }

        Assert.All(wholes, w => Assert.Equal(w.Content, Bytes(w.At, w.Content.Length)));
        Assert.True(_reassembler.Add(Split(Four, 1000, 1480)[0], 14, ++_now, out DropReason full, out _));
        Assert.Equal((DropReason.FragmentMemory, false), (full, _reassembler.IsWaiting));
        _reassembler.Release();
        Held(Split(Four, 1000, 1480)[0]);
    }

    [Fact]
    public void Checksum_of_the_whole_should_be_verified()
    {
        byte[] bad = Four.With8(14 + 28 + 2000, 0xEE);
        Held(Split(bad, 9, 1480)[0]);
        Held(Split(bad, 9, 1480)[1]);
        Dropped(Split(bad, 9, 1480)[2], DropReason.BadUdpChecksum);
        byte[] none = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, Content, withChecksum: false);
        Held(Split(none, 10, 1480)[0]);
        Held(Split(none, 10, 1480)[1]);
        Whole(Split(none, 10, 1480)[2], Content);
    }

    [Fact]
    public void Whole_that_is_not_udp_should_be_dropped()
    {
        byte[] tcp = Six.With8(14 + 6, 60).With8(14 + 40, 6);
        Held(Split(tcp, 9, 1480)[0]);
        Held(Split(tcp, 9, 1480)[1]);
        Dropped(Split(tcp, 9, 1480)[2], DropReason.NotUdp);
    }

    [Fact]
    public void Unused_memory_should_not_be_touched()
    {
        GC.Collect();
        long before = Resident();
        Reassembler[] all = [.. Enumerable.Range(0, 8).Select(_ => new Reassembler(Second))];
        long grown = Resident() - before;
        output.WriteLine($"{grown} bytes for {all.Length}");
        Assert.InRange(grown, long.MinValue, all.Length * 1L * 1024 * 1024); // 4 MiB each if it were touched
        GC.KeepAlive(all);
    }

    [Fact]
    public void Nothing_should_be_allocated_once_it_is_made()
    {
        byte[][] pieces = [.. Split(Four, 9, 1480), .. Split(Six, 9, 1480)];
        long allocated = 0;
        for (int round = 0; round < 200; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (byte[] piece in pieces)
                _reassembler.Add(piece, 14, ++_now, out _, out _);
            _reassembler.Release();
            _reassembler.Expire(_now);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    private static long Resident() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]) * Environment.SystemPageSize;

    private static byte[] Of(int family) => family == 4 ? Four : Six;

    private byte[] Bytes(int at, int length) => MemoryMarshal.AsBytes(_reassembler.Memory.AsSpan()).Slice(at, length).ToArray();

    private void Held(byte[] piece) => Assert.False(_reassembler.Add(piece, 14, ++_now, out DropReason reason, out _), $"{reason}");

    private void Dropped(byte[] piece, DropReason expected)
    {
        Assert.True(_reassembler.Add(piece, 14, ++_now, out DropReason reason, out _));
        Assert.Equal(expected, reason);
        _reassembler.Release();
    }

    private ParsedFrame Whole(byte[] piece, byte[] content)
    {
        Assert.True(_reassembler.Add(piece, 14, ++_now, out DropReason reason, out ParsedFrame whole));
        Assert.Equal(DropReason.None, reason);
        Assert.Equal(content, Bytes(whole.PayloadOffset, whole.PayloadLength));
        _reassembler.Release();
        return whole;
    }
}
