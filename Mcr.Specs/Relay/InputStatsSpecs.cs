using System.Buffers.Binary;
using System.Text.Json;
using Mcr.Actors.Control;

namespace Mcr.Specs.Relay;

/// <summary>What a real mcrd says of rules with several inputs.</summary>
public sealed class InputStatsSpecs
{
    private const string Rules =
        """
        { name = merged, select = "merge,by=sequence offset=4 width=32", inputs = [ { interface = in0, group = "239.1.1.1", port = 5000 }, { interface = in0, group = "239.1.1.2", port = 5000 } ], outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }
        { name = chosen, select = failover, inputs = [ { interface = in0, group = "239.1.1.3", port = 5000 }, { interface = in0, group = "239.1.1.4", port = 5000 } ], outputs = [ { interface = out0, group = "239.2.2.3", port = 6000 } ] }
        """;

    [Fact]
    public void What_each_input_has_brought_lost_and_recovered_should_be_counted_and_copies_be_no_drops()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var a = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.1", 5000);
        using var b = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.2", 5000);
        int[] all = [.. Enumerable.Range(1, 90)];
        foreach (int[] part in all.Chunk(30))
        {
            a.Send(part.Where(n => n % 30 is not (10 or 20)).Select(Field));
            b.Send(part.Where(n => n % 30 is not (15 or 20)).Select(Field));
        }

        JsonElement selection = default;
        McrdWaits.Until(() => (selection = Selection(mcrd, "merged")).GetProperty("lost").GetInt64() == 3, () => $"{selection}");
        Assert.Equal((87, 3, "merge"), (Count(selection, "merged"), Count(selection, "lost"), selection.GetProperty("mode").GetString()));
        JsonElement[] inputs = [.. selection.GetProperty("inputs").EnumerateArray()];
        Assert.Equal([84, 84], inputs.Select(i => Count(i, "received")));
        Assert.Equal([6, 6], inputs.Select(i => Count(i, "lost")));
        Assert.Equal(87, inputs.Sum(i => Count(i, "won")));
        Assert.Equal(81, inputs.Sum(i => Count(i, "duplicates")));
        Assert.All(inputs, i => Assert.Equal(0, Count(i, "late") + Count(i, "astray") + Count(i, "unusable") + Count(i, "differing")));
        Assert.Equal(81, inputs.Sum(i => i.TryGetProperty("skew", out JsonElement skew) ? Count(skew, "count") : 0));

        JsonElement counters = mcrd.Ask(new ControlRequest.ListWorkers()).GetProperty("Workers")[0].GetProperty("counters");
        Assert.Equal((168, 87, 81, "{}"), (Count(counters, "received"), Count(counters, "matched"), Count(counters, "spare"), counters.GetProperty("drops_by_reason").GetRawText()));
    }

    [Fact]
    public void Input_that_ends_should_be_a_switch_and_lost_protection_until_it_is_back()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var follower = new EventFollower(mcrd);
        using RunningProcess first = StreamSender.Start(topology.Source, "src0", "239.1.1.3", 5000, null, "--rate", "200", "--size", "500");
        McrdWaits.Until(() => States(mcrd)[0] == "relayed", () => string.Join(' ', States(mcrd)));
        using RunningProcess second = StreamSender.Start(topology.Source, "src0", "239.1.1.4", 5000, null, "--rate", "200", "--size", "500");
        McrdWaits.Until(() => States(mcrd)[1] == "alive", () => string.Join(' ', States(mcrd)));
        McrdWaits.Until(() => Stats(mcrd, "chosen").GetProperty("packets_per_second").GetDouble() > 0, "a look that knows which input is relayed");
        first.Terminate();
        JsonElement news = follower.Await("input", e => EventFollower.Value(e, "input") == "2");
        Assert.Matches(@"\(chosen\): input 2 of 2 \(239\.1\.1\.4:5000 on in0\) is relayed now, in place of input 1 \(239\.1\.1\.3:5000 on in0: silent for \d\.\d s\)$", news.GetProperty("message").GetString());
        JsonElement raised = follower.Await("alarm-raised", "chosen", "protection");
        Assert.Contains("protection lost: only input 2 of 2 is alive (239.1.1.4:5000 on in0); input 1 (239.1.1.3:5000 on in0) is silent since ", raised.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["silent", "relayed"], States(mcrd));
        Assert.Equal(2, Count(Selection(mcrd, "chosen"), "relayed"));
        using RunningProcess again = StreamSender.Start(topology.Source, "src0", "239.1.1.3", 5000, null, "--rate", "200", "--size", "500");
        follower.Await("input", e => EventFollower.Value(e, "input") == "1"); // when it has been well for revert-after
        follower.Await("alarm-cleared", "chosen", "protection");
        Assert.Equal(0, follower.Interrupt());
    }

    private static string[] States(McrdProcess mcrd) => [.. Selection(mcrd, "chosen").GetProperty("inputs").EnumerateArray().Select(i => i.GetProperty("state").GetString()!)];

    private static JsonElement Selection(McrdProcess mcrd, string name) => Stats(mcrd, name).GetProperty("selection");

    private static JsonElement Stats(McrdProcess mcrd, string name) => mcrd.Ask(new ControlRequest.Stats()).GetProperty("Stats").EnumerateArray().Single(s => s.GetProperty("name").GetString() == name);

    private static long Count(JsonElement of, string member) => of.GetProperty(member).GetInt64();

    private static byte[] Field(int number)
    {
        byte[] payload = new byte[100];
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(4), number);
        return payload;
    }
}
