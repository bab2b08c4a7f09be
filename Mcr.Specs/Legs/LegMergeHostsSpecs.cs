using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Host.Mcrd.Demo;
using Mcr.Specs.Cluster;
using Mcr.Specs.Redundancy;

namespace Mcr.Specs.Legs;

/// <summary>Real relays: c makes one stream of what a and b receive, each of which sends it there by a leg.</summary>
[Collection(SerialPackets.Name)]
public sealed class LegMergeHostsSpecs(ITestOutputHelper output)
{
    private const int Rate = 5_000;

    [Fact]
    public void Cut_of_one_nodes_way_should_lose_and_double_nothing()
    {
        using var hosts = new ThreeHosts("", 3, name => name == "c"
            ? """{ name = clean, inputs = [ { node = a, rule = studio }, { node = b, rule = studio } ], select = "merge,by=content", outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }"""
            : """{ name = studio, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { node = c, rule = clean } ] }""");
        using var recorder = new SequenceRecorder(hosts.Destination, "10.2.0.100", "239.2.2.2", 6000);
        hosts.Start("");
        using RunningProcess sender = StreamSender.Start(hosts.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{Rate}", "--size", "200");
        foreach (ClusterHost from in new[] { hosts.A, hosts.B })
            McrdWaits.Until(() => State(hosts.C, from.Name) == "up" && State(from, from.Name) == "up", () => $"the leg of {from.Name}: {string.Join('\n', hosts.All.Select(h => $"{h.Name}: {string.Join('\n', h.Mcrd.Rules())}\n{h.Mcrd.Process.Output}"))}");
        McrdWaits.Until(() => Rule(hosts.C, "clean").GetProperty("status").GetString() == "Active", () => $"{Rule(hosts.C, "clean")}");

        Reception cut = recorder.During(
            Rate,
            () =>
            {
                hosts.CutManagement(hosts.A);
                for (int i = 0; i < 2; i++)
                {
                    long received = Received(hosts.C, "b");
                    McrdWaits.Until(() => Received(hosts.C, "b") > received, () => "c to receive of b alone");
                }

                hosts.HealManagement(hosts.A);
            },
            () => McrdWaits.Until(() => State(hosts.C, "a") == "up" && Lost(hosts.C, "a") > 0, () => "the leg of a to be up again, and c to say what it lost"));
        output.WriteLine($"{cut}; lost on the leg of a {Lost(hosts.C, "a")}, of b {Lost(hosts.C, "b")}; {Rule(hosts.C, "clean")}");
        Assert.Equal((0, 0), (cut.Lost, cut.Doubled));
        Assert.Equal(0, Lost(hosts.C, "b"));
    }

    private static JsonElement Rule(ClusterHost host, string name) => host.Mcrd.Rules().First(r => r.GetProperty("name").GetString() == name);

    private static JsonElement? Leg(ClusterHost host, string from) =>
        host.Ask(new ControlRequest.ClusterStatus()).GetProperty("ClusterStatus").TryGetProperty("legs", out JsonElement legs) ? legs.EnumerateArray().Where(l => l.GetProperty("from").GetString() == from).Select(l => (JsonElement?)l).FirstOrDefault() : null;

    private static string? State(ClusterHost host, string from) => Leg(host, from)?.GetProperty("state").GetString();

    private static long Lost(ClusterHost host, string from) => Leg(host, from) is { } leg && leg.TryGetProperty("lost", out JsonElement lost) ? lost.GetInt64() : 0;

    private static long Received(ClusterHost host, string from) => Leg(host, from) is { } leg && leg.TryGetProperty("received", out JsonElement received) ? received.GetInt64() : 0;
}
