using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mcr.Actors.Control;

namespace Mcr.Specs.Relay;

/// <summary>Programs of others send and receive across mcrd, and what they report is what it has counted.</summary>
[Collection(SerialPackets.Name)]
public sealed class ForeignStreamSpecs(ITestOutputHelper output) : IDisposable
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000, ttl = 4 } ] }""";
    private const string IperfRule = """{ name = video, analyse = "sequence offset=0 width=32", input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000, ttl = 4 } ] }""";

    private static readonly string[] Picture = ["-f", "lavfi", "-i", "testsrc=duration=4:size=320x240:rate=25", "-f", "lavfi", "-i", "sine=duration=4", "-c:v", "mpeg2video", "-b:v", "1M", "-c:a", "mp2"];

    private readonly string _directory = Directory.CreateTempSubdirectory("mcr-foreign-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Transport_stream_of_ffmpeg_should_decode_and_be_counted_packet_by_packet()
    {
        NamespaceSupport.RequireProgram("ffmpeg");
        using RelayTopology topology = Topology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        string sent = Path.Combine(_directory, "sent.ts");
        using var receiver = new RunningProcess(topology.Destination, "ffmpeg", ["-nostdin", "-v", "error", "-xerror", "-analyzeduration", "500000", "-i", "udp://239.2.2.2:6000?localaddr=10.2.0.2&buffer_size=4000000&fifo_size=50000", "-t", "2", "-f", "null", "-"]);
        AwaitMember(topology, receiver);
        using var sender = new RunningProcess(topology.Source, "ffmpeg",
            ["-nostdin", "-v", "error", "-re", .. Picture, "-map", "0:v", "-map", "1:a", "-f", "tee", $"[f=mpegts]{sent}|[f=mpegts]udp://239.1.1.1:5000?pkt_size=1316&localaddr=10.1.0.1&ttl=4"]);
        Assert.Equal((0, "", ""), sender.End());
        Assert.Equal((0, "", ""), receiver.End());
        mcrd.AwaitQuiet();
        CheckPackets(mcrd, File.ReadAllBytes(sent), ["ts"]);
    }

    [Fact]
    public void RTP_of_multicat_should_arrive_whole_and_be_counted()
    {
        foreach (string program in new[] { "ffmpeg", "multicat", "ingests" })
            NamespaceSupport.RequireProgram(program);
        using RelayTopology topology = Topology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        string sent = Path.Combine(_directory, "sent.ts");
        string received = Path.Combine(_directory, "received.ts");
        Run(null, "ffmpeg", ["-nostdin", "-v", "error", .. Picture, "-f", "mpegts", sent]);
        Run(null, "ingests", ["-p", "256", sent]);
        using var receiver = new RunningProcess(topology.Destination, "multicat", ["@239.2.2.2:6000", received]);
        AwaitMember(topology, receiver);
        Run(topology.Source, "multicat", ["-t", "4", sent, "239.1.1.1:5000"]);
        mcrd.AwaitQuiet();
        McrdWaits.Until(() => new FileInfo(received).Length == mcrd.Stream().GetProperty("transport_stream").GetProperty("packets").GetInt64() * 188, () => $"multicat to have written what was relayed: {new FileInfo(received).Length} bytes, {mcrd.Stream()}");
        receiver.Terminate();
        receiver.WaitForExit();
        byte[] copy = File.ReadAllBytes(received);
        byte[] original = File.ReadAllBytes(sent);
        int same = original.AsSpan().CommonPrefixLength(copy);
        Assert.True(same > 0 && copy.Length - same < 7 * 188 && original.Length - same < 7 * 188, $"{original.Length} bytes were sent, {copy.Length} received, {same} the same"); // it fills the last datagram up
        CheckPackets(mcrd, copy, ["rtp", "ts"]);
        JsonElement sequence = mcrd.Stream().GetProperty("sequence");
        Assert.Equal((0, 0, 0), (sequence.GetProperty("lost").GetInt64(), sequence.GetProperty("reordered").GetInt64(), sequence.GetProperty("duplicates").GetInt64()));
    }

    [Fact]
    public void Datagrams_that_iperf_counts_should_be_those_that_mcrd_counts()
    {
        NamespaceSupport.RequireProgram("iperf");
        using RelayTopology topology = Topology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, IperfRule);
        using var server = new RunningProcess(topology.Destination, "iperf", ["-s", "-u", "-B", "239.2.2.2", "-p", "6000", "-i", "1"]);
        AwaitMember(topology, server);
        Run(topology.Source, "iperf", ["-c", "239.1.1.1", "-u", "-p", "5000", "-b", "8M", "-l", "1000", "-n", "2M", "-T", "4"]);
        mcrd.AwaitQuiet();
        Match report = Match.Empty;
        McrdWaits.Until(() => (report = Regex.Matches(server.Output, @"0\.0+-.* (\d+)/\s*(\d+) \(").LastOrDefault() ?? Match.Empty).Success && long.Parse(report.Groups[2].Value, CultureInfo.InvariantCulture) > 2_000, () => server.Output);
        output.WriteLine(server.Output);
        JsonElement sequence = mcrd.Stream().GetProperty("sequence");
        output.WriteLine(sequence.ToString());
        Assert.Equal(report.Groups[1].Value, $"{sequence.GetProperty("lost").GetInt64()}");
        Assert.Equal(report.Groups[2].Value, $"{sequence.GetProperty("datagrams").GetInt64()}");
        Assert.Equal(1, sequence.GetProperty("strays").GetInt64()); // the last one, whose number is negative
    }

    /// <summary>These programs send to, and join at, where the route to the group leads.</summary>
    private static RelayTopology Topology()
    {
        var topology = new RelayTopology();
        topology.Source.Ip("route add 224.0.0.0/4 dev src0");
        topology.Destination.Ip("route add 224.0.0.0/4 dev dst0");
        return topology;
    }

    private static void AwaitMember(RelayTopology topology, RunningProcess receiver) => McrdWaits.Until(
        () => receiver.HasExited || topology.Destination.Run(() => File.ReadAllText("/proc/thread-self/net/igmp")).Contains("020202EF", StringComparison.Ordinal), () => $"a member of 239.2.2.2: {receiver.Output}");

    private static void Run(Mcr.Native.Namespaces.NetworkNamespace? place, string program, string[] arguments)
    {
        using var process = new RunningProcess(place, program, arguments);
        Assert.True(process.WaitForExit(60) == 0, process.Output);
    }

    private static void CheckPackets(McrdProcess mcrd, byte[] stream, string[] kinds)
    {
        JsonElement counted = mcrd.Stream();
        JsonElement ts = counted.GetProperty("transport_stream");
        Assert.Equal(kinds, counted.GetProperty("payload").EnumerateArray().Select(k => k.GetString()));
        Assert.Equal(
            stream.Chunk(188).GroupBy(p => ((p[1] & 0x1F) << 8) | p[2]).OrderBy(g => g.Key).Select(g => (g.Key, g.Count(), 0)),
            ts.GetProperty("pids").EnumerateArray().Select(p => (p.GetProperty("pid").GetInt32(), p.GetProperty("packets").GetInt32(), p.GetProperty("continuity_errors").GetInt32())));
        Assert.Equal((stream.Length / 188, 0, 0, 0), (ts.GetProperty("packets").GetInt32(), ts.GetProperty("continuity_errors").GetInt32(), ts.GetProperty("sync_errors").GetInt32(), ts.GetProperty("transport_errors").GetInt32()));
    }
}

file static class OnlyStream
{
    public static JsonElement Stream(this McrdProcess mcrd) => mcrd.Ask(new ControlRequest.Stats()).GetProperty("Stats")[0].GetProperty("stream");
}
