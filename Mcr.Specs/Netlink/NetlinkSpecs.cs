using System.Net;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;

namespace Mcr.Specs.Netlink;

public sealed class NetlinkSpecs(ITestOutputHelper output)
{
    [Fact]
    public void Reader_should_find_links_and_addresses_of_its_own_namespace()
    {
        NamespaceSupport.Require();
        using var a = new NetworkNamespace("a");
        using var b = new NetworkNamespace("b");
        NetworkNamespace.Connect(a, "va", "10.1.0.1/24", b, "vb", "10.1.0.2/24");
        b.Ip("address add 10.9.9.9/32 dev vb");
        b.Ip("link set vb mtu 9000");
        LinkTable links = b.Run(LinkReader.Read);
        Assert.Equal(["lo", "vb"], links.Links.Select(l => l.Name));
        Assert.True(links.TryGet("vb", out Link? vb));
        Assert.Equal(LinkKind.Ethernet, vb.Kind);
        Assert.True(vb is { IsUp: true, CanMulticast: true, Mtu: 9000 });
        Assert.Contains(IPAddress.Parse("10.1.0.2"), vb.Addresses);
        Assert.Contains(IPAddress.Parse("10.9.9.9"), vb.Addresses);
        Assert.True(links.TryGet("lo", out Link? lo));
        Assert.Equal(LinkKind.Loopback, lo.Kind);
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Parser_should_survive_any_bytes()
    {
        byte[] dump = Convert.FromHexString(
            "5000000010000200010000000000000000000403010000004900010000000000070003006c6f0000080004000000010008000d00e80300000500100000000000" +
            "0500110000000000080032000000000014000300020001000000000000000000");
        Mutations.Run(output, [dump], rounds: 200_000, bytes =>
        {
            var parser = new NetlinkParser();
            parser.Take(bytes);
            _ = parser.Links.Count();
        });
    }
}
