using System.Net;
using System.Net.Sockets;
using Mcr.Native.Namespaces;
using PacketDotNet;

namespace Mcr.Specs.Relay;

/// <summary>An independent reader looks at every byte that leaves us.</summary>
public sealed class EgressFrameSpecs
{
    private const int Count = 200;
    private const int DscpEf = 46; // expedited forwarding (RFC 3246)
    private const int EcnCe = 3; // congestion experienced (RFC 3168)

    [Theory]
    [InlineData("239.2.2.2", 9, "01:00:5E:02:02:02")]
    [InlineData("10.2.0.2", 9, null)]
    public void Headers_and_checksums_should_be_right(string to, int ttl, string? mac)
    {
        NamespaceSupport.RequireProgram("ethtool");
        using var topology = new RelayTopology();

        // Checksums are made in software, since nothing behind a veth makes them.
        topology.Relay.Tool("ethtool", "-K out0 tx off");
        topology.Source.Tool("ethtool", "-K src0 tx off");
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            $$"""{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "{{to}}", port = 6000, ttl = {{ttl}} } ] }""");
        using var wire = new Wire(topology.Destination, "dst0");
        byte[][] payloads = [.. Enumerable.Range(0, Count).Select(i => Enumerable.Range(0, i * 7 % 1473).Select(b => (byte)(b + i)).ToArray())];
        Send(topology.Source, payloads);

        byte[][] frames = wire.Take(Count, port: 6000);
        Assert.Equal(Count, frames.Length);
        for (int i = 0; i < Count; i++)
        {
            var ethernet = (EthernetPacket)PacketDotNet.Packet.ParsePacket(LinkLayers.Ethernet, frames[i]);
            IPv4Packet ip = ethernet.Extract<IPv4Packet>();
            UdpPacket udp = ethernet.Extract<UdpPacket>();
            Assert.Equal(EthernetType.IPv4, ethernet.Type);
            if (mac is not null)
                Assert.Equal(mac.Replace(":", "", StringComparison.Ordinal), ethernet.DestinationHardwareAddress.ToString());
            Assert.Equal(("10.2.0.1", to, ttl), (ip.SourceAddress.ToString(), ip.DestinationAddress.ToString(), ip.TimeToLive));
            Assert.Equal(DscpEf << 2, ip.DifferentiatedServices | ip.TypeOfService); // copied; ECN cleared
            Assert.True(ip.ValidIPChecksum);
            Assert.Equal(20 + 8 + payloads[i].Length, ip.TotalLength);
            Assert.Equal(6000, udp.DestinationPort);
            Assert.NotEqual(0, udp.Checksum);
            Assert.True(udp.ValidUdpChecksum, $"datagram {i}: checksum {udp.Checksum:X4}");
            Assert.Equal(8 + payloads[i].Length, udp.Length);
            Assert.Equal(payloads[i], udp.PayloadData ?? []);
        }

        // One source port for all, as receivers and firewalls expect.
        Assert.Single(frames.Select(f => PacketDotNet.Packet.ParsePacket(LinkLayers.Ethernet, f).Extract<UdpPacket>().SourcePort).Distinct());
    }

    private static void Send(NetworkNamespace place, byte[][] payloads) => place.Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, (DscpEf << 2) | EcnCe);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Parse("10.1.0.1").GetAddressBytes());
        foreach (byte[] payload in payloads)
            socket.SendTo(payload, new IPEndPoint(IPAddress.Parse("239.1.1.1"), 5000));
    });
}
