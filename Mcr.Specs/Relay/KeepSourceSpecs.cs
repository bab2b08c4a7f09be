using System.Net;
using System.Net.Sockets;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Relay;

/// <summary>The whole way, from the rule's text to the frame: a worker without rights sends from addresses that are not its own.</summary>
public sealed class KeepSourceSpecs
{
    [Theory]
    [InlineData("239.2.2.2")]
    [InlineData("10.2.0.2")]
    public void Datagrams_should_come_from_their_sender(string to)
    {
        NamespaceSupport.RequireProgram("ethtool");
        using var topology = new RelayTopology();
        topology.Relay.Tool("ethtool", "-K out0 tx off");
        topology.Source.Tool("ethtool", "-K src0 tx off");
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            $$"""{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "{{to}}", port = 6000, source = keep, ttl = decrement } ] }""");
        using var wire = new Wire(topology.Destination, "dst0");
        byte[][] payloads = [.. Enumerable.Range(0, 100).Select(i => Enumerable.Range(0, i < 50 ? 1000 : i).Select(b => (byte)(b + i)).ToArray())];
        int port = Send(topology.Source, payloads);

        WireDatagram[] seen = [.. wire.Take(payloads.Length, port: 6000).Select(f => new WireDatagram(f))];
        Assert.Equal(payloads, seen.Select(s => s.Payload));
        Assert.All(seen, s => Assert.Equal((IPAddress.Parse("10.1.0.1"), port, 7), (s.Source, s.SourcePort, s.Ttl)));
        Assert.All(seen, s => Assert.True(s.AreChecksumsRight));
    }

    private static int Send(NetworkNamespace place, byte[][] payloads) => place.Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 8);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Parse("10.1.0.1").GetAddressBytes());
        foreach (byte[] payload in payloads)
            socket.SendTo(payload, new IPEndPoint(IPAddress.Parse("239.1.1.1"), 5000));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    });
}
