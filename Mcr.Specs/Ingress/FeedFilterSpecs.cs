using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Specs.Ingress;

/// <summary>What the kernel lets through to a feed socket, against a filter that is slow and plain.</summary>
public sealed class FeedFilterSpecs(ITestOutputHelper output)
{
    private const int Link = 14;

    private static readonly byte[] Ipv4 = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "payload"u8);
    private static readonly byte[] Ipv6 = Ipv6Frames.Udp("2001:db8::1", "ff15::1:2", 6000, "payload"u8);
    private static readonly byte[] WithOptions = Ipv6Frames.Udp("2001:db8::1", "ff15::1:2", 6000, "payload"u8, 0, Ipv6Frames.Options(60));
    private static readonly IPAddress[] Wanted = [IPAddress.Parse("239.1.1.1"), IPAddress.Parse("10.1.0.2"), IPAddress.Parse("ff15::1:2")];

    [Fact]
    public void Groups_and_addresses_should_pass_whichever_their_family() =>
        Assert.Equal([true, true, true, true], new[] { Ipv4, Frames.Udp("10.0.0.1", "10.1.0.2", 1, "a"u8), Ipv6, WithOptions }.Select(frame => Passes(frame, Wanted)));

    [Fact]
    public void Others_should_not_pass()
    {
        Assert.False(Passes(Frames.Udp("10.0.0.1", "239.1.1.3", 5000, "a"u8), Wanted));
        Assert.False(Passes(Ipv6Frames.Udp("2001:db8::1", "ff15::1:3", 5000, "a"u8), Wanted));
        Assert.False(Passes(Ipv4, []));
        Assert.False(Passes(Ipv4.With8(Link + 9, 6), Wanted));
        Assert.False(Passes(Ipv6.With8(Link + 6, 58), Wanted));
        Assert.False(Passes(Ipv4.With16(12, 0x0806), Wanted));
    }

    /// <summary>A tag for VLAN 0 is a priority, and the frame is this device's.</summary>
    [Fact]
    public void What_is_tagged_for_a_vlan_should_not_pass() => Assert.Equal([true, true, false, false], new ushort[] { 0, 0xE000, 1, 0xEFFF }.Select(vlan => Passes(Ipv4, Wanted, vlan)));

    [Fact]
    public void All_fragments_should_pass()
    {
        byte[] frame = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, new byte[2000]);
        Assert.All(FragmentFrames.Split(frame, 7, 800), piece => Assert.True(Passes(piece, Wanted)));
        byte[] six = Ipv6Frames.Udp("2001:db8::1", "ff15::1:2", 5000, new byte[2000]);
        Assert.All(FragmentFrames.Split(six, 7, 800), piece => Assert.True(Passes(piece, Wanted)));
    }

    [Fact]
    public void Extension_headers_should_be_followed_for_one_step()
    {
        byte[] first = [0, 43, 44, 60];
        Assert.All(first, type => Assert.All(Enumerable.Range(0, 256), next => Assert.Equal(next is 17 or 43 or 44 or 60, Passes(WithOptions.With8(Link + 6, type).With8(Link + 40, (byte)next), Wanted))));
        Assert.All(Enumerable.Range(0, 256), type => Assert.Equal(type == 17 || first.Contains((byte)type), Passes(WithOptions.With8(Link + 6, (byte)type), Wanted)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(PacketFilter.MaxEchoGroups)]
    [InlineData(PacketFilter.MaxEchoGroups + 1)]
    public void Program_should_be_one_that_the_kernel_takes_and_let_everything_pass_when_there_is_too_much(int addresses)
    {
        IPAddress[] many = [.. Enumerable.Range(0, addresses).Select(i => new IPAddress([239, 200, (byte)(i >> 8), (byte)i]))];
        using FileDescriptor socket = SocketOptions.Open(Libc.AF_INET, Libc.SOCK_DGRAM, 0, "any socket");
        PacketFilter.AttachFeeds(socket, Link, many);
        Assert.Equal(addresses > PacketFilter.MaxEchoGroups, Passes(Ipv4, many));
        Assert.All(many.TakeLast(1), last => Assert.True(Passes(Frames.Udp("10.0.0.1", $"{last}", 1, "a"u8), many)));
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Filter_should_agree_with_a_plain_one_on_any_frame()
    {
        int passed = 0;
        Fuzzing.Run(output, 200_000, random =>
        {
            IPAddress[] wanted = [.. Wanted.Where(_ => random.Next(3) > 0)];
            byte[] frame = Mutations.Mutate(random, random.Next(3) switch { 0 => Ipv4, 1 => Ipv6, _ => WithOptions });
            ushort vlan = random.Next(4) == 0 ? (ushort)random.Next(ushort.MaxValue) : (ushort)0;
            bool passes = Passes(frame, wanted, vlan);
            passed += passes ? 1 : 0;
            if (passes != IsWanted(frame, wanted, vlan))
                Assert.Fail($"passes: {passes}, tag {vlan:x4}, {wanted.Length} addresses: {Convert.ToHexString(frame)}");
        });
        output.WriteLine($"{passed} passed");
        Assert.True(passed > 1000);
    }

    /// <summary>By the words of <see cref="PacketFilter.AttachFeeds"/>.</summary>
    private static bool IsWanted(byte[] frame, IPAddress[] wanted, ushort vlan)
    {
        int type = frame.Length < Link ? 0 : (frame[12] << 8) | frame[13];
        byte[] ip = frame.Length < Link ? [] : frame[Link..];
        if ((vlan & 0xFFF) != 0 || type is not (0x0800 or 0x86DD))
            return false;
        int destination = type == 0x0800 ? 16 : 36;
        bool isUdp = type == 0x0800
            ? ip.Length > 9 && ip[9] == 17
            : ip.Length > 6 && (ip[6] == 17 || (ip[6] is 0 or 43 or 44 or 60 && ip.Length > 40 && ip[40] is 17 or 43 or 44 or 60));
        return isUdp && ip.Length >= destination + 4 && wanted.Any(g => g.GetAddressBytes().AsSpan(^4..).SequenceEqual(ip.AsSpan(destination, 4)));
    }

    private static bool Passes(byte[] frame, IPAddress[] wanted, ushort vlan = 0)
    {
        uint kept = BpfMachine.Filter(PacketFilter.Feeds(Link, wanted), frame, vlan);
        Assert.True(kept == 0 || kept > ushort.MaxValue); // whole
        return kept != 0;
    }
}
