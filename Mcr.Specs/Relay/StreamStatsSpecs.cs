using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>What a real mcrd says of streams: what was planted is counted exactly, and goes on over deaths.</summary>
public sealed class StreamStatsSpecs
{
    private const int Count = 200;
    private const int Dropped = 50;
    private const int Swapped = 100; // with the next one

    private const string Rules =
        """
        { name = rtp, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.1", port = 6000 } ] }
        { name = field, analyse = "sequence offset=4 width=32", input { interface = in0, group = "239.1.1.2", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }
        { name = mold, analyse = moldudp64, input { interface = in0, group = "239.1.1.3", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.3", port = 6000 } ] }
        """;

    [Fact]
    public void Dropped_and_swapped_datagrams_should_be_counted_exactly_and_over_deaths()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var rtp = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.1", 5000);
        using var field = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.2", 5000);
        using var mold = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.3", 5000);
        rtp.Send(Planted().Select(n => Rtp(n)));
        field.Send(Planted().Select(n => Field(n)));
        mold.Send(Planted().Select(n => MediaPayloads.Mold((ulong)n * 3, 3)));
        mcrd.AwaitRelayed(3 * (Count - 1));

        JsonElement stream = Stream(mcrd, "rtp");
        Assert.Equal((199, 1, 2, 1, 0, 0, 0), Sequence(stream));
        Assert.Equal(["rtp", "ts"], stream.GetProperty("payload").EnumerateArray().Select(p => p.GetString()));
        JsonElement flow = Assert.Single(stream.GetProperty("flows").EnumerateArray());
        Assert.Equal(("10.1.0.1", "01020304", 33, 1), (flow.GetProperty("source").GetString(), flow.GetProperty("ssrc").GetString(), flow.GetProperty("payload_type").GetInt32(), flow.GetProperty("longest_gap").GetInt64()));
        JsonElement ts = stream.GetProperty("transport_stream");
        Assert.Equal((7 * 199, 4, 0), (ts.GetProperty("packets").GetInt64(), ts.GetProperty("continuity_errors").GetInt64(), ts.GetProperty("sync_errors").GetInt64())); // one where it is missing, three where two are swapped
        JsonElement pid = Assert.Single(ts.GetProperty("pids").EnumerateArray());
        Assert.Equal((256, 7 * 199), (pid.GetProperty("pid").GetInt32(), pid.GetProperty("packets").GetInt64()));
        Assert.Equal((199, 1, 2, 1, 0, 0, 0), Sequence(Stream(mcrd, "field")));
        Assert.Equal((199, 3, 2, 1, 0, 0, 0), Sequence(Stream(mcrd, "mold"))); // messages are lost, datagrams reordered

        // Another sender of the same numbers is another flow.
        using var second = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.1", 5000);
        second.Send(Enumerable.Range(0, 20).Select(n => Rtp(n, ssrc: 0xABCD)));
        mcrd.AwaitRelayed((3 * (Count - 1)) + 20);
        Assert.Equal(["01020304", "0000abcd"], Stream(mcrd, "rtp").GetProperty("flows").EnumerateArray().Select(f => f.GetProperty("ssrc").GetString()));
        Assert.Equal((219, 1, 2, 1, 0, 0, 0), Sequence(Stream(mcrd, "rtp")));
        Assert.Equal(1, Stats(mcrd, "rtp").GetProperty("source_changes").GetInt64());

        // A worker that dies, and an mcrd that is replaced, do not forget where a flow was.
        int pidBefore = Assert.Single(mcrd.WorkerPids());
        _ = Libc.kill(pidBefore, Libc.SIGKILL);
        mcrd.AwaitSuccessor(pidBefore);
        field.Send([Field(Count), Field(Count + 2)]);
        mcrd.AwaitRelayed((3 * (Count - 1)) + 22);
        Assert.Equal((201, 2, 3, 1, 0, 0, 0), Sequence(Stream(mcrd, "field")));
        mcrd.Ctl("upgrade-hold");
        mcrd.WaitUntilGone();
        field.Send([Field(Count + 3), Field(Count + 5)]);
        mcrd.StartAgain();
        field.Send([Field(Count + 6)]);
        McrdWaits.Until(() => Sequence(Stream(mcrd, "field")) == (204, 3, 4, 1, 0, 0, 0), () => $"the gaps of both: {Stream(mcrd, "field")}");
        Assert.Equal((219, 1, 2, 1, 0, 0, 0), Sequence(Stream(mcrd, "rtp")));
    }

    [Fact]
    public void Another_way_to_look_should_begin_anew_while_the_rule_counts_on()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var rtp = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.1", 5000);
        long relayed = 0;
        foreach ((string analyse, string[] kinds, long datagrams) in new (string, string[], long)[] { ("rtp", ["rtp", "ts"], 10), ("off", [], 0), ("auto", ["rtp", "ts"], 10), ("sequence offset=2 width=16", ["sequence"], 10) })
        {
            mcrd.Ctl("add", "--input-interface", "in0", "--input-group", "239.1.1.1", "--input-port", "5000", "--outputs", "239.2.2.1:6000:out0", "--name", "rtp", "--analyse", analyse);
            rtp.Send(Enumerable.Range(7 * (int)relayed, 10).Select(n => Rtp(n)));
            mcrd.AwaitRelayed(relayed += 10);
            JsonElement stream = Stream(mcrd, "rtp");
            Assert.Equal(kinds, stream.GetProperty("payload").EnumerateArray().Select(p => p.GetString()));
            Assert.Equal(datagrams, datagrams == 0 && !stream.TryGetProperty("sequence", out _) ? 0 : Sequence(stream).Datagrams);
            if (datagrams > 0)
                Assert.Equal((10, 0, 0, 0, 0, 0, 0), Sequence(stream));
        }

        (int code, string text) = mcrd.TryCtl("add", "--input-interface", "in0", "--input-group", "239.1.1.9", "--input-port", "5000", "--outputs", "239.2.2.9:6000:out0", "--analyse", "perhaps");
        Assert.Equal(1, code);
        Assert.Contains("analyse: 'perhaps' is not a way to analyse payloads", text, StringComparison.Ordinal);
    }

    /// <summary>From the kernel's time of arrival until it was sent is a part of what a receiver measures.</summary>
    [Fact]
    public void Latency_should_be_there_and_like_what_a_receiver_measures()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.1", 6000, 2_000);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 2_000, "--rate", "2000");
        Summary received = receiver.Result();
        mcrd.AwaitRelayed(2_000);
        JsonElement latency = Stream(mcrd, "rtp").GetProperty("latency_total");
        double[] percentiles = [.. new[] { "p50_us", "p99_us", "p999_us", "max_us" }.Select(p => latency.GetProperty(p).GetDouble())];
        Assert.Equal(2_000, latency.GetProperty("count").GetInt64());
        Assert.Equal(percentiles.Order(), percentiles);

        // A receiver on another CPU may have it before the call returns that sent it, which is when we look at the clock.
        Assert.True(percentiles[0] >= 1 && percentiles[0] <= (double.Parse(received["p50_us"], System.Globalization.CultureInfo.InvariantCulture) * 2) + 50, $"{latency} and {received.Line}");
        Assert.True(percentiles[3] < 1_000_000, latency.ToString());
        McrdWaits.Until(() => Stream(mcrd, "rtp").GetProperty("latency").GetRawText() == latency.GetRawText(), () => $"all of it to be of the last ten seconds: {Stream(mcrd, "rtp")}");
    }

    private static byte[] Rtp(int number, uint ssrc = 0x1020304) => MediaPayloads.Rtp(number, (uint)number * 900, MediaPayloads.Seven(256, number * 7), ssrc);

    private static byte[] Field(int number) => [1, 2, 3, 4, .. BitConverter.GetBytes(number).Reverse(), 5];

    /// <summary>Numbers in order, but for one that is missing and two that are swapped.</summary>
    private static IEnumerable<int> Planted() => Enumerable.Range(0, Count).Where(n => n != Dropped).Select(n => n switch { Swapped => Swapped + 1, Swapped + 1 => Swapped, _ => n });

    private static JsonElement Stats(McrdProcess mcrd, string rule) =>
        mcrd.Ask(new ControlRequest.Stats()).GetProperty("Stats").EnumerateArray().Single(s => s.GetProperty("name").GetString() == rule);

    private static JsonElement Stream(McrdProcess mcrd, string rule) => Stats(mcrd, rule).GetProperty("stream");

    private static (long Datagrams, long Lost, long Gaps, long Reordered, long Duplicates, long Restarts, long Strays) Sequence(JsonElement stream)
    {
        JsonElement s = stream.GetProperty("sequence");
        return (Number("datagrams"), Number("lost"), Number("gaps"), Number("reordered"), Number("duplicates"), Number("restarts"), Number("strays"));

        long Number(string name) => s.GetProperty(name).GetInt64();
    }
}
