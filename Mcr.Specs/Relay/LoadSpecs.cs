using System.Globalization;
using System.Text.RegularExpressions;

namespace Mcr.Specs.Relay;

/// <summary>Amount, rate, sizes and merged frames: nothing lost, changed or reordered.</summary>
[Collection(SerialPackets.Name)]
public sealed class LoadSpecs(ITestOutputHelper output)
{
    private const string Rule = """{ input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    /// <summary>
    /// Bytes: rarely, the runtime that compiles something on the loop's thread adds a piece of this order to its table of literals (6,192 was seen, once in
    /// many runs). What the loop itself allocated for one batch in a hundred would be more.
    /// </summary>
    private const long RuntimeTable = 8192;

    [Fact]
    public void Hundred_megabytes_at_20000_datagrams_a_second_should_arrive_with_the_same_hash()
    {
        const int Size = 1316;
        const int Count = (100_000_000 / Size) + 1;
        Summary received = Relay(Count, "--rate", "20000", "--size", $"{Size}", "--random", "--seed", "1");
        Assert.True(received.Number("bytes") >= 100_000_000);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(1472)]
    public void Every_size_should_arrive(int size) => Relay(40_000, "--rate", "20000", "--size", $"{size}");

    [Fact]
    public void Datagrams_without_payload_should_arrive()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "1000", "--size", "0");
        Assert.Contains("sent=100 submitted=100 ch_recv=100 errors=0 bytes=0", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Merged_frames_of_a_segmenting_sender_should_lose_nothing() =>
        Relay(300_000, "--rate", "100000", "--size", "1316", "--segments", "45");

    [Fact]
    public void Merged_frames_should_be_relayed_with_segmentation_switched_off()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule, "worker.segmentation = off");
        Verify(topology, mcrd, 45_000, ["--rate", "50000", "--size", "1316", "--segments", "45"]);
    }

    [Fact]
    public void Merged_frames_should_be_relayed_where_the_output_cannot_segment()
    {
        using var topology = new RelayTopology();
        topology.Relay.Tool("ethtool", "-K out0 tx-udp-segmentation off tx-checksum-ip-generic off");
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        Verify(topology, mcrd, 45_000, ["--rate", "50000", "--size", "1316", "--segments", "45"]);
    }

    [Fact]
    public void Merged_frames_should_be_fragmented_for_a_smaller_mtu()
    {
        using var topology = new RelayTopology();
        topology.Relay.Ip("link set out0 mtu 1000");
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        Verify(topology, mcrd, 4_500, ["--rate", "5000", "--size", "1316", "--segments", "45"]);
    }

    [Fact]
    public void First_packet_should_be_relayed_within_one_and_a_half_seconds_of_starting()
    {
        using var topology = new RelayTopology();
        StartTimes.AssertRelays(output, () => FirstPacket(topology));
    }

    /// <returns>Seconds from starting mcrd to the first datagram of a stream that runs already.</returns>
    private double FirstPacket(RelayTopology topology)
    {
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, 1); // ends at its first datagram
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, 100_000, "--rate", "1000");
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        using var mcrd = new McrdProcess(topology.Relay, Rule);
        receiver.Process.WaitForExit();
        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
        mcrd.WaitReady();
        (long own, long ring) = ResidentMemory.Of(mcrd.WorkerPids().Single());
        output.WriteLine($"first packet after {seconds:F2} s; worker resident {own} kB and {ring} kB of ring");
        Assert.InRange(own, 1, 40_000_000 / 1024);
        Assert.InRange(ring, 1, 32 * 1024); // half of receive-buffer: the kernel's memory, which every mapping counts as its own
        mcrd.Stop();
        return seconds;
    }

    private Summary Relay(int count, params string[] sending)
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        return Verify(topology, mcrd, count, sending);
    }

    private Summary Verify(RelayTopology topology, McrdProcess mcrd, int count, string[] sending)
    {
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, count, "--sha256");
        Summary sent = StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, count, ["--sha256", .. sending]);
        Summary received = receiver.Result();
        string log = mcrd.Stop().Output;
        output.WriteLine(sent.Line);
        output.WriteLine(received.Line);
        output.WriteLine(string.Join('\n', log.Split('\n').Where(l => l.Contains("FINAL", StringComparison.Ordinal))));
        Assert.Equal((count, 0, 0, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("duplicated"), received.Number("reordered"), received.Number("corrupted")));
        Assert.Equal(sent["sha256"], received["sha256"]);
        Match cost = Regex.Match(log, @"\[STATS:Worker FINAL\] total: gc=0 allocated=(\d+) ");
        Assert.True(cost.Success, "the loop's cost is not told, or there were collections");
        Assert.InRange(long.Parse(cost.Groups[1].Value, CultureInfo.InvariantCulture), 0, RuntimeTable);
        Assert.Contains($"recv={count} matched={count} egr_sent={count} filtered=0 no_match=0 buf_exhaust=0", log, StringComparison.Ordinal);
        return received;
    }
}
