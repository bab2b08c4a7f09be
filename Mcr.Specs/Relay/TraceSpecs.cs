using System.Text.Json;
using Mcr.Actors.Control;

namespace Mcr.Specs.Relay;

/// <summary>`mcrctl trace` on a real mcrd.</summary>
[Collection(SerialPackets.Name)]
public sealed class TraceSpecs(ITestOutputHelper output)
{
    private const string Rules =
        """
        { name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 }, { interface = out1, group = "239.2.2.3", port = 6000, rate-limit = 1M } ] }
        { name = idle, input { interface = in0, group = "239.1.1.2", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.4", port = 6000 } ] }
        """;

    [Fact]
    public void Trace_should_begin_say_what_became_of_datagrams_and_end()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var sender = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.1", 5000);
        Assert.Contains("has not been traced", mcrd.TryCtl("trace", "get", "--name", "video").Output, StringComparison.Ordinal);
        Assert.Contains("is traced: the next 3 datagrams", mcrd.Ctl("trace", "enable", "--name", "video", "--first", "3").ToString(), StringComparison.Ordinal);
        sender.Send(Enumerable.Range(0, 5).Select(n => new byte[] { (byte)n, 9 }));
        mcrd.AwaitRelayed(5);
        JsonElement trace = mcrd.Ctl("trace", "get", "--name", "video").GetProperty("Trace");
        Assert.Equal((5, 3, 0, true), (trace.GetProperty("seen").GetInt64(), trace.GetProperty("recorded").GetInt64(), trace.GetProperty("missed").GetInt64(), trace.GetProperty("active").GetBoolean()));
        JsonElement[] records = Records(trace);
        Assert.Equal([0, 1, 2], records.Select(r => r.GetProperty("number").GetInt32()));
        Assert.All(records, r => Assert.Equal(("10.1.0.1", "239.1.1.1", 5000, 2), (r.GetProperty("source").GetString(), r.GetProperty("destination").GetString(), r.GetProperty("destination_port").GetInt32(), r.GetProperty("size").GetInt32())));
        Assert.Equal([2, 9], records[2].GetProperty("payload").GetBytesFromBase64());
        Assert.All(records, r => Assert.Equal(["239.2.2.2:6000:out0 sent", "239.2.2.3:6000:out1 sent"], Outputs(r)));
        Assert.Contains("no longer traced", mcrd.Ctl("trace", "disable", "--name", "video").ToString(), StringComparison.Ordinal);
        Assert.Contains("is not being traced", mcrd.Ctl("trace", "disable", "--name", "video").ToString(), StringComparison.Ordinal);
        Assert.Equal(3, Records(mcrd.Ctl("trace", "get", "--name", "video").GetProperty("Trace")).Length);

        // What is not relayed: a wrong checksum, another VLAN's, more than an output may have.
        mcrd.Ctl("trace", "enable", "--name", "video", "--every", "1");
        byte[] frame = FrameSender.ToGroup(Frames.Udp("10.1.0.1", "239.1.1.1", 5000, new byte[50]));
        byte[] wrong = [.. frame];
        wrong[^1] ^= 1;
        using (var frames = new FrameSender(topology.Source, "src0"))
        {
            frames.Send(wrong);
            frames.Send(FrameSender.Tagged(frame, 7));
        }

        sender.Send(Enumerable.Range(0, 500).Select(_ => new byte[1400]));
        mcrd.AwaitRelayed(505);
        JsonElement[] all = All(mcrd);
        Assert.Equal(502, all.Length);
        Assert.Equal(["bad_udp_checksum", "vlan"], all.Select(r => r.GetProperty("drop").GetString()).Where(d => d is not null).Order());
        JsonElement[] relayed = [.. all.Where(r => r.GetProperty("drop").ValueKind == JsonValueKind.Null)];
        Assert.All(relayed, r => Assert.StartsWith("239.2.2.2:6000:out0 sent", Outputs(r)[0], StringComparison.Ordinal));
        long limited = relayed.Count(r => Outputs(r)[1] == "239.2.2.3:6000:out1 rate_limit");
        JsonElement stats = mcrd.Ctl("stats").GetProperty("Stats").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "video");
        Assert.Equal(stats.GetProperty("outputs")[1].GetProperty("errors_by_reason").GetProperty("rate_limit").GetInt64(), limited);
        Assert.InRange(limited, 1, 499);
    }

    [Fact]
    public void Trace_should_end_by_itself_and_who_follows_should_hear_all_of_it()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var sender = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.1", 5000);
        mcrd.Ctl("trace", "enable", "--name", "video", "--every", "1", "--for", "3s");
        using var follow = new RunningProcess(null, Executables.Mcrctl, ["--socket-path", mcrd.ControlSocket, "--json", "trace", "get", "--name", "video", "--follow"]);
        for (int i = 0; i < 20; i++)
        {
            sender.Send(Enumerable.Range(0, 10).Select(n => new byte[] { (byte)i, (byte)n }));
            mcrd.AwaitRelayed((i + 1) * 10);
        }

        (int code, string lines, string error) = follow.End();
        Assert.Equal((0, ""), (code, error));
        JsonElement[] answers = [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("Trace"))];
        Assert.Equal(Enumerable.Range(0, 200), answers.SelectMany(Records).Select(r => r.GetProperty("number").GetInt32()));
        Assert.Contains("the trace of rule", mcrd.Process.Output, StringComparison.Ordinal);
        sender.Send([new byte[1]]);
        mcrd.AwaitRelayed(201);
        Assert.False(mcrd.Ctl("trace", "get", "--name", "video").GetProperty("Trace").GetProperty("active").GetBoolean());
        Assert.Equal(200, All(mcrd).Length);
    }

    [Fact]
    public void Trace_that_begins_anew_should_be_read_from_its_beginning_by_who_has_read_the_one_before()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var sender = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.1", 5000);
        mcrd.Ctl("trace", "enable", "--name", "video", "--every", "1");
        using var follow = new RunningProcess(null, Executables.Mcrctl, ["--socket-path", mcrd.ControlSocket, "--json", "trace", "get", "--name", "video", "--follow"]);
        sender.Send(Enumerable.Range(0, 20).Select(_ => new byte[10]));
        McrdWaits.Until(() => Followed().Length == 20, "the first trace");
        JsonElement first = mcrd.Ask(new ControlRequest.TraceGet { Name = "video" }).GetProperty("Trace");

        mcrd.Ask(new ControlRequest.TraceEnable { Name = "video", Every = "1" });
        sender.Send(Enumerable.Range(0, 30).Select(_ => new byte[20]));
        mcrd.AwaitRelayed(50);
        var goOn = new ControlRequest.TraceGet { Name = "video", From = [.. first.GetProperty("next").EnumerateArray().Select(n => n.GetInt64())], Session = first.GetProperty("session").GetUInt32() };
        JsonElement second = mcrd.Ask(goOn).GetProperty("Trace");
        Assert.NotEqual(goOn.Session, second.GetProperty("session").GetUInt32());
        Assert.Equal(Enumerable.Range(0, 30), Records(second).Select(r => r.GetProperty("number").GetInt32()));
        McrdWaits.Until(() => Followed().Length >= 50, "the second trace");
        mcrd.Ctl("trace", "disable", "--name", "video");
        Assert.Equal(0, follow.WaitForExit());
        Assert.Equal([.. Enumerable.Range(0, 20), .. Enumerable.Range(0, 30)], Followed());

        int[] Followed() => [.. follow.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(l => Records(JsonDocument.Parse(l).RootElement.GetProperty("Trace"))).Select(r => r.GetProperty("number").GetInt32())];
    }

    [Theory]
    [InlineData("tcpdump")]
    [InlineData("tshark")]
    public void Capture_should_be_read_by_other_programs(string program)
    {
        NamespaceSupport.RequireProgram(program);
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var sender = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.1", 5000);
        mcrd.Ctl("trace", "enable", "--name", "video", "--first", "10", "--snap", "40");
        sender.Send(Enumerable.Range(0, 10).Select(n => new byte[20 * n]));
        mcrd.AwaitRelayed(10);
        string path = Path.Combine(Path.GetDirectoryName(mcrd.ControlSocket)!, "trace.pcap");
        (int code, string said) = mcrd.TryCtl("trace", "get", "--name", "video", "--pcap", path);
        Assert.True(code == 0, said);
        using var reader = new RunningProcess(null, program, program == "tcpdump"
            ? ["-n", "-v", "-r", path]
            : ["-n", "-r", path, "-T", "fields", "-e", "ip.src", "-e", "ip.dst", "-e", "udp.dstport", "-e", "udp.length", "-e", "ip.checksum.status", "-o", "ip.check_checksum:TRUE"]);
        string text = reader.End() is { ExitCode: 0 } end ? end.Output : throw new InvalidOperationException(reader.Output);
        output.WriteLine(text);
        for (int n = 0; n < 10; n++)
            Assert.Contains(program == "tcpdump" ? $"> 239.1.1.1.5000: UDP, length {20 * n}" : $"10.1.0.1\t239.1.1.1\t5000\t{8 + (20 * n)}\t1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("bad cksum", text, StringComparison.Ordinal);
        (code, said) = mcrd.TryCtl("trace", "get", "--name", "video", "--pcap", "/nowhere/trace.pcap");
        Assert.Equal(1, code);
        Assert.DoesNotContain("Unhandled", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_on_and_off_under_traffic_should_cost_no_datagram()
    {
        const int Count = 40_000;
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, Count);
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, Count, "--rate", "10000");
        int times = 0;
        for (; !sender.HasExited; times++)
        {
            mcrd.Ask(new ControlRequest.TraceEnable { Name = "video", Every = times % 2 == 0 ? "1" : "1000" });
            long seen = mcrd.Relayed("video");
            McrdWaits.Until(() => sender.HasExited || mcrd.Relayed("video") > seen + 500, "traffic");
            mcrd.Ask(new ControlRequest.TraceDisable { Name = "video" });
        }

        Assert.InRange(times, 3, int.MaxValue);
        Assert.Equal(Count, StreamSender.Result(sender).Number("sent"));
        Summary received = receiver.Result();
        output.WriteLine($"{times} traces: {received.Line}");
        Assert.Equal((Count, 0, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("reordered"), received.Number("duplicated")));
    }

    private static JsonElement[] Records(JsonElement trace) => [.. trace.GetProperty("records").EnumerateArray()];

    /// <summary>All that is there: one object a line.</summary>
    private static JsonElement[] All(McrdProcess mcrd)
    {
        (int code, string text) = mcrd.TryCtl("--json", "trace", "get", "--name", "video");
        Assert.Equal(0, code);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(l => Records(JsonDocument.Parse(l).RootElement.GetProperty("Trace")))];
    }

    private static string[] Outputs(JsonElement record) => [.. record.GetProperty("outputs").EnumerateArray().Select(o => $"{o.GetProperty("to").GetString()} {o.GetProperty("result").GetString()}")];
}
