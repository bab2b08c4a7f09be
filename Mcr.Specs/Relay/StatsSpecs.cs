using System.Text.Json;
using Mcr.Actors.Control;

namespace Mcr.Specs.Relay;

/// <summary>What a running mcrd says of its rules, outputs, workers and interfaces, and that it all agrees.</summary>
public sealed class StatsSpecs
{
    private const string Rules = """
        { name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [
            { interface = out0, group = "239.2.2.2", port = 6000 }
            { interface = out1, group = "239.2.2.3", port = 6000, rate-limit = 1kbit } ] }
        { name = silent, input { interface = in0, group = "239.1.1.2", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.4", port = 6000 } ] }
        { name = waiting, input { interface = in7, group = "239.1.1.3", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.5", port = 6000 } ] }
        """;

    [Fact]
    public void Rules_outputs_workers_and_interfaces_should_have_totals_rates_drops_by_reason_and_when_they_were_seen()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules, "  interfaces.in0.workers = 2\n  stats-interval = 200ms\n  log.levels { PacketParser = debug, Egress = debug }");
        DateTimeOffset begin = DateTimeOffset.UtcNow;
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", "1000", "--size", "500");
        using (var frames = new FrameSender(topology.Source, "src0"))
        {
            byte[] bad = FrameSender.ToGroup(Frames.Udp("10.1.0.1", "239.1.1.1", 5000, new byte[100]));
            bad[^1] ^= 1;
            for (int i = 0; i < 7; i++)
                frames.Send(bad);
        }

        JsonElement video = default;
        McrdWaits.Until(
            () => (video = Rule(mcrd, "video")).GetProperty("rates").GetProperty("10s").GetProperty("packets_per_second").GetDouble() is > 900 and < 1100
                && Rate(video, "1s", "sent_per_second") is > 900 and < 1300,
            () => $"1000 a second: {video}");
        Assert.InRange(Rate(video, "1s", "bits_per_second"), 3_200_000, 5_200_000);
        Assert.InRange(Rate(video, "1s", "drops_per_second"), 500, 1300);
        Assert.InRange(video.GetProperty("last_seen").GetDateTimeOffset(), begin.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal("Active", video.GetProperty("status").GetString());
        sender.Terminate();
        long sent = StreamSender.Result(sender).Number("sent");
        mcrd.AwaitQuiet();

        video = Rule(mcrd, "video");
        Assert.Equal((sent, sent * 500), (video.GetProperty("packets_relayed").GetInt64(), video.GetProperty("bytes_relayed").GetInt64()));
        JsonElement[] outputs = [.. video.GetProperty("outputs").EnumerateArray()];
        Assert.Equal((sent, sent * 500, "{}"), (outputs[0].GetProperty("sent").GetInt64(), outputs[0].GetProperty("bytes").GetInt64(), outputs[0].GetProperty("errors_by_reason").GetRawText()));
        long limited = outputs[1].GetProperty("errors").GetInt64();
        Assert.Equal((sent, $$"""{"rate_limit":{{limited}}}"""), (outputs[1].GetProperty("sent").GetInt64() + limited, outputs[1].GetProperty("errors_by_reason").GetRawText()));
        Assert.Equal($$"""{"rate_limit":{{limited}}}""", video.GetProperty("errors_by_reason").GetRawText());
        Assert.Equal((JsonValueKind.Undefined, "Active"), (Rule(mcrd, "silent").TryGetProperty("last_seen", out JsonElement never) ? never.ValueKind : JsonValueKind.Undefined, Rule(mcrd, "silent").GetProperty("status").GetString()));
        Assert.Equal(("Pending", "interface in7 does not exist"), (Rule(mcrd, "waiting").GetProperty("status").GetString(), Rule(mcrd, "waiting").GetProperty("why").GetString()));

        JsonElement[] workers = [.. mcrd.Workers().Select(w => w.GetProperty("counters"))];
        JsonElement total = mcrd.Ask(new ControlRequest.Interfaces()).GetProperty("Interfaces").EnumerateArray().Single(i => i.GetProperty("name").GetString() == "in0").GetProperty("counters");
        Assert.Equal((sent + 7, sent, 7, 0), (Number(total, "received"), Number(total, "matched"), Number(total, "parse_errors"), Number(total, "filtered")));
        Assert.Equal("""{"bad_udp_checksum":7}""", total.GetProperty("drops_by_reason").GetRawText());
        foreach (string name in (string[])["received", "matched", "parse_errors", "sent", "sent_bytes", "errors", "kernel_drops"])
            Assert.Equal(Number(total, name), workers.Sum(w => Number(w, name)));
        Assert.Equal(limited, Number(total, "errors"));

        string log = mcrd.Stop().Output;
        Assert.Matches(@" DEBUG PacketParser: worker [01] of in0 has dropped [0-9]+ frames or datagrams: bad_udp_checksum [0-9]+\n", log);
        Assert.Matches(@" DEBUG Egress: rule [0-9a-f]+ \(video\): [0-9]+ datagrams for output/1 interface=out1 group=239.2.2.3 .* were not sent: rate_limit [0-9]+\n", log);
    }

    private static JsonElement Rule(McrdProcess mcrd, string name) => mcrd.Ask(new ControlRequest.Stats()).GetProperty("Stats").EnumerateArray().Single(s => s.GetProperty("name").GetString() == name);

    private static double Rate(JsonElement entry, string over, string name) => entry.GetProperty("rates").GetProperty(over).GetProperty(name).GetDouble();

    private static long Number(JsonElement entry, string name) => entry.GetProperty(name).GetInt64();
}
