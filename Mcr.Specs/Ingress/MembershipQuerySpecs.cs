using System.Net;
using Mcr.Native.Ingress;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Ingress;

/// <summary>Who asks a segment for memberships: what is a query, and what of it a device's socket hears.</summary>
public sealed class MembershipQuerySpecs(ITestOutputHelper output)
{
    private static readonly byte[][] Seeds =
    [
        QueryFrames.Igmp("10.0.0.1", 1)[QueryFrames.Ip..], QueryFrames.Igmp("10.0.0.1", 2)[QueryFrames.Ip..], QueryFrames.Igmp("0.0.0.0", 3)[QueryFrames.Ip..],
        QueryFrames.Mld("fe80::1", 1)[QueryFrames.Ip..], QueryFrames.Mld("::", 2)[QueryFrames.Ip..], [.. QueryFrames.Igmp("10.0.0.1", 2)[QueryFrames.Ip..], .. new byte[14]],
    ];

    [Theory]
    [InlineData(1, "10.0.0.1", "IGMPv1", 260)]
    [InlineData(2, "10.0.0.1", "IGMPv2", 260)]
    [InlineData(3, "0.0.0.0", "IGMPv3", 260)]
    public void Igmp_query_should_be_read(int version, string querier, string protocol, int patience)
    {
        byte[] packet = QueryFrames.Igmp(querier, version)[QueryFrames.Ip..];
        MembershipQuery query = Assert.IsType<MembershipQuery>(MembershipQuery.TryParse(packet));
        Assert.Equal((IPAddress.Parse(querier), protocol, patience), (query.Querier, query.Protocol, (int)query.Patience.TotalSeconds));
        Assert.Equal(query, MembershipQuery.TryParse([.. packet, .. new byte[46 - packet.Length]])); // a shortest frame is padded
        Assert.Null(MembershipQuery.TryParse(QueryFrames.Igmp(querier, version, group: "239.1.1.1").AsSpan(QueryFrames.Ip)));
    }

    [Theory]
    [InlineData(1, "fe80::1", "MLDv1", 260)]
    [InlineData(2, "::", "MLDv2", 260)]
    public void Mld_query_should_be_read(int version, string querier, string protocol, int patience)
    {
        byte[] packet = QueryFrames.Mld(querier, version)[QueryFrames.Ip..];
        MembershipQuery query = Assert.IsType<MembershipQuery>(MembershipQuery.TryParse(packet));
        Assert.Equal((IPAddress.Parse(querier), protocol, patience), (query.Querier, query.Protocol, (int)query.Patience.TotalSeconds));
        Assert.Null(MembershipQuery.TryParse(QueryFrames.Mld(querier, version, group: "ff3e::1").AsSpan(QueryFrames.Ip)));
    }

    [Theory]
    [InlineData(3, 125, 100, 385)]
    [InlineData(0, 0, 100, 260)] // what is not said is as usual
    [InlineData(0x8F, 0x80, 0x80, 908.8)] // S bit; 16 << 3, in seconds and in tenths
    [InlineData(7, 0xFF, 100, 222_218)]
    public void Querier_that_asks_more_seldom_should_be_waited_for_longer(byte robustness, byte interval, byte response, double seconds)
    {
        Assert.Equal(seconds, MembershipQuery.TryParse(QueryFrames.Igmp("10.0.0.1", 3, null, response, robustness, interval).AsSpan(QueryFrames.Ip))!.Patience.TotalSeconds);
        ushort milliseconds = response == 0x80 ? (ushort)12_800 : (ushort)(response * 100);
        Assert.Equal(seconds, MembershipQuery.TryParse(QueryFrames.Mld("fe80::1", 2, null, milliseconds, robustness, interval).AsSpan(QueryFrames.Ip))!.Patience.TotalSeconds);
    }

    [Fact]
    public void Everything_cut_short_should_be_no_query()
    {
        foreach (byte[] seed in Seeds.Take(5))
        {
            for (int length = 0; length < seed.Length; length++)
                Assert.Null(MembershipQuery.TryParse(seed.AsSpan(0, length)));
        }
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Parser_should_answer_any_bytes()
    {
        int queries = Mutations.Run(output, Seeds, 500_000, bytes =>
        {
            if (MembershipQuery.TryParse(bytes) is not { } query)
                throw new InvalidDataException();
            if (query.Version is < 1 or > 3 || query.Patience <= TimeSpan.Zero || query.Patience > TimeSpan.FromDays(3))
                throw new InvalidOperationException($"{query}");
        });
        Assert.True(queries > 1000, $"{queries} were queries");
    }

    /// <summary>Asked of the kernel on a veth: the filter, VLANs, and what the host itself sends.</summary>
    [Fact]
    public void Socket_should_hear_the_queries_of_its_device_in_both_directions_and_nothing_else()
    {
        NamespaceSupport.Require();
        using var a = new NetworkNamespace("a");
        using var b = new NetworkNamespace("b");
        NetworkNamespace.Connect(a, "va", "10.1.0.1/24", b, "vb", "10.1.0.2/24");
        using QuerySocket socket = b.Run(() => QuerySocket.Open(Mcr.Native.Netlink.LinkReader.Read().Links.Single(l => l.Name == "vb")));
        using var there = new FrameSender(a, "va");
        using var here = new FrameSender(b, "vb");
        byte[] report = QueryFrames.Igmp("10.1.0.1", 2).With8(QueryFrames.Ip + 24, 0x16);
        foreach ((string what, byte[] frame) in new (string, byte[])[]
        {
            ("a report", report), ("UDP", Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "four"u8)), ("IPv6 UDP", Ipv6Frames.Udp("2001:db8::1", "ff3e::1", 5000, "six"u8)),
            ("VLAN 7", FrameSender.Tagged(QueryFrames.Igmp("10.1.0.7", 2), id: 7)), ("MLD of VLAN 7", FrameSender.Tagged(QueryFrames.Mld("fe80::7", 2), id: 7)),
        })
        {
            there.Send(frame);
            Assert.Equal((what, "10.1.0.9"), (what, Next(socket, () => there.Send(QueryFrames.Igmp("10.1.0.9", 2))).Querier.ToString()));
        }

        Assert.Equal("IGMPv1", Next(socket, () => there.Send(QueryFrames.Igmp("10.1.0.1", 1))).Protocol);
        Assert.Equal("IGMPv3", Next(socket, () => there.Send(QueryFrames.Igmp("10.1.0.1", 3))).Protocol);
        Assert.Equal("MLDv1", Next(socket, () => there.Send(QueryFrames.Mld("fe80::1", 1))).Protocol);
        Assert.Equal("MLDv2", Next(socket, () => there.Send(FrameSender.Tagged(QueryFrames.Mld("fe80::1", 2), id: 0, priority: 5))).Protocol);
        Assert.Equal("10.1.0.2", Next(socket, () => here.Send(QueryFrames.Igmp("10.1.0.2", 3))).Querier.ToString());
        Assert.Empty(socket.Take());
    }

    /// <returns>The only one that comes.</returns>
    private static MembershipQuery Next(QuerySocket socket, Action send)
    {
        send();
        IReadOnlyList<MembershipQuery> heard = [];
        McrdWaits.Until(() => (heard = socket.Take()).Count > 0, "a query");
        return Assert.Single(heard);
    }
}
