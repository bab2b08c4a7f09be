using Mcr.Native.Packet;
using static Mcr.Specs.Fixtures.FrameEdits;

namespace Mcr.Specs.Packet;

public sealed class FrameParserSpecs
{
    private static readonly byte[] Good = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "payload"u8, tos: 0xB8);

    [Fact]
    public void Parser_should_read_every_field()
    {
        ParsedFrame frame = Accept(Good);
        Assert.Equal(((UInt128)0xFFFF0A000001, (UInt128)0xFFFFEF010101), (frame.Source, frame.Destination));
        Assert.Equal((40_000, 5000), (frame.SourcePort, frame.DestinationPort));
        Assert.Equal((0xB8, 16), (frame.Tos, frame.Ttl));
        Assert.Equal((42, 7, 0, 1), (frame.PayloadOffset, frame.PayloadLength, frame.SegmentSize, frame.Datagrams));
    }

    [Fact]
    public void Parser_should_drop_every_cut_frame_as_runt()
    {
        for (int length = 0; length < Good.Length; length++)
            Assert.Equal(DropReason.Runt, Parse(Good[..length]));
    }

    [Theory]
    [InlineData(12, 0x0806)] // ARP
    [InlineData(12, 0x86DD)] // IPv6
    [InlineData(12, 0x8100)] // a VLAN tag that nobody took off
    [InlineData(12, 0x0008)]
    public void Parser_should_drop_other_ethertypes_as_bad_header(int at, int value) => Assert.Equal(DropReason.BadIpHeader, Parse(Good.With16(at, value)));

    [Theory]
    [InlineData(Ip, 0x65)] // version 6
    [InlineData(Ip, 0x05)]
    [InlineData(Ip, 0xF5)]
    [InlineData(Ip, 0x44)] // 16 bytes of header
    [InlineData(Ip, 0x40)]
    [InlineData(Ip + 9, 6)] // TCP
    [InlineData(Ip + 9, 0)]
    public void Parser_should_drop_headers_that_are_not_ipv4_udp(int at, byte value) => Assert.Equal(DropReason.BadIpHeader, Parse(Good.With8(at, value).WithRightChecksums()));

    [Theory]
    [InlineData(IpLength, 0)]
    [InlineData(IpLength, 20)]
    [InlineData(IpLength, 27)]
    [InlineData(UdpLength, 0)]
    [InlineData(UdpLength, 7)]
    [InlineData(UdpLength, 16)] // one more than the IP packet has
    [InlineData(UdpLength, 0xFFFF)]
    public void Parser_should_drop_lengths_that_contradict_each_other(int at, int value) => Assert.Equal(DropReason.BadLength, Parse(Good.With16(at, value).WithRightChecksums()));

    [Theory]
    [InlineData(36)]
    [InlineData(0xFFFF)]
    public void Parser_should_drop_a_frame_shorter_than_its_ip_length_as_runt(int length) => Assert.Equal(DropReason.Runt, Parse(Good.With16(IpLength, length).WithRightChecksums()));

    [Fact]
    public void Parser_should_drop_a_header_length_that_leaves_no_room_for_udp() => Assert.Equal(DropReason.BadLength, Parse(Good.With8(Ip, 0x47).WithRightChecksums()));

    [Fact]
    public void Parser_should_notice_every_changed_bit_of_the_ip_header()
    {
        for (int bit = 0; bit < 20 * 8; bit++)
            Assert.NotEqual(DropReason.None, Parse(Good.With8(Ip + (bit / 8), (byte)(Good[Ip + (bit / 8)] ^ (1 << (bit % 8))))));
    }

    [Fact]
    public void Parser_should_drop_a_wrong_ip_checksum()
    {
        Assert.Equal(DropReason.BadIpChecksum, Parse(Good.With8(Ip + 8, 99)));
        Assert.Equal(DropReason.BadIpChecksum, Parse(Good.With16(IpChecksum, 0)));
        Assert.Equal(DropReason.BadIpChecksum, Parse(Good.With8(Ip + 8, 99), trusted: true)); // trust is in the UDP checksum only
        Assert.Equal(DropReason.BadIpChecksum, Parse(Good.With8(Ip + 8, 99), gsoSize: 3));
    }

    [Fact]
    public void Parser_should_notice_every_changed_bit_that_the_udp_checksum_covers()
    {
        for (int bit = Udp * 8; bit < Good.Length * 8; bit++)
        {
            DropReason reason = Parse(Good.With8(bit / 8, (byte)(Good[bit / 8] ^ (1 << (bit % 8)))));
            Assert.True(reason == DropReason.BadUdpChecksum || (reason == DropReason.BadLength && bit / 8 is UdpLength or UdpLength + 1), $"bit {bit}: {reason}");
        }
    }

    [Fact]
    public void Udp_checksum_should_cover_the_addresses()
    {
        byte[] otherSource = Good.With8(Ip + 15, 9).WithRightChecksums(udp: false);
        Assert.Equal(DropReason.BadUdpChecksum, Parse(otherSource));
    }

    [Fact]
    public void Parser_should_take_a_datagram_without_udp_checksum() =>
        Assert.Equal(7, Accept(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "payload"u8, withChecksum: false)).PayloadLength);

    /// <summary>RFC 768: a sum of zero is sent as all ones, because zero says that there is none.</summary>
    [Fact]
    public void Parser_should_take_a_checksum_that_is_sent_as_all_ones()
    {
        byte[] frame = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, [0, 0]);
        int sum = (frame[UdpChecksum] << 8) | frame[UdpChecksum + 1];
        byte[] ones = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, [(byte)(sum >> 8), (byte)sum]);
        Assert.Equal((0xFF, 0xFF), (ones[UdpChecksum], ones[UdpChecksum + 1]));
        Accept(ones);
    }

    [Theory]
    [InlineData(0x2000)] // first of several
    [InlineData(0x2001)]
    [InlineData(0x0001)] // last
    [InlineData(0x1FFF)]
    public void Parser_should_drop_fragments(int field)
    {
        Assert.Equal(DropReason.Fragment, Parse(Good.With16(IpFragment, field).WithRightChecksums()));
        Assert.Equal(DropReason.Fragment, Parse(Good.With16(IpFragment, field).With16(IpLength, 22).WithRightChecksums())); // too short for a UDP header
        Assert.Equal(DropReason.Fragment, Parse(Good.With16(IpFragment, field).With16(UdpLength, 0xFFFF).WithRightChecksums())); // counts the later fragments too
    }

    [Theory]
    [InlineData(0x4000)] // don't fragment
    [InlineData(0x8000)] // reserved
    public void Parser_should_take_flags_that_make_no_fragment(int field) => Accept(Good.With16(IpFragment, field).WithRightChecksums());

    [Theory]
    [InlineData(4)]
    [InlineData(24)]
    [InlineData(40)]
    public void Parser_should_step_over_ip_options(int length)
    {
        byte[] frame = Good.WithOptions(new byte[length]);
        ParsedFrame parsed = Accept(frame);
        Assert.Equal((42 + length, 7, 5000), (parsed.PayloadOffset, parsed.PayloadLength, parsed.DestinationPort));
        Assert.Equal(DropReason.BadIpChecksum, Parse(frame.With8(Udp + length - 1, 1)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(2000)]
    public void Parser_should_ignore_padding(int length) => Assert.Equal((42, 7), Where(Accept(Good.WithPadding([.. Enumerable.Repeat((byte)0xEE, length)]))));

    [Fact]
    public void Bytes_behind_the_udp_length_should_be_neither_summed_nor_relayed()
    {
        byte[] frame = Good.With16(UdpLength, 11).WithRightChecksums();
        Assert.Equal((42, 3), Where(Accept(frame)));
        Assert.Equal((42, 3), Where(Accept(frame.With8(frame.Length - 1, 0))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1472)]
    [InlineData(65_507)]
    public void Parser_should_take_every_payload_size(int size) => Assert.Equal((42, size), Where(Accept(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, new byte[size]))));

    [Fact]
    public void Trusted_checksum_should_not_be_verified() => Assert.Equal((42, 7), Where(Accept(Good.With16(UdpChecksum, 0x1234), trusted: true)));

    [Theory]
    [InlineData(3, 3, 3)] // 3 + 3 + 1
    [InlineData(1, 1, 7)]
    [InlineData(6, 6, 2)]
    [InlineData(7, 0, 1)] // a run of one
    [InlineData(8, 0, 1)]
    [InlineData(65_535, 0, 1)]
    public void Merged_frame_should_stand_for_its_datagrams(int gsoSize, int segment, int datagrams)
    {
        ParsedFrame frame = Accept(Good.With16(UdpChecksum, 0x1234), gsoSize);
        Assert.Equal((42, 7, segment, datagrams), (frame.PayloadOffset, frame.PayloadLength, frame.SegmentSize, frame.Datagrams));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(0xFFFF)]
    public void Length_of_a_merged_frame_should_be_that_of_ip(int udpLength) => Assert.Equal((42, 7), Where(Accept(Good.With16(UdpLength, udpLength), gsoSize: 3)));

    [Fact]
    public void Empty_merged_frame_should_be_one_datagram() => Assert.Equal(1, Accept(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, []), gsoSize: 100).Datagrams);

    /// <summary>Counters in a worker's slot go by these numbers.</summary>
    [Fact]
    public void Drop_reasons_should_keep_their_numbers() =>
        Assert.Equal(
            ["None", "Runt", "BadIpHeader", "BadLength", "BadIpChecksum", "BadUdpChecksum", "Fragment", "Vlan", "OtherHost", "Muted", "NoRule"],
            Enum.GetValues<DropReason>().OrderBy(r => (int)r).Select((r, i) => i == (int)r ? r.ToString() : $"{r} is {(int)r}").Take(11));

    private static (int Offset, int Length) Where(ParsedFrame frame) => (frame.PayloadOffset, frame.PayloadLength);

    private static DropReason Parse(byte[] frame, int gsoSize = 0, bool trusted = false) => FrameParser.Parse(frame, 14, gsoSize, trusted, out _);

    private static ParsedFrame Accept(byte[] frame, int gsoSize = 0, bool trusted = false)
    {
        Assert.Equal(DropReason.None, FrameParser.Parse(frame, 14, gsoSize, trusted, out ParsedFrame parsed));
        return parsed;
    }
}
