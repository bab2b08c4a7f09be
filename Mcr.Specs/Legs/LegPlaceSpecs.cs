using System.Net;
using Mcr.Actors.Configuration;
using Mcr.Actors.Legs;
using Mcr.Native.Netlink;

namespace Mcr.Specs.Legs;

/// <summary>Where the legs to a node end.</summary>
public sealed class LegPlaceSpecs
{
    private static readonly LinkTable Links = new([Device("lan0", "fe80::1", "fd00::2", "10.7.0.2"), Device("lan1", "10.8.0.2", "10.8.0.3"), Device("six0", "fe80::2", "fd00::6"), Device("bare0", "fe80::3")]);

    [Theory]
    [InlineData(null, "10.8.0.3", "lan1 10.8.0.3")]
    [InlineData(null, "fd00::2", "lan0 fd00::2")]
    [InlineData("lan0", "10.8.0.3", "lan0 10.7.0.2")]
    [InlineData("six0", "10.8.0.3", "six0 fd00::6")]
    public void Place_should_be_the_address_of_the_cluster_or_the_first_of_the_interface_that_is_set(string? device, string cluster, string place)
    {
        LegPlace found = Of(device, cluster);
        Assert.Null(found.Problem);
        Assert.Equal(place, $"{found.Interface} {found.Address}");
    }

    [Theory]
    [InlineData("gone0", "10.8.0.3", "node b takes legs in on gone0 (mcr.cluster.legs.interface), which does not exist")]
    [InlineData("bare0", "10.8.0.3", "node b takes legs in on bare0 (mcr.cluster.legs.interface), which has no address")]
    [InlineData(null, "0.0.0.0", "node b is known to the others as 0.0.0.0, which is no address; say where legs come in: mcr.cluster.legs.interface")]
    [InlineData(null, "::", "node b is known to the others as ::, which is no address; say where legs come in: mcr.cluster.legs.interface")]
    [InlineData(null, "relay-b.example", "node b is known to the others as relay-b.example, which is no address; say where legs come in: mcr.cluster.legs.interface")]
    [InlineData(null, "10.9.9.9", "no device of node b has the address 10.9.9.9 by which the others know it; say where legs come in: mcr.cluster.legs.interface")]
    public void Node_without_a_place_should_say_why_and_what_to_set(string? device, string cluster, string why) => Assert.Equal(why, Of(device, cluster).Problem);

    private static LegPlace Of(string? device, string cluster) => LegPlace.Of("b", LegSettings.Default with { Interface = device }, new HostPort(cluster, 4053), Links);

    private static Link Device(string name, params string[] addresses) => new(name[3], name, LinkKind.Ethernet, true, true, true, 1500, [.. addresses.Select(IPAddress.Parse)]);
}
