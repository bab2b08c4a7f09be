using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Native.Kernel;

namespace Mcr.Specs.Relay;

/// <summary>What a real mcrd knows of those beside it: queriers of its segments, routes of the kernel, sockets of other programs.</summary>
public sealed class NeighbourSpecs
{
    private const string Rules =
        """
        { name = same, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.1.1.1", port = 5000 } ] }
        { name = other, input { interface = in0, group = "239.1.1.2", port = 5002 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }
        { name = six, input { interface = in0, group = "ff3e::1", port = 5006 }, force = on, outputs = [ { interface = out0, group = "ff0e::2", port = 6000 } ] }
        { name = bridged, input { interface = br0, group = "239.1.1.3", port = 5003 }, outputs = [ { interface = out1, group = "239.2.2.3", port = 6000 } ] }
        { name = unicast, input { interface = out1, group = "10.3.0.1", port = 5004 }, outputs = [ { interface = out0, group = "239.2.2.4", port = 6000 } ] }
        """;

    [Fact]
    public void Queriers_should_be_seen_wherever_they_are_and_shown_with_the_interfaces()
    {
        using var topology = new RelayTopology();
        topology.Relay.Ip("link add br0 type bridge mcast_snooping 1 mcast_query_use_ifaddr 1");
        topology.Relay.Ip("address add 10.9.0.1/24 dev br0");
        topology.Relay.Ip("link set br0 up");
        topology.Relay.Ip("link add port0 type veth peer name port1");
        topology.Relay.Ip("link set port0 master br0 up");
        topology.Relay.Ip("link set port1 up");
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        McrdWaits.Until(() => Queriers(mcrd, "in0").Length == 2 && Queriers(mcrd, "br0").Length == 1, "both families of in0, one of br0");
        Assert.All(Queriers(mcrd, "in0"), q => Assert.False(q.TryGetProperty("address", out _) || q.TryGetProperty("alarm", out _)));
        Assert.Empty(Queriers(mcrd, "out1")); // joins nothing

        using var source = new FrameSender(topology.Source, "src0");
        source.Send(QueryFrames.Igmp("10.1.0.1", 2));
        Await(mcrd, "in0", "ipv4", "IGMPv2", "10.1.0.1");
        source.Send(QueryFrames.Igmp("10.1.0.9", 3));
        source.Send(QueryFrames.Mld("fe80::9", 2));
        Await(mcrd, "in0", "ipv4", "IGMPv3", "10.1.0.9");
        Await(mcrd, "in0", "ipv6", "MLDv2", "fe80::9");

        // The bridge of this host is a querier itself, and nobody else is.
        topology.Relay.Ip("link set br0 type bridge mcast_startup_query_interval 100 mcast_query_interval 100 mcast_querier 1");
        Await(mcrd, "br0", "ipv4", "IGMPv2", "10.9.0.1");

        using (var screen = new PseudoTerminal(200, 50, new Dictionary<string, string?> { ["NO_COLOR"] = "1" }, Executables.Mcrctl, "--socket-path", mcrd.ControlSocket, "interfaces"))
        {
            Assert.Equal(0, screen.ExitCode);
            Assert.Contains("IGMPv3 10.1.0.9", screen.Text, StringComparison.Ordinal);
            Assert.Contains("MLDv2 fe80::9", screen.Text, StringComparison.Ordinal);
        }

        int sockets = PacketSockets(mcrd.Process.Pid);

        // A device that is made again has another socket.
        topology.Relay.Ip("link del br0");
        topology.Relay.Ip("link add br0 type bridge mcast_snooping 1 mcast_query_use_ifaddr 1");
        topology.Relay.Ip("address add 10.9.0.2/24 dev br0");
        topology.Relay.Ip("link set port0 master br0");
        topology.Relay.Ip("link set br0 up");
        McrdWaits.Until(() => Queriers(mcrd, "br0") is [var fresh] && !fresh.TryGetProperty("address", out _), "no querier of the new device");
        topology.Relay.Ip("link set br0 type bridge mcast_startup_query_interval 100 mcast_query_interval 100 mcast_querier 1");
        Await(mcrd, "br0", "ipv4", "IGMPv2", "10.9.0.2");
        McrdWaits.Until(() => PacketSockets(mcrd.Process.Pid) == sockets, "the sockets of the former device to be closed");
        Assert.All(mcrd.WorkerPids(), pid => Assert.Equal(1, PacketSockets(pid))); // its ingress, and no query socket
    }

    [Fact]
    public void Route_of_the_kernel_and_socket_of_another_program_should_be_told_and_be_over_when_they_are_gone()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var follower = new EventFollower(mcrd);
        using var sender = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.2", 5002);
        sender.Send([[1]]);
        BoundSocket[] own = [];
        McrdWaits.Until(() => (own = [.. topology.Relay.Run(BoundSocket.ReadAll)]).Length == 1, "the socket that outputs are sent from to have a port");
        mcrd.Ctl("add", "--input-interface", "in0", "--input-group", "239.1.1.9", "--input-port", $"{own[0].Port}", "--outputs", "239.2.2.9:6000:out0", "--name", "own");
        using Socket listener = Listen(topology, 5002);
        using Socket elsewhere = Listen(topology, 5999);
        using Socket unicast = Listen(topology, 6000); // where outputs go, which is fine
        JsonElement listens = follower.Await("local-listener", e => EventFollower.Value(e, "state") == "listens");
        Assert.Equal(("other", "5002", $"{Environment.ProcessId}"), (listens.GetProperty("rule_name").GetString(), EventFollower.Value(listens, "port"), EventFollower.Value(listens, "pid")));
        Assert.Equal("info", listens.GetProperty("severity").GetString());
        Assert.Contains("may take in the datagrams of rule", listens.GetProperty("message").GetString(), StringComparison.Ordinal);
        listener.Dispose();
        follower.Await("local-listener", e => EventFollower.Value(e, "state") == "gone");
        Assert.Equal(2, follower.Events().Count(e => e.GetProperty("kind").GetString() == "local-listener")); // none of ours, and no other

        NamespaceSupport.RequireProgram("smcrouted");
        string scratch = Path.GetDirectoryName(mcrd.ConfigFile)!;
        string configuration = Path.Combine(scratch, "smcroute.conf");
        File.WriteAllText(configuration, "mroute from in0 source 10.1.0.1 group 239.1.1.1 to out0\nmroute from in0 source 10.1.0.1 group 239.1.1.2 to out0\n");
        using (var smcroute = new RunningProcess(topology.Relay, "smcrouted", ["-n", "-l", "err", "-f", configuration, "-u", Path.Combine(scratch, "smcroute.sock"), "-P", Path.Combine(scratch, "smcroute.pid")]))
        {
            JsonElement raised = follower.Await("alarm-raised", "same", "duplicate");
            Assert.Equal("warning", raised.GetProperty("severity").GetString());
            Assert.Contains("forwards 239.1.1.1 from in0 to out0 as well", raised.GetProperty("message").GetString(), StringComparison.Ordinal);
            JsonElement stats = mcrd.Ask(new ControlRequest.Stats()).GetProperty("Stats").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "same");
            Assert.Equal("duplicate", stats.GetProperty("alarms")[0].GetProperty("alarm").GetString());
            smcroute.Terminate();
            smcroute.WaitForExit();
        }

        follower.Await("alarm-cleared", "same", "duplicate");
        Assert.Equal(["same"], follower.Events().Where(e => e.GetProperty("kind").GetString() == "alarm-raised").Select(e => e.GetProperty("rule_name").GetString()));
    }

    private static Socket Listen(RelayTopology topology, int port) => topology.Relay.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        return socket;
    });

    private static void Await(McrdProcess mcrd, string device, string family, string protocol, string address) => McrdWaits.Until(
        () => Queriers(mcrd, device).Any(q => q.GetProperty("family").GetString() == family && q.TryGetProperty("protocol", out JsonElement p) && p.GetString() == protocol && q.GetProperty("address").GetString() == address),
        () => $"{protocol} of {address} on {device}: {mcrd.Ask(new ControlRequest.Interfaces())}");

    private static JsonElement[] Queriers(McrdProcess mcrd, string device)
    {
        JsonElement entry = mcrd.Ask(new ControlRequest.Interfaces()).GetProperty("Interfaces").EnumerateArray().SingleOrDefault(i => i.GetProperty("name").GetString() == device);
        return entry.ValueKind != JsonValueKind.Undefined && entry.TryGetProperty("queriers", out JsonElement queriers) ? [.. queriers.EnumerateArray()] : [];
    }

    /// <summary>Packet sockets that a process has open: their inodes are in its namespace's list.</summary>
    private static int PacketSockets(int pid)
    {
        HashSet<string> packet = [.. File.ReadLines($"/proc/{pid}/net/packet").Skip(1).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1])];
        return Directory.GetFileSystemEntries($"/proc/{pid}/fd").Count(fd => new FileInfo(fd).LinkTarget is { } target && target.StartsWith("socket:[", StringComparison.Ordinal) && packet.Contains(target[8..^1]));
    }
}
