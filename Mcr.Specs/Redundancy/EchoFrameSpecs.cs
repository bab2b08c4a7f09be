using System.Net;
using Mcr.Native.Packet;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using static Mcr.Specs.Fixtures.FrameEdits;

namespace Mcr.Specs.Redundancy;

/// <summary>What is read of another node's frames.</summary>
public sealed class EchoFrameSpecs(ITestOutputHelper output)
{
    private const ulong Sender = 0x02_11_22_33_44_55;

    private static readonly byte[] Ipv4 = From(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "payload"u8));
    private static readonly byte[] Ipv6 = From(Ipv6Frames.Udp("2001:db8::1", "ff15::1:2", 6000, "payload"u8));

    [Fact]
    public void Echo_should_be_read_of_ipv4() => Assert.Equal(Echo("239.1.1.1", 5000), Read(Ipv4));

    [Fact]
    public void Echo_should_be_read_of_ipv6() => Assert.Equal(Echo("ff15::1:2", 6000), Read(Ipv6));

    [Theory]
    [InlineData(4)]
    [InlineData(40)]
    public void Echo_should_be_read_behind_ip_options(int length) => Assert.Equal(Echo("239.1.1.1", 5000), Read(Ipv4.WithOptions(new byte[length])));

    /// <summary>It has the ports, and a datagram that was cut is one echo.</summary>
    [Fact]
    public void First_fragment_should_be_an_echo_and_later_ones_none()
    {
        Assert.Equal(Echo("239.1.1.1", 5000), Read(Ipv4.With16(IpFragment, 0x2000)));
        Assert.Null(Read(Ipv4.With16(IpFragment, 0x2001)));
        Assert.Null(Read(Ipv4.With16(IpFragment, 0x1FFF)));
        Assert.Equal(Echo("239.1.1.1", 5000), Read(Ipv4.With16(IpFragment, 0x4000))); // must not be cut
    }

    [Fact]
    public void Other_protocols_should_be_none()
    {
        Assert.Null(Read(Ipv4.With8(Ip + 9, 6)));
        Assert.Null(Read(Ipv6.With8(Ip + 6, 6)));
        Assert.Null(Read(Ipv4.With8(Ip, 0x55)));
        Assert.Null(Read(Ipv4.With8(Ip, 0x44))); // a header of 16 bytes
    }

    /// <summary>The group of an IPv6 packet that stands for an IPv4 one is nobody's.</summary>
    [Fact]
    public void Ipv6_should_not_pass_for_ipv4() => Assert.Null(Read(From(Ipv6Frames.Udp("2001:db8::1", "::ffff:239.1.1.1", 5000, "a"u8))));

    /// <summary>As far as the ports, which is all that is asked.</summary>
    [Fact]
    public void Cut_frame_should_be_read_as_long_as_its_ports_are_there()
    {
        foreach ((byte[] frame, int ports) in new[] { (Ipv4, 38), (Ipv6, 58), (Ipv4.WithOptions(new byte[40]), 78) })
        {
            for (int length = 0; length <= frame.Length; length++)
                Assert.Equal(length >= ports, Read(frame[..length]) is not null);
        }
    }

    /// <summary>A span ends where its frame does, so that a read behind it is an exception; and whatever the parser of inputs understands is the same here.</summary>
    [Fact]
    [Trait("kind", "fuzz")]
    public void Any_bytes_should_be_read_without_an_exception_and_as_the_frame_parser_reads_them()
    {
        byte[][] seeds = [Ipv4, Ipv6, Ipv4.WithOptions(new byte[40]), Ipv4.With16(IpFragment, 0x2000), From(Ipv6Frames.Udp("2001:db8::1", "ff15::1", 1, "a"u8, 0, Ipv6Frames.Options(0)))];
        int read = 0;
        int both = 0;
        Fuzzing.Run(output, 300_000, random =>
        {
            byte[] frame = random.Next(4) == 0 ? Arbitrary(random) : Mutations.Mutate(random, seeds[random.Next(seeds.Length)]).WithRightChecksums();
            (UInt128 Group, ushort Port, ulong Link)? echo = Read(frame);
            read += echo is null ? 0 : 1;
            bool hasChain = frame.Length > Ip + 6 && frame[Ip] >> 4 == 6 && frame[Ip + 6] != UdpDatagram.Protocol;
            if (hasChain || FrameParser.Parse(frame, Ip, 0, checksumTrusted: true, out ParsedFrame parsed) != DropReason.None)
                return; // a chain of IPv6 headers is followed there, and not here
            both++;
            Assert.Equal((parsed.Destination, parsed.DestinationPort), (echo?.Group, echo?.Port));
        });
        output.WriteLine($"{read} read, {both} by both");
        Assert.True(read > 1000 && both > 1000);
    }

    private static byte[] Arbitrary(Random random)
    {
        byte[] bytes = new byte[random.Next(140)];
        random.NextBytes(bytes);
        if (bytes.Length > Ip && random.Next(2) == 0)
            bytes[Ip] = (byte)((random.Next(2) == 0 ? 0x40 : 0x60) | random.Next(16));
        return bytes;
    }

    private static (UInt128 Group, ushort Port, ulong Link)? Read(byte[] frame) => EchoFrame.TryRead(frame, out UInt128 group, out ushort port, out ulong link) ? (group, port, link) : null;

    private static (UInt128 Group, ushort Port, ulong Link)? Echo(string group, ushort port) => (Addresses.ToNumber(IPAddress.Parse(group)), port, Sender);

    private static byte[] From(byte[] frame) => frame.From(Sender);
}
