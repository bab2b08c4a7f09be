using System.Net;
using System.Net.Sockets;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Relay;

/// <summary>One rule for many groups and ports, on the wire.</summary>
public sealed class PrefixRuleSpecs
{
    private const string Wide =
        """{ name = wide, input { interface = in0, group = "239.1.0.0/16", port = 5000-5010, join = all-multicast }, outputs = [ { interface = out0, group = "239.2.0.0/16", port = 6000-6010, ttl = 8 }, { interface = out0, group = "239.3.0.0/16", port = 6000-6010, source = keep, ttl = decrement } ] }""";

    private const string Narrow =
        """{ name = narrow, input { interface = in0, group = "239.1.7.0/30", port = 5003 }, outputs = [ { interface = out0, group = "239.4.7.0/30", port = 6103, ttl = 8 } ] }""";

    private const string Exact =
        """{ name = exact, input { interface = in0, group = "239.1.7.1", port = 5003 }, outputs = [ { interface = out0, group = "239.5.5.5", port = 6203, ttl = 8 } ] }""";

    private const string Six =
        """{ name = six, input { interface = in0, group = "ff1e::100/120", port = 5000-5001 }, outputs = [ { interface = out0, group = "ff1e::1:0/120", port = 6300-6301, hops = 8 } ] }""";

    [Fact]
    public void Datagrams_should_keep_their_place_in_the_range_and_the_most_specific_rule_should_take_them()
    {
        NamespaceSupport.RequireProgram("ethtool");
        using var topology = new RelayTopology();
        topology.Relay.Tool("ethtool", "-K out0 tx off");
        topology.Source.Tool("ethtool", "-K src0 tx off");
        topology.Source.Ip("addr add fd00:1::1/64 dev src0 nodad");
        topology.Relay.Ip("addr add fd00:2::1/64 dev out0 nodad");
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, $"{Wide}, {Narrow}, {Exact}, {Six.Replace("hops", "ttl", StringComparison.Ordinal)}");
        using var wire = new Wire(topology.Destination, "dst0");
        (string Group, int Port)[] sent =
        [
            ("239.1.0.1", 5000), ("239.1.255.254", 5010), ("239.1.7.4", 5003), ("239.1.7.1", 5004), // by wide
            ("239.1.7.2", 5003), ("239.1.7.1", 5003), // by narrow, by exact
            ("239.1.1.1", 5011), ("239.2.1.1", 5000), // by none
        ];
        Send(topology.Source, sent);
        SendSix(topology.Source, ("ff1e::1ab", 5001));

        WireDatagram[] seen = [.. wire.Take(11, frame => new WireDatagram(frame) is { IsWhole: true, Port: >= 6000 and < 6400 }).Select(f => new WireDatagram(f))];
        string[] places = [.. seen.Select(s => $"{s.Destination}:{s.Port}").Order(StringComparer.Ordinal)];
        string[] expected =
        [
            "239.2.0.1:6000", "239.2.255.254:6010", "239.2.7.4:6003", "239.2.7.1:6004",
            "239.3.0.1:6000", "239.3.255.254:6010", "239.3.7.4:6003", "239.3.7.1:6004",
            "239.4.7.2:6103", "239.5.5.5:6203", "ff1e::1:ab:6301",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), places);
        Assert.All(seen, s => Assert.True(s.AreChecksumsRight));
        Assert.All(seen.Where(s => $"{s.Destination}".StartsWith("239.3.", StringComparison.Ordinal)), s => Assert.Equal((IPAddress.Parse("10.1.0.1"), 7), (s.Source, s.Ttl)));
        McrdWaits.Until(() => mcrd.Ask(new Mcr.Actors.Control.ControlRequest.Stats()).GetProperty("Stats").EnumerateArray().Select(s => (s.GetProperty("name").GetString(), s.GetProperty("packets_relayed").GetInt64())).Order().SequenceEqual([("exact", 1L), ("narrow", 1L), ("six", 1L), ("wide", 4L)]), "counted by rule");
    }

    [Fact]
    public void Groups_should_be_joined_as_the_rule_says()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, $"{Wide}, {Narrow}");
        Assert.Equal(4, Joined(topology).Count(g => g.StartsWith("239.1.7.", StringComparison.Ordinal)));
        Assert.Equal("1", AllMulticast(topology));

        _ = mcrd.Ctl("add", "--name", "wide", "--input-interface", "in0", "--input-group", "239.1.0.0/16", "--input-port", "5000-5010", "--join", "239.1.0.9,239.1.200.9", "--outputs", "239.2.0.0/16:6000-6010:out0");
        Assert.Equal(["239.1.0.9", "239.1.200.9"], Joined(topology).Where(g => !g.StartsWith("239.1.7.", StringComparison.Ordinal)));
        McrdWaits.Until(() => AllMulticast(topology) == "0", "the worker to let go of what it kept");
        _ = mcrd.Ctl("remove", "--name", "wide");
        _ = mcrd.Ctl("remove", "--name", "narrow");
        McrdWaits.Until(() => Joined(topology).Length == 0, "all groups to be left");
    }

    [Fact]
    public void Prefix_rule_should_survive_the_death_of_mcrd_and_a_restart()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, "");
        _ = mcrd.Ctl("add", "--name", "wide", "--input-interface", "in0", "--input-group", "239.1.0.0/16", "--input-port", "5000-5010", "--join", "all-multicast", "--outputs", "239.2.0.0/16:6000-6010:out0?ttl=8");
        using var wire = new Wire(topology.Destination, "dst0");
        Send(topology.Source, ("239.1.5.5", 5005));
        _ = wire.Take(1, port: 6005);
        int[] workers = mcrd.WorkerPids();
        mcrd.Kill();
        Assert.Equal("1", AllMulticast(topology)); // the worker keeps it
        Send(topology.Source, ("239.1.5.6", 5006));
        _ = wire.Take(1, port: 6006);
        mcrd.WaitUntilGone();
        _ = mcrd.StartAgain();
        Assert.Equal(workers, mcrd.WorkerPids());
        Assert.Equal("1", AllMulticast(topology));
        Send(topology.Source, ("239.1.5.7", 5007));
        Assert.Equal("239.2.5.7", $"{new WireDatagram(wire.Take(1, port: 6007).Single()).Destination}");
    }

    private static string AllMulticast(RelayTopology topology)
    {
        // IFF_ALLMULTI of what programs ask for is not among the flags that ip shows; the kernel's count is.
        string link = topology.Relay.Tool("ip", "-d link show in0");
        int at = link.IndexOf("allmulti ", StringComparison.Ordinal);
        return link.Substring(at + "allmulti ".Length, 1);
    }

    private static string[] Joined(RelayTopology topology) =>
        [.. topology.Relay.Tool("ip", "maddress show dev in0").Split('\n').Select(l => l.Trim().Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).Where(w => w is ["inet", ..] && w[1].StartsWith("239.", StringComparison.Ordinal)).Select(w => w[1]).Order(StringComparer.Ordinal)];

    private static void Send(NetworkNamespace place, params (string Group, int Port)[] to) => place.Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 8);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Parse("10.1.0.1").GetAddressBytes());
        foreach ((string group, int port) in to)
            socket.SendTo([1, 2, 3], new IPEndPoint(IPAddress.Parse(group), port));
    });

    private static void SendSix(NetworkNamespace place, (string Group, int Port) to) => place.Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().Single(n => n.Name == "src0").GetIPProperties().GetIPv6Properties().Index);
        socket.SendTo([1, 2, 3], new IPEndPoint(IPAddress.Parse(to.Group), to.Port));
    });
}
