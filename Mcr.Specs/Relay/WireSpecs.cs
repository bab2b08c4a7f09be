using System.Globalization;
using System.Net;
using Mcr.Native.Ingress;
using Mcr.Native.Netlink;
using Mcr.Specs.Ingress;

namespace Mcr.Specs.Relay;

/// <summary>What only the wire shows: when and in which form datagrams leave a real mcrd.</summary>
[Collection(SerialPackets.Name)]
public sealed class WireSpecs(ITestOutputHelper output)
{
    private const int Size = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public void Gro_should_merge_what_comes_singly_and_be_as_it_was_after_the_stop()
    {
        const int Count = 45_000;
        const int Merged = 100;
        NamespaceSupport.RequireProgram("ethtool");
        using var topology = new RelayTopology();
        topology.Source.Tool("ethtool", "-K src0 tx-udp-segmentation off"); // its kernel cuts what it sends
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule("out0"), "interfaces.in0.gro = on");
        Assert.Equal("on", Merging(topology));
        using var wire = new Wire(topology.Relay, "in0");
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, Count, "--sha256");
        Summary sent = StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, Count, "--rate", "50000", "--size", $"{Size}", "--segments", "45", "--sha256");
        Summary received = receiver.Result();
        Assert.Equal((Count, 0, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("reordered"), received.Number("duplicated")));
        Assert.Equal(sent["sha256"], received["sha256"]);

        // Of a thousand; the queue of an onlooker who does not look holds no more than some hundred.
        Assert.InRange(wire.Take(Merged, frame => frame.Length > 10 * Size).Count, Merged, Count);
        mcrd.Stop();
        Assert.Equal("off", Merging(topology));
    }

    [Fact]
    public void Paced_output_should_spread_a_run_and_another_should_not()
    {
        const int Runs = 50;
        const int Segments = 40;
        NamespaceSupport.RequireProgram("ethtool");
        using var topology = new RelayTopology();
        topology.Relay.Tool("ethtool", "-K out0 tx-udp-segmentation off"); // so that each datagram has its own time
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            """{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000, pace = on, max-burst = 1 }, { interface = out0, group = "239.2.2.3", port = 6000 } ] }""");
        Link link = Devices.Find(topology.Destination, "dst0");
        using PacketSocket socket = topology.Destination.Run(() => PacketSocket.Open(link, 64 << 20, RingGeometry.For(1500, 32 << 20)));
        using var ring = new RingReader(socket);

        // A run each 5 ms.
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, Runs * Segments, "--rate", $"{200 * Segments}", "--size", $"{Size}", "--segments", $"{Segments}");
        SeenFrame[] seen = [.. ring.Take(2 * Runs * Segments).Where(f => f.Payload.Length >= Size)];
        Assert.Equal(2 * Runs * Segments, seen.Length);

        // Which of the two outputs a frame is of: runs of one are what the other's are, in the same order, so each number comes twice; the one that is not
        // paced is the earlier of both, but for a run's first.
        double[][] spreads = [.. new[] { 0, 1 }.Select(which => seen
            .GroupBy(f => Convert.ToHexString(f.Payload.AsSpan(0, 32)))
            .Select(g => g.Select(f => f.Arrival).Order().ElementAt(which))
            .Order().Chunk(Segments).Select(run => (run[^1] - run[0]) / 1000.0).ToArray())];
        double plain = spreads[0].Order().ElementAt(Runs / 2);
        double paced = spreads[1].Order().ElementAt(Runs / 2);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a run of {Segments} takes {plain:F0} us on the wire, paced {paced:F0} us"));
        Assert.InRange(paced, 500, 5_000);
        Assert.InRange(plain, 0, paced / 2);
        mcrd.Stop();
    }

    [Fact]
    public void Device_without_a_link_header_should_carry_the_sender_s_address()
    {
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "This spec needs /dev/net/tun.");
        using var topology = new RelayTopology();
        using var tun = new TunDevice(topology.Relay, "tun7");
        topology.Relay.Ip("address add 10.6.0.2/24 dev tun7");
        topology.Relay.Ip("link set tun7 up");
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            """{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = tun7, group = "239.2.2.2", port = 6000, source = keep, ttl = 9 } ] }""");
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "1000", "--size", $"{Size}");
        WireDatagram[] seen = [.. tun.Read(100, 6000, Patience)];
        Assert.Equal(100, seen.Length);
        Assert.All(seen, s => Assert.Equal((IPAddress.Parse("10.1.0.1"), IPAddress.Parse("239.2.2.2"), 9, Size), (s.Source, s.Destination, s.Ttl, s.Payload.Length)));
        Assert.All(seen, s => Assert.True(s.AreChecksumsRight));
    }

    [Fact]
    public void Frames_of_ours_should_follow_the_device_s_own_address()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            """{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000, source = keep } ] }""");
        using var wire = new Wire(topology.Destination, "dst0");
        topology.Relay.Ip("link set out0 address 02:00:00:00:00:77");
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, 1_000, "--rate", "100");
        Assert.NotEmpty(wire.Take(1, frame => new WireDatagram(frame) is { IsWhole: true, Port: 6000, From: "020000000077" }));
    }

    private static string Rule(string device) =>
        $$"""{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = {{device}}, group = "239.2.2.2", port = 6000 } ] }""";

    private static string Merging(RelayTopology topology) => Devices.Feature(topology.Relay, "in0", "rx-udp-gro-forwarding");
}
