using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Specs.Redundancy;

/// <summary>What the kernel lets through to whoever listens for echoes, against a filter that is slow and plain.</summary>
public sealed class EchoFilterSpecs(ITestOutputHelper output)
{
    private const int Link = 14;

    private static readonly byte[] Ipv4 = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "payload"u8);
    private static readonly byte[] Ipv6 = Ipv6Frames.Udp("2001:db8::1", "ff15::1:2", 6000, "payload"u8);
    private static readonly IPAddress[] Groups = [IPAddress.Parse("239.1.1.1"), IPAddress.Parse("239.1.1.2"), IPAddress.Parse("ff15::1:2")];

    [Fact]
    public void Groups_should_pass_whichever_their_family() => Assert.Equal((true, true), (Passes(Ipv4, Groups), Passes(Ipv6, Groups)));

    [Fact]
    public void Other_groups_should_not_pass()
    {
        Assert.False(Passes(Frames.Udp("10.0.0.1", "239.1.1.3", 5000, "a"u8), Groups));
        Assert.False(Passes(Ipv6Frames.Udp("2001:db8::1", "ff15::1:3", 5000, "a"u8), Groups));
        Assert.False(Passes(Ipv4, []));
    }

    /// <summary>A tag for VLAN 0 is a priority, and the frame is this device's.</summary>
    [Fact]
    public void What_is_tagged_for_a_vlan_should_not_pass() => Assert.Equal([true, true, false, false], new ushort[] { 0, 0xE000, 1, 0xEFFF }.Select(vlan => Passes(Ipv4, Groups, vlan)));

    [Fact]
    public void Only_the_first_fragment_should_pass() =>
        Assert.Equal([true, true, false, false], new[] { 0x2000, 0x4000, 0x2001, 0x1FFF }.Select(flags => Passes(Ipv4.With16(FrameEdits.IpFragment, flags), Groups)));

    [Fact]
    public void Other_protocols_should_not_pass()
    {
        Assert.False(Passes(Ipv4.With8(Link + 9, 6), Groups));
        Assert.False(Passes(Ipv6.With8(Link + 6, 58), Groups));
        Assert.False(Passes(Ipv4.With16(12, 0x0806), Groups));
    }

    [Fact]
    public void More_groups_than_can_be_compared_should_let_every_group_pass_and_nothing_else()
    {
        IPAddress[] most = [.. Many(PacketFilter.MaxEchoGroups)];
        Assert.Equal((false, true), (Passes(Ipv4, most), Passes(Frames.Udp("10.0.0.1", $"{most[^1]}", 1, "a"u8), most)));
        IPAddress[] more = [.. Many(PacketFilter.MaxEchoGroups + 1)];
        Assert.Equal((true, true), (Passes(Ipv4, more), Passes(Ipv6, more)));
        Assert.False(Passes(Ipv4.With8(Link + 9, 6), more));
    }

    /// <summary>Classic BPF has 4096 instructions, and the kernel refuses a program that is longer.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(PacketFilter.MaxEchoGroups)]
    [InlineData(PacketFilter.MaxEchoGroups + 1)]
    public void Program_should_be_one_that_the_kernel_takes(int groups)
    {
        using FileDescriptor socket = SocketOptions.Open(Libc.AF_INET, Libc.SOCK_DGRAM, 0, "any socket");
        PacketFilter.AttachEchoes(socket, Link, [.. Many(groups)]);
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Filter_should_agree_with_a_plain_one_on_any_frame()
    {
        int passed = 0;
        Fuzzing.Run(output, 200_000, random =>
        {
            IPAddress[] groups = [.. Groups.Where(_ => random.Next(3) > 0)];
            byte[] frame = Mutations.Mutate(random, random.Next(2) == 0 ? Ipv4 : Ipv6);
            ushort vlan = random.Next(4) == 0 ? (ushort)random.Next(ushort.MaxValue) : (ushort)0;
            bool passes = Passes(frame, groups, vlan);
            passed += passes ? 1 : 0;
            if (passes != IsEcho(frame, groups, vlan))
                Assert.Fail($"passes: {passes}, tag {vlan:x4}, {groups.Length} groups: {Convert.ToHexString(frame)}");
        });
        output.WriteLine($"{passed} passed");
        Assert.True(passed > 1000);
    }

    private static IEnumerable<IPAddress> Many(int count) => Enumerable.Range(0, count).Select(i => new IPAddress([239, 200, (byte)(i >> 8), (byte)i]));

    /// <summary>By the words of <see cref="PacketFilter.AttachEchoes"/>.</summary>
    private static bool IsEcho(byte[] frame, IPAddress[] groups, ushort vlan)
    {
        int type = frame.Length < Link ? 0 : (frame[12] << 8) | frame[13];
        byte[] ip = frame.Length < Link ? [] : frame[Link..];
        if ((vlan & 0xFFF) != 0 || type is not (0x0800 or 0x86DD))
            return false;
        bool isIpv4 = type == 0x0800;
        (int protocol, int destination) = isIpv4 ? (9, 16) : (6, 36);
        return ip.Length >= destination + 4 && ip[protocol] == 17
            && !(isIpv4 && (((ip[6] << 8) | ip[7]) & 0x1FFF) != 0)
            && groups.Any(g => g.GetAddressBytes().AsSpan(^4..).SequenceEqual(ip.AsSpan(destination, 4)));
    }

    private static bool Passes(byte[] frame, IPAddress[] groups, ushort vlan = 0)
    {
        uint kept = BpfMachine.Filter(PacketFilter.Echoes(Link, groups), frame, vlan);
        Assert.True(kept is 0 or PacketFilter.EchoBytes);
        return kept != 0;
    }
}
