using Mcr.Native.Namespaces;

namespace Mcr.Specs.Relay;

/// <summary>Multicast or unicast in, multicast or unicast out: real namespaces, real processes, real packets.</summary>
public sealed class CastSpecs(ITestOutputHelper output)
{
    private const int Count = 5_000;

    [Theory]
    [InlineData("239.1.1.1", "239.2.2.2")]
    [InlineData("239.1.1.1", "10.2.0.2")]
    [InlineData("10.1.0.2", "239.2.2.2")]
    [InlineData("10.1.0.2", "10.2.0.2")]
    public void Relay_should_translate_group_and_port(string from, string to)
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            $$"""{ name = cast, input { interface = in0, group = "{{from}}", port = 5000 }, outputs = [ { interface = out0, group = "{{to}}", port = 6000, ttl = 9 } ] }""");
        using var receiver = new StreamReceiver(topology.Destination, "dst0", to, 6000, Count, "--sha256");
        Summary sent = StreamSender.Send(topology.Source, "src0", from, 5000, Count, "--rate", "10000", "--size", "1316", "--random", "--seed", "7", "--sha256");
        Summary received = receiver.Result();
        output.WriteLine(received.Line);
        Assert.Equal(0, received.Number("lost"));
        Assert.Equal(sent["sha256"], received["sha256"]);
        (int code, string log) = mcrd.Stop();
        Assert.Equal(0, code);
        Assert.Contains($"matched={Count}", log, StringComparison.Ordinal);
    }

    [Fact]
    public void Relay_should_fan_out_to_other_groups_ports_and_interfaces()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, """
            { name = fan, input { interface = in0, group = "239.1.1.1", port = 5000 }
              outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 }
                          { interface = out1, group = "239.2.2.3", port = 6001 }
                          { interface = out1, group = "10.3.0.2", port = 6002 } ] }
            """);
        using var first = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, Count);
        using var second = new StreamReceiver(topology.Destination, "dst1", "239.2.2.3", 6001, Count);
        using var third = new StreamReceiver(topology.Destination, "dst1", "10.3.0.2", 6002, Count);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, Count, "--rate", "10000");
        foreach (StreamReceiver receiver in new[] { first, second, third })
            Assert.Equal(Count, receiver.Result().Number("received"));

        string log = mcrd.Stop().Output;
        Assert.Contains($"[STATS:Egress FINAL] total: sent={3 * Count} submitted={3 * Count} ch_recv={3 * Count} errors=0", log, StringComparison.Ordinal);
    }

    [Fact]
    public void Relay_should_serve_a_source_that_the_reverse_path_check_refuses()
    {
        using var topology = new RelayTopology();
        topology.Source.Ip("address add 172.30.9.9/32 dev src0"); // the relay has no route to it
        topology.Relay.Tool("sh", "-c \"echo 1 > /proc/sys/net/ipv4/conf/in0/rp_filter; echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter\"");
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            """{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""");
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, 100);
        StreamSender.Send(topology.Source, "172.30.9.9", "239.1.1.1", 5000, 100, "--rate", "1000");
        Assert.Equal(100, receiver.Result().Number("received"));
    }

    [Fact]
    public void Relay_should_take_only_the_source_that_a_rule_names()
    {
        using var topology = new RelayTopology();
        topology.Source.Ip("address add 10.1.0.77/24 dev src0");
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            """{ input { interface = in0, group = "232.1.1.1", port = 5000, source = "10.1.0.77" }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""");
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, 100);
        StreamSender.Send(topology.Source, "10.1.0.1", "232.1.1.1", 5000, 50, "--rate", "1000");
        StreamSender.Send(topology.Source, "10.1.0.77", "232.1.1.1", 5000, 100, "--rate", "1000");
        Assert.Equal(100, receiver.Result().Number("received"));
        Assert.Contains("no_match=50", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void One_rule_should_serve_64_outputs()
    {
        const int Outputs = 64;
        const int Datagrams = 500;
        using var topology = new RelayTopology();
        string outputs = string.Join('\n', Enumerable.Range(0, Outputs).Select(i => $"{{ interface = out{i % 2}, group = \"239.2.{i}.1\", port = {6000 + i} }}"));
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, $$"""{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ {{outputs}} ] }""");
        using var first = new StreamReceiver(topology.Destination, "dst0", "239.2.0.1", 6000, Datagrams);
        using var last = new StreamReceiver(topology.Destination, "dst1", "239.2.63.1", 6063, Datagrams);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, Datagrams, "--rate", "1000", "--size", "500");
        Assert.Equal((Datagrams, Datagrams), ((int)first.Result().Number("received"), (int)last.Result().Number("received")));
        Assert.Contains($"sent={Outputs * Datagrams} submitted={Outputs * Datagrams} ch_recv={Outputs * Datagrams} errors=0", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_rules_on_many_interfaces_should_each_get_their_own()
    {
        const int Rules = 1000;
        const int Datagrams = 200;
        string[] inputs = ["in0", "out0", "out1"];
        using var topology = new RelayTopology();
        // 334 groups an interface, and a socket may join 20 (net.ipv4.igmp_max_memberships).
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, string.Join('\n', Enumerable.Range(0, Rules).Select(i =>
            $"{{ input {{ interface = {inputs[i % 3]}, group = \"239.1.{i / 250}.{i % 250}\", port = {5000 + i} }}, outputs = [ {{ interface = {inputs[(i + 1) % 3]}, group = \"239.9.{i / 250}.{i % 250}\", port = {7000 + i} }} ] }}")));
        Assert.Equal(3, mcrd.WorkerPids().Length);
        Assert.All(mcrd.Ctl("list").GetProperty("Rules").EnumerateArray(), rule => Assert.Equal("Active", rule.GetProperty("status").GetString()));

        // in0 to out0 by rule 999, out0 to out1 by rule 1, out1 to in0 by rule 500.
        foreach ((int rule, NetworkNamespace from, string device, NetworkNamespace to, string at) in new[]
        {
            (999, topology.Source, "src0", topology.Destination, "dst0"),
            (1, topology.Destination, "dst0", topology.Destination, "dst1"),
            (500, topology.Destination, "dst1", topology.Source, "src0"),
        })
        {
            string group = $"{rule / 250}.{rule % 250}";
            using var receiver = new StreamReceiver(to, at, $"239.9.{group}", 7000 + rule, Datagrams);
            StreamSender.Send(from, device, $"239.1.{group}", 5000 + rule, Datagrams, "--rate", "2000");
            Assert.Equal(Datagrams, receiver.Result().Number("received"));
        }

        Assert.Equal(0, mcrd.Stop().Code);
    }

    [Fact]
    public void Interface_flag_alone_should_be_enough_to_start_and_take_rules()
    {
        using var topology = new RelayTopology();
        string directory = Path.Combine(Path.GetTempPath(), $"mcr-spec-flag-{Environment.ProcessId}");
        string socket = Path.Combine(directory, "control.sock");
        using var mcrd = new RunningProcess(topology.Relay, Executables.Mcrd, ["supervisor", "--interface", "in0"], new Dictionary<string, string?> { ["MCR_CONTROL_SOCKET"] = socket });
        mcrd.WaitForLine("mcrd is ready");
        using var add = new RunningProcess(null, Executables.Mcrctl,
            ["--socket-path", socket, "add", "--input-interface", "in0", "--input-group", "239.1.1.1", "--input-port", "5000", "--outputs", "239.2.2.2:6000:out0?ttl=3,10.3.0.2:6001:out1"]);
        Assert.True(add.WaitForExit() == 0 && add.Output.Contains("is active", StringComparison.Ordinal), add.Output);
        using var receiver = new StreamReceiver(topology.Destination, "dst1", "10.3.0.2", 6001, 100);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "1000");
        Assert.True(receiver.Result().Number("received") == 100, mcrd.Output);
        mcrd.Signal(Mcr.Native.Interop.Libc.SIGTERM);
        Assert.Equal(0, mcrd.WaitForExit());
        Assert.Equal(["control.state"], Directory.GetFileSystemEntries(directory).Select(Path.GetFileName)); // the rule that was added
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void Translation_within_one_interface_should_not_take_its_own_output_as_input()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            """{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = in0, group = "239.2.2.2", port = 6000 } ] }""");
        using var receiver = new StreamReceiver(topology.Source, "src0", "239.2.2.2", 6000, 500);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 500, "--rate", "2000");
        Assert.Equal(500, receiver.Result().Number("received"));
        Assert.Contains("recv=500 matched=500 egr_sent=500 filtered=0 no_match=0", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Loopback_should_be_an_interface_like_others()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            """{ input { interface = lo, group = "127.0.0.1", port = 5000 }, outputs = [ { interface = lo, group = "127.0.0.1", port = 6000 } ] }""");
        using var receiver = new StreamReceiver(topology.Relay, "lo", "127.0.0.1", 6000, 500);
        StreamSender.Send(topology.Relay, "lo", "127.0.0.1", 5000, 500, "--rate", "2000");
        Assert.Equal(500, receiver.Result().Number("received"));
        string log = mcrd.Stop().Output;
        Assert.Contains("matched=500 egr_sent=500", log, StringComparison.Ordinal);
    }
}
