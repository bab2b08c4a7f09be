using Mcr.Native.Packet;
using Mcr.Native.Rules;
using static Mcr.Specs.Fixtures.Ipv6Frames;

namespace Mcr.Specs.Packet;

public sealed class Ipv6FrameSpecs
{
    private const string Source = "2001:db8::1";
    private const string Group = "ff3e::8000:1";

    private static readonly byte[] Good = Udp(Source, Group, 5000, "payload"u8, trafficClass: 0xB8);

    public static TheoryData<string> GoodChains => ["0", "43", "60", "44", "0 60 43 44 60", "60 60 60 60 60 60 60 60", "0 44 44"];

    public static TheoryData<string> BadChains => ["60 0", "0 0", "44 0", "51", "135", "60 60 60 60 60 60 60 60 60", "50", "6", "58", "59"];

    [Fact]
    public void Parser_should_read_every_field()
    {
        ParsedFrame frame = Accept(Good);
        Assert.Equal((Number(Source), Number(Group)), (frame.Source, frame.Destination));
        Assert.Equal((40_000, 5000), (frame.SourcePort, frame.DestinationPort));
        Assert.Equal((0xB8, 16, true), (frame.Tos, frame.Ttl, frame.IsMulticast));
        Assert.Equal((62, 7, 0, 1), (frame.PayloadOffset, frame.PayloadLength, frame.SegmentSize, frame.Datagrams));
        Assert.False(Accept(Udp(Source, "2001:db8::2", 5000, "x"u8)).IsMulticast);
    }

    [Theory]
    [InlineData(14)]
    [InlineData(0)]
    public void Parser_should_read_frames_with_and_without_a_link_header(int link)
    {
        byte[] ipv4 = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "payload"u8);
        Assert.Equal((DropReason.None, link + 48), (FrameParser.Parse(Good.AsSpan(14 - link), link, 0, false, out ParsedFrame six), six.PayloadOffset));
        Assert.Equal((DropReason.None, link + 28), (FrameParser.Parse(ipv4.AsSpan(14 - link), link, 0, false, out ParsedFrame four), four.PayloadOffset));
        Assert.Equal(DropReason.Runt, FrameParser.Parse([], link, 0, false, out _));
        Assert.Equal(DropReason.BadIpHeader, FrameParser.Parse(Good.With8(14, 0x50).AsSpan(14 - link), link, 0, false, out _));
    }

    [Fact]
    public void Parser_should_drop_every_cut_frame_as_runt()
    {
        for (int length = 0; length < Good.Length; length++)
            Assert.Equal(DropReason.Runt, Parse(Good[..length]));
    }

    [Theory]
    [InlineData(12, 0x0800)]
    [InlineData(12, 0x8100)]
    public void Parser_should_drop_an_ethertype_that_contradicts_the_version(int at, int value) => Assert.Equal(DropReason.BadIpHeader, Parse(Good.With16(at, value)));

    [Theory]
    [InlineData("::ffff:10.0.0.1", Group)]
    [InlineData(Source, "::ffff:239.1.1.1")]
    public void Address_that_stands_for_ipv4_should_be_refused(string source, string group) => Assert.Equal(DropReason.BadIpHeader, Parse(Udp(source, group, 5000, "x"u8)));

    [Fact]
    public void Checksum_should_be_mandatory()
    {
        byte[] none = Good.With16(FirstHeader + 6, 0);
        Assert.Equal(DropReason.BadUdpChecksum, Parse(none));
        Accept(none, trusted: true);
    }

    [Fact]
    public void Parser_should_notice_every_changed_bit_that_the_checksum_covers()
    {
        for (int bit = (Ip + 8) * 8; bit < Good.Length * 8; bit++)
            Assert.NotEqual(DropReason.None, Parse(Good.With8(bit / 8, (byte)(Good[bit / 8] ^ (1 << (bit % 8))))));
    }

    [Theory]
    [MemberData(nameof(GoodChains))]
    public void Parser_should_step_over_extension_headers(string types)
    {
        (byte, byte[])[] headers = Headers(types);
        ParsedFrame frame = Accept(Udp(Source, Group, 5000, "payload"u8, 0, headers));
        Assert.Equal((62 + headers.Sum(h => h.Item2.Length + 1), 7, 5000), (frame.PayloadOffset, frame.PayloadLength, frame.DestinationPort));
    }

    [Theory]
    [MemberData(nameof(BadChains))]
    public void Chain_that_does_not_lead_to_udp_should_be_dropped(string types) => Assert.Equal(DropReason.NotUdp, Parse(Udp(Source, Group, 5000, "payload"u8, 0, Headers(types))));

    [Fact]
    public void Routing_header_with_stops_to_come_should_be_refused() => Assert.Equal(DropReason.NotUdp, Parse(Udp(Source, Group, 5000, "x"u8, 0, Routing(segmentsLeft: 1))));

    [Fact]
    public void Extension_header_longer_than_the_packet_should_be_refused()
    {
        byte[] frame = Udp(Source, Group, 5000, "payload"u8, 0, Options(60));
        Assert.Equal(DropReason.BadLength, Parse(frame.With8(FirstHeader + 1, 3)));
        Assert.Equal(DropReason.BadLength, Parse(frame.With8(FirstHeader + 1, 1)));
        Assert.Equal(DropReason.NotUdp, Parse(frame.With16(Ip + 4, 7)));
        Assert.Equal(DropReason.BadLength, Parse(frame.With16(Ip + 4, 15)));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(8, false)]
    [InlineData(65_528, false)]
    public void Fragment_should_be_named(int offset, bool more)
    {
        byte[] frame = Udp(Source, Group, 5000, "payload"u8, 0, Fragment(offset, more, 9));
        Assert.Equal(DropReason.Fragment, FrameParser.Parse(frame, 14, 0, false, out ParsedFrame parsed));
        Assert.True(parsed.IsMulticast);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1452)]
    [InlineData(65_527)]
    public void Parser_should_take_every_payload_size(int size) => Assert.Equal(size, Accept(Udp(Source, Group, 5000, new byte[size])).PayloadLength);

    [Theory]
    [InlineData(3, 3, 3)]
    [InlineData(7, 0, 1)]
    public void Merged_frame_should_stand_for_its_datagrams(int gsoSize, int segment, int datagrams)
    {
        ParsedFrame frame = Accept(Good.With16(FirstHeader + 6, 0x1234), gsoSize);
        Assert.Equal((62, 7, segment, datagrams), (frame.PayloadOffset, frame.PayloadLength, frame.SegmentSize, frame.Datagrams));
    }

    [Fact]
    public void Padding_should_be_ignored() => Assert.Equal(7, Accept(Good.WithPadding(1, 2, 3)).PayloadLength);

    private static (byte, byte[])[] Headers(string types) => [.. types.Split(' ').Select(byte.Parse).Select(type => type switch
    {
        44 => Fragment(0, false, 7),
        43 => Routing(0),
        _ => Options(type, type == 60 ? 2 : 1),
    })];

    private static UInt128 Number(string address) => Addresses.ToNumber(System.Net.IPAddress.Parse(address));

    private static DropReason Parse(byte[] frame) => FrameParser.Parse(frame, 14, 0, false, out _);

    private static ParsedFrame Accept(byte[] frame, int gsoSize = 0, bool trusted = false)
    {
        Assert.Equal(DropReason.None, FrameParser.Parse(frame, 14, gsoSize, trusted, out ParsedFrame parsed));
        return parsed;
    }
}
