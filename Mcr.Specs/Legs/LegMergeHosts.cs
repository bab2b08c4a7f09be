using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Host.Mcrd.Demo;
using Mcr.Specs.Cluster;
using Mcr.Specs.Redundancy;

namespace Mcr.Specs.Legs;

/// <summary>
/// Three real relays: c has rule clean, whose inputs are rules studio of a and of b. Both have the same stream of numbered datagrams, from the source segment, and send it to c over the destination segment, which is
/// not where the cluster talks; who records what c makes of it is there too.
/// </summary>
internal sealed class LegMergeHosts : IDisposable
{
    public const int Rate = 5_000;

    private readonly RunningProcess _sender;

    public LegMergeHosts()
    {
        Hosts = new ThreeHosts("", 3, name => name == "c" ? Clean("studio") : """{ name = studio, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { node = c, rule = clean } ] }""");
        Recorder = new SequenceRecorder(Hosts.Destination, "10.2.0.100", "239.2.2.2", 6000);
        Hosts.Start("  cluster.legs.interface = out0");
        _sender = StreamSender.Start(Hosts.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{Rate}", "--size", "200");
    }

    public ThreeHosts Hosts { get; }

    public SequenceRecorder Recorder { get; }

    public ClusterHost A => Hosts.A;

    public ClusterHost B => Hosts.B;

    public ClusterHost C => Hosts.C;

    /// <summary>The rule of c, as in a file, by the numbers that mcrgen writes.</summary>
    /// <param name="ofA">The rule of a that is its first input.</param>
    public static string Clean(string ofA) =>
        $$"""{ name = clean, inputs = [ { node = a, rule = {{ofA}} }, { node = b, rule = studio } ], select = "merge,by=sequence offset=4 width=64", outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    /// <summary>The leg from that node, as a host knows it.</summary>
    public static JsonElement? Leg(ClusterHost host, ClusterHost from) =>
        host.Ask(new ControlRequest.ClusterStatus()).GetProperty("ClusterStatus").TryGetProperty("legs", out JsonElement legs) ? legs.EnumerateArray().Where(l => l.GetProperty("from").GetString() == from.Name).Select(l => (JsonElement?)l).FirstOrDefault() : null;

    public static string? State(ClusterHost host, ClusterHost from) => Leg(host, from)?.GetProperty("state").GetString();

    public static string? Why(ClusterHost host, ClusterHost from) => Leg(host, from) is { } leg && leg.TryGetProperty("why", out JsonElement why) ? why.GetString() : null;

    public long Lost(ClusterHost from) => Count(from, "lost");

    private long Received(ClusterHost from) => Count(from, "received");

    private long Count(ClusterHost from, string what) => Leg(C, from) is { } leg && leg.TryGetProperty(what, out JsonElement count) ? count.GetInt64() : 0;

    public static JsonElement Rule(ClusterHost host, string name) => host.Mcrd.Rules().FirstOrDefault(r => r.GetProperty("name").GetString() == name);

    /// <summary>Until that one's leg is what both ends say.</summary>
    public void AwaitState(ClusterHost from, string state) =>
        McrdWaits.Until(() => State(from, from) == state && State(C, from) == state, () => $"the leg of {from.Name} to be {state}: {Describe()}");

    /// <summary>Until c has both.</summary>
    public void AwaitWhole()
    {
        AwaitState(A, "up");
        AwaitState(B, "up");
        McrdWaits.Until(() => Rule(C, "clean").GetProperty("status").GetString() == "Active", () => $"rule clean to be active: {Describe()}");
    }

    /// <summary>Until what has come so far is counted in what c says: its interface tells it each second.</summary>
    public void AwaitCounts()
    {
        foreach (ClusterHost from in new[] { A, B, A, B })
        {
            long received = Received(from);
            McrdWaits.Until(() => Received(from) > received, () => $"more than {received} of {from.Name}: {Describe()}");
        }
    }

    /// <summary>What comes out from just before <paramref name="happens"/> until some time after <paramref name="settled"/>.</summary>
    public Reception During(Action happens, Action settled) => Recorder.During(Rate, happens, settled);

    public string Describe() => string.Join('\n', Hosts.All.Where(h => h.IsRunning).Select(h => $"{h.Name}: {Leg(h, A)} {Leg(h, B)}\n{string.Join('\n', h.Mcrd.Rules())}\n{h.Mcrd.Process.Output}"));

    public void Dispose()
    {
        _sender.Dispose();
        Recorder.Dispose();
        Hosts.Dispose();
    }
}
