using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Namespaces;
using Mcr.Native.Rules;

namespace Mcr.Specs.Relay;

/// <summary>Every option of an output, read from the frames on the far side: single datagrams and a merged run in one batch.</summary>
public sealed class EgressOptionSpecs
{
    private const int CeAndEf = 0xBB; // expedited forwarding, congestion experienced

    private static readonly IPEndPoint Sender4 = IPEndPoint.Parse("192.0.2.7:4321");
    private static readonly IPEndPoint Sender6 = IPEndPoint.Parse("[2001:db8::7]:4321");

    /// <summary>Equal ones that make a train with the run behind them; a short tail; an odd one; an empty one.</summary>
    private static readonly (byte[] Payload, int Segment)[] Batch =
        [(Bytes(1, 1000), 0), (Bytes(2, 1000), 0), (Bytes(3, 3_300), 1000), (Bytes(4, 7), 0), (Bytes(5, 0), 0), (Bytes(6, 65), 0), (Bytes(7, 1000), 0)];

    private static readonly byte[][] Datagrams = [.. Batch.SelectMany(b => b.Segment == 0 ? [b.Payload] : b.Payload.Chunk(b.Segment))];

    public static TheoryData<string, RuleOutput, string?, int, int, bool> Options => new()
    {
        { "default", Multicast4(), "10.2.0.1", 1, 0xB8, false },
        { "ttl", Multicast4() with { Ttl = 9 }, "10.2.0.1", 9, 0xB8, false },
        { "decrement", Multicast4() with { DecrementTtl = true }, "10.2.0.1", 32, 0xB8, false },
        { "dscp", Multicast4() with { Dscp = 10 }, "10.2.0.1", 1, 0x28, false },
        { "dscp 0", Multicast4() with { Dscp = 0 }, "10.2.0.1", 1, 0, false },
        { "priority and dscp", Multicast4() with { Dscp = 10, Priority = 5 }, "10.2.0.1", 1, 0x28, false },
        { "source", Multicast4() with { Source = SourceMode.Address, SourceAddress = IPAddress.Parse("10.2.0.77") }, "10.2.0.77", 1, 0xB8, false },
        { "spoofed", Multicast4() with { Source = SourceMode.Address, SourceAddress = IPAddress.Parse("198.51.100.9"), MaySpoof = true }, "198.51.100.9", 1, 0xB8, false },
        { "keep", Multicast4() with { Source = SourceMode.Keep }, null, 1, 0xB8, false },
        { "keep, all else", Multicast4() with { Source = SourceMode.Keep, DecrementTtl = true, Dscp = 10, MaxBurst = 2, Priority = 3 }, null, 32, 0x28, false },
        { "keep, paced", Multicast4() with { Source = SourceMode.Keep, Pace = true, Ttl = 3 }, null, 3, 0xB8, false },
        { "unicast", Unicast4(), "10.2.0.1", 64, 0xB8, false },
        { "unicast, decrement", Unicast4() with { DecrementTtl = true }, "10.2.0.1", 32, 0xB8, false },
        { "unicast, spoofed", Unicast4() with { Source = SourceMode.Address, SourceAddress = IPAddress.Parse("198.51.100.9"), MaySpoof = true }, "198.51.100.9", 64, 0xB8, false },
        { "unicast, keep", Unicast4() with { Source = SourceMode.Keep }, null, 64, 0xB8, false },
        { "unicast, keep, dscp", Unicast4() with { Source = SourceMode.Keep, Dscp = 10, DecrementTtl = true }, null, 32, 0x28, false },
        { "v6", Multicast6(), "fd00:2::1", 1, 0xB8, true },
        { "v6, all", Multicast6() with { DecrementTtl = true, Dscp = 10 }, "fd00:2::1", 32, 0x28, true },
        { "v6, ttl", Multicast6() with { Ttl = 9 }, "fd00:2::1", 9, 0xB8, true },
        { "v6, source", Multicast6() with { Source = SourceMode.Address, SourceAddress = IPAddress.Parse("fd00:2::77") }, "fd00:2::77", 1, 0xB8, true },
        { "v6, spoofed", Multicast6() with { Source = SourceMode.Address, SourceAddress = IPAddress.Parse("2001:db8::99"), MaySpoof = true }, "2001:db8::99", 1, 0xB8, true },
        { "v6, keep", Multicast6() with { Source = SourceMode.Keep, Ttl = 7 }, null, 7, 0xB8, true },
        { "v6, unicast", Unicast6(), "fd00:2::1", 64, 0xB8, true },
        { "v6, unicast, ttl", Unicast6() with { Ttl = 5 }, "fd00:2::1", 5, 0xB8, true },
        { "v6, unicast, keep", Unicast6() with { Source = SourceMode.Keep }, null, 64, 0xB8, true },
    };

    [Theory]
    [MemberData(nameof(Options), DisableDiscoveryEnumeration = true)]
    public void Frames_should_be_as_the_output_says(string what, RuleOutput output, string? source, int ttl, int tos, bool isIpv6)
    {
        using RelayTopology topology = Topology();
        using var wire = new Wire(topology.Destination, "dst0");
        using var egress = new KernelEgress(topology.Relay, output);
        IPEndPoint sender = isIpv6 ? Sender6 : Sender4;
        egress.Send(Batch, sender, CeAndEf, ttl: 33);

        WireDatagram[] seen = [.. wire.Take(Datagrams.Length, output.Port).Select(f => new WireDatagram(f))];
        Assert.True(Datagrams.Length == seen.Length, $"{what}: {seen.Length} frames; counted {egress.Describe(0)}");
        Assert.Equal(Datagrams, seen.Select(s => s.Payload));
        Assert.All(seen, s => Assert.Equal((IPAddress.Parse(source ?? $"{sender.Address}"), output.Group, ttl, tos), (s.Source, s.Destination, s.Ttl, s.Tos)));
        Assert.All(seen, s => Assert.True(s.AreChecksumsRight, what));
        Assert.Single(seen.Select(s => s.SourcePort).Distinct());
        if (source is null)
            Assert.Equal(sender.Port, seen[0].SourcePort);
        if (!isIpv6 && source is null)
            Assert.Equal(seen.Length, seen.Select(s => s.Identification).Distinct().Count());
        if (output.IsMulticast)
            Assert.Equal(isIpv6 ? "333302020202" : "01005E020202", seen[0].To);
        Assert.Single(seen.Select(s => s.From).Distinct());
        Assert.Equal((Datagrams.Length, 0), (egress.Sent(0), egress.Errors(0)));
    }

    [Theory]
    [InlineData("239.2.2.2", SourceMode.Rewrite)]
    [InlineData("239.2.2.2", SourceMode.Keep)]
    [InlineData("ff3e::202:202", SourceMode.Keep)]
    [InlineData("10.2.0.2", SourceMode.Rewrite)]
    public void Equal_datagrams_should_leave_in_one_send(string to, SourceMode source)
    {
        using RelayTopology topology = Topology();
        using var wire = new Wire(topology.Destination, "dst0");
        using var egress = new KernelEgress(topology.Relay, new RuleOutput("out0", IPAddress.Parse(to), 6000) { Source = source });
        egress.Send(Enumerable.Range(0, 40).Select(i => (Bytes(i, 1316), 0)), to.Contains(':', StringComparison.Ordinal) ? Sender6 : Sender4);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => Bytes(i, 1316)), wire.Take(40, 6000).Select(f => new WireDatagram(f).Payload));
        Assert.Equal(1, egress.Trains(0, 40));
        Assert.Equal(40, egress.Sent(0));
    }

    [Theory]
    [InlineData("239.2.2.2")]
    [InlineData("ff3e::202:202")]
    public void Output_with_a_smaller_mtu_should_be_fragmented_by_the_kernel_unless_it_keeps_the_source(string group)
    {
        using RelayTopology topology = Topology();
        topology.Relay.Ip("link set out0 mtu 1300");
        topology.Destination.Ip("link set dst0 mtu 1300");
        IPAddress to = IPAddress.Parse(group);
        bool isIpv6 = group.Contains(':', StringComparison.Ordinal);
        using var wire = new Wire(topology.Destination, "dst0");
        using var egress = new KernelEgress(topology.Relay, new RuleOutput("out0", to, 6000), new RuleOutput("out0", to, 6001) { Source = SourceMode.Keep });
        egress.Send([(Bytes(1, 4_200), 1_400), (Bytes(2, 100), 0)], isIpv6 ? Sender6 : Sender4);
        List<byte[]> frames = wire.Take(8, frame => frame[14] >> 4 == (isIpv6 ? 6 : 4) && (isIpv6 ? frame[20] is 44 or 17 : frame[23] == 17));
        Assert.Equal(8, frames.Count); // three datagrams in two pieces each, and two short ones
        Assert.Equal((4, 0), (egress.Sent(0), egress.Errors(0)));
        Assert.Equal((1, 3), (egress.Sent(1), egress.Errors(1, EgressError.TooLong)));
    }

    private static RuleOutput Multicast4() => new("out0", IPAddress.Parse("239.2.2.2"), 6000);

    private static RuleOutput Unicast4() => new("out0", IPAddress.Parse("10.2.0.2"), 6000);

    private static RuleOutput Multicast6() => new("out0", IPAddress.Parse("ff3e::202:202"), 6000);

    private static RuleOutput Unicast6() => new("out0", IPAddress.Parse("fd00:2::2"), 6000);

    private static byte[] Bytes(int seed, int count) => [.. Enumerable.Range(0, count).Select(i => (byte)((i * 7) + seed))];

    /// <summary>With IPv6, a second address each, and without offloads: trains are cut and summed before they reach the wire.</summary>
    private static RelayTopology Topology()
    {
        NamespaceSupport.RequireProgram("ethtool");
        var topology = new RelayTopology();
        topology.Relay.Tool("ethtool", "-K out0 tx off");
        foreach (string address in new[] { "10.2.0.77/24", "fd00:2::1/64", "fd00:2::77/64" })
            topology.Relay.Ip($"address add {address} dev out0{(address.Contains(':', StringComparison.Ordinal) ? " nodad" : "")}");
        topology.Relay.Ip("address change fd00:2::77/64 dev out0 preferred_lft 0"); // so that it is not chosen
        topology.Destination.Ip("address add fd00:2::2/64 dev dst0 nodad");
        return topology;
    }
}
