using System.Net;
using System.Net.Sockets;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Relay;

/// <summary>Devices of every kind and any MTU, fragments and tags: real mcrd, real packets.</summary>
public sealed class DeviceSpecs(ITestOutputHelper output)
{
    private const int Count = 200;

    [Theory]
    [InlineData(3_000)]
    [InlineData(60_000)]
    public void Datagrams_that_the_sender_fragments_should_arrive_whole(int size)
    {
        using var topology = new RelayTopology();
        Relayed(topology, topology.Source, "src0", Rule("in0"), size);
    }

    [Fact]
    public void Fragments_should_be_counted_and_dropped_where_that_is_wished()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule("in0"), "  interfaces.in0.fragments = drop");
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, 10);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 10, "--rate", "1000", "--size", "3000");
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 10, "--rate", "1000", "--size", "1000");
        Assert.Equal(10, receiver.Result().Number("received"));
        Assert.Contains("recv=40 matched=10 egr_sent=10 filtered=30", mcrd.Stop().Output, StringComparison.Ordinal); // three fragments each
    }

    [Theory]
    [InlineData(9_000, 8_900)]
    [InlineData(65_535, 65_000)]
    public void Frames_should_be_as_long_as_the_mtu(int mtu, int size)
    {
        using var topology = new RelayTopology();
        SetMtu(topology, mtu);
        Relayed(topology, topology.Source, "src0", Rule("in0"), size);
    }

    [Fact]
    public void Mtu_changed_while_running_should_make_no_difference()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule("in0"));
        foreach ((int mtu, int size) in new[] { (1_500, 1_400), (9_000, 8_900), (1_280, 1_200), (65_535, 60_000), (1_500, 9_000) })
        {
            SetMtu(topology, mtu);
            Stream(mcrd, topology, topology.Source, "src0", size);
        }
    }

    [Fact]
    public void Loopback_should_carry_the_longest_datagrams()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            """{ input { interface = lo, group = "127.0.0.1", port = 5000 }, outputs = [ { interface = lo, group = "127.0.0.1", port = 6000 } ] }""");
        using var receiver = new StreamReceiver(topology.Relay, "lo", "127.0.0.1", 6000, Count);
        StreamSender.Send(topology.Relay, "lo", "127.0.0.1", 5000, Count, "--rate", "1000", "--size", "65507");
        Assert.Equal(Count, receiver.Result().Number("received"));
    }

    [Fact]
    public void Bridge_should_be_an_input()
    {
        using var topology = new RelayTopology();
        topology.Relay.Ip("address flush dev in0");
        Make(topology.Relay, "br0", "type bridge mcast_snooping 0");
        topology.Relay.Ip("link set in0 master br0");
        Relayed(topology, topology.Source, "src0", Rule("br0"), 1_316);
    }

    [Fact]
    public void Macvlan_should_be_an_input()
    {
        using var topology = new RelayTopology();
        Make(topology.Relay, "mv0", "link in0 type macvlan mode bridge");
        Relayed(topology, topology.Source, "src0", Rule("mv0"), 1_316);
    }

    [Fact]
    public void Vxlan_should_be_an_input()
    {
        using var topology = new RelayTopology();
        Make(topology.Relay, "vx0", "type vxlan id 7 remote 10.1.0.1 dev in0 dstport 4789");
        Make(topology.Source, "vx1", "type vxlan id 7 remote 10.1.0.2 dev src0 dstport 4789");
        topology.Source.Ip("address add 10.7.0.1/24 dev vx1");
        Relayed(topology, topology.Source, "vx1", Rule("vx0"), 1_316);
    }

    [Fact]
    public void Devices_without_the_multicast_flag_should_be_inputs_and_outputs()
    {
        using var topology = new RelayTopology();
        topology.Relay.Ip("link set in0 multicast off");
        topology.Relay.Ip("link set out0 multicast off");
        Relayed(topology, topology.Source, "src0", Rule("in0"), 1_316);
    }

    [Fact]
    public void Tunnel_without_a_link_header_should_be_an_input()
    {
        using var topology = new RelayTopology();
        Make(topology.Relay, "ipip0", "type ipip local 10.1.0.2 remote 10.1.0.1");
        Make(topology.Source, "ipip1", "type ipip local 10.1.0.1 remote 10.1.0.2");
        topology.Source.Ip("address add 10.8.0.1/24 dev ipip1");
        Relayed(topology, topology.Source, "ipip1", Rule("ipip0"), 1_316);
    }

    [Fact]
    public void Tun_device_should_be_an_input()
    {
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "This spec needs /dev/net/tun.");
        using var topology = new RelayTopology();
        using var tun = new TunDevice(topology.Relay, "tun7");
        topology.Relay.Ip("address add 10.6.0.2/24 dev tun7");
        topology.Relay.Ip("link set tun7 up");
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule("tun7"));
        byte[][] payloads = [.. Enumerable.Range(0, Count).Select(i => new byte[] { (byte)i, 1, 2, 3 })];
        byte[][] received = Received(topology.Destination, Count + 1, () =>
        {
            foreach (byte[] payload in payloads)
                tun.Write(Frames.Udp("10.6.0.1", "239.1.1.1", 5000, payload)[14..]);
            foreach (byte[] piece in FragmentFrames.Split(Frames.Udp("10.6.0.1", "239.1.1.1", 5000, new byte[3_000]), 5, 1_480))
                tun.Write(piece[14..]);
        });
        Assert.Equal([.. payloads, new byte[3_000]], received);
        Assert.Contains($"recv={Count + 1} matched={Count + 1} ", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_should_be_told_apart()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule("in0"));
        using var sender = new FrameSender(topology.Source, "src0");
        byte[][] received = Received(topology.Destination, 2, () =>
        {
            byte[] frame = FrameSender.ToGroup(Frames.Udp("10.1.0.1", "239.1.1.1", 5000, "other"u8));
            sender.Send(FrameSender.Tagged(frame, id: 5));
            sender.Send(FrameSender.Tagged(frame, id: 6, type: 0x88A8));
            sender.Send(FrameSender.Tagged(FrameSender.Tagged(frame, id: 5), id: 0));
            sender.Send(FrameSender.Tagged(FrameSender.ToGroup(Frames.Udp("10.1.0.1", "239.1.1.1", 5000, "priority"u8)), id: 0, priority: 6));
            sender.Send(FrameSender.ToGroup(Frames.Udp("10.1.0.1", "239.1.1.1", 5000, "plain"u8)));
        });
        Assert.Equal(["priority", "plain"], received.Select(System.Text.Encoding.ASCII.GetString));
        Assert.Contains("recv=4 matched=2 egr_sent=2 filtered=2 no_match=0", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    /// <summary>A sender with segmentation hands over runs; between them come single datagrams, and fragments of long ones.</summary>
    [Fact]
    public void Merged_frames_single_ones_and_fragments_should_keep_their_order()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule("in0"));
        byte[][] expected = [.. Enumerable.Range(0, 60).SelectMany(i => (i % 3) switch
        {
            0 => [Payload(i, 1_000), Payload(i + 1, 1_000), Payload(i + 2, 400)],
            1 => new[] { Payload(i, 900) },
            _ => [Payload(i, 4_000)],
        })];
        byte[][] received = Received(topology.Destination, expected.Length, () => topology.Source.Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Parse("10.1.0.1").GetAddressBytes());
            socket.Connect(IPAddress.Parse("239.1.1.1"), 5000);
            for (int i = 0; i < expected.Length;)
            {
                bool run = expected[i].Length == 1_000;
                socket.SetRawSocketOption(Mcr.Native.Interop.Libc.IPPROTO_UDP, Mcr.Native.Interop.Libc.UDP_SEGMENT, BitConverter.GetBytes(run ? 1_000 : 0));
                socket.Send(run ? [.. expected[i], .. expected[i + 1], .. expected[i + 2]] : expected[i]);
                i += run ? 3 : 1;
            }
        }));
        Assert.Equal(expected, received);
        Assert.Contains($"recv={expected.Length} matched={expected.Length} ", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    private static byte[] Payload(int seed, int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i + seed))];

    private static string Rule(string device) =>
        $$"""{ input { interface = {{device}}, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    private static void SetMtu(RelayTopology topology, int mtu)
    {
        topology.Source.Ip($"link set src0 mtu {mtu}");
        topology.Relay.Ip($"link set in0 mtu {mtu}");
        topology.Relay.Ip($"link set out0 mtu {mtu}");
        topology.Destination.Ip($"link set dst0 mtu {mtu}");
    }

    /// <summary>A device that is up, or a skip where the kernel has none of its kind.</summary>
    private static void Make(NetworkNamespace place, string name, string what)
    {
        try
        {
            place.Ip($"link add {(what.StartsWith("link ", StringComparison.Ordinal) ? $"{what[..what.IndexOf(" type", StringComparison.Ordinal)]} " : "")}name {name} {what[what.IndexOf("type", StringComparison.Ordinal)..]}");
        }
        catch (InvalidOperationException e) when (e.Message.Contains("not supported", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("Unknown device type", StringComparison.Ordinal))
        {
            Assert.Skip($"This kernel has no such device: {e.Message}");
        }

        place.Ip($"link set {name} up");
    }

    private void Relayed(RelayTopology topology, NetworkNamespace from, string device, string rule, int size)
    {
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, rule);
        Stream(mcrd, topology, from, device, size);
        Assert.Contains($"recv={Count} matched={Count} egr_sent={Count} filtered=0 no_match=0 buf_exhaust=0", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    private void Stream(McrdProcess mcrd, RelayTopology topology, NetworkNamespace from, string device, int size)
    {
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, Count, "--sha256", "--timeout", "20");
        Summary sent = StreamSender.Send(from, device, "239.1.1.1", 5000, Count, "--rate", "1000", "--size", $"{size}", "--random", "--sha256");
        Summary received = receiver.Result();
        output.WriteLine(received.Line);
        Assert.True(received.Number("received") == Count, mcrd.Process.Output);
        Assert.Equal(sent["sha256"], received["sha256"]);
    }

    /// <summary>The payloads that reach dst0 while <paramref name="send"/> runs and after it.</summary>
    private static byte[][] Received(NetworkNamespace place, int count, Action send)
    {
        using Socket socket = place.Run(() =>
        {
            var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000, ReceiveBufferSize = 1 << 20 };
            receiver.Bind(new IPEndPoint(IPAddress.Parse("239.2.2.2"), 6000));
            receiver.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(IPAddress.Parse("239.2.2.2"), IPAddress.Parse("10.2.0.2")));
            return receiver;
        });
        send();
        var payloads = new List<byte[]>();
        byte[] buffer = new byte[65_536];
        while (payloads.Count < count)
            payloads.Add(buffer[..socket.Receive(buffer)]);
        return [.. payloads];
    }
}
