using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Host.Mcrd.Demo;
using Mcr.Specs.Cluster;
using Mcr.Specs.Redundancy;

namespace Mcr.Specs.Legs;

/// <summary>
/// Real relays, the first of which has a rule from the source segment with an output on others, which they get by legs over the management segment; a stream of numbered datagrams goes in, and who records what
/// comes out is on the destination segment.
/// </summary>
internal sealed class LegHosts : IDisposable
{
    public const int Rate = 10_000;
    public const string RuleId = "studio";
    public const string Group = "239.2.2.2";

    private readonly RunningProcess _sender;
    private readonly int _rate;

    /// <param name="node">Of the output: <c>b</c>, or <c>b+c</c>.</param>
    /// <param name="settings">Of each host.</param>
    public LegHosts(int hosts, string node, string settings = "", string output = "", int rate = Rate, int size = 200)
    {
        _rate = rate;
        string rule = $"{{ id = {RuleId}, input {{ interface = in0, group = \"239.1.1.1\", port = 5000 }}, outputs = [ {{ node = \"{node}\", interface = out0, group = \"{Group}\", port = 6000{(output.Length > 0 ? ", " + output : "")} }} ] }}";
        Hosts = new ThreeHosts("", hosts, name => name == "a" ? rule : null);
        Recorder = new SequenceRecorder(Hosts.Destination, "10.2.0.100", Group, 6000);
        Hosts.Start(settings);
        _sender = StreamSender.Start(Hosts.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{rate}", "--size", $"{size}");
    }

    public ThreeHosts Hosts { get; }

    public SequenceRecorder Recorder { get; }

    public ClusterHost A => Hosts.A;

    public ClusterHost B => Hosts.B;

    public ClusterHost C => Hosts.C;

    /// <summary>As that host knows the leg to the other.</summary>
    public static JsonElement? Leg(ClusterHost host, string to)
    {
        JsonElement status = host.Ask(new ControlRequest.ClusterStatus()).GetProperty("ClusterStatus");
        return status.TryGetProperty("legs", out JsonElement legs) ? legs.EnumerateArray().Where(l => l.GetProperty("to").GetString() == to).Select(l => (JsonElement?)l).FirstOrDefault() : null;
    }

    public static long Count(ClusterHost host, string to, string what) => Leg(host, to) is { } leg && leg.TryGetProperty(what, out JsonElement count) ? count.GetInt64() : 0;

    /// <summary>Until both ends say that the leg works.</summary>
    public void AwaitUp(ClusterHost to) => McrdWaits.Until(
        () => new[] { A, to }.All(host => Leg(host, to.Name) is { } leg && leg.GetProperty("state").GetString() == "up"),
        () => $"the leg to {to.Name}: " + string.Join('\n', Hosts.All.Where(h => h.IsRunning).Select(h => $"{h.Name}: {Leg(h, to.Name)}\n{string.Join('\n', h.Mcrd.Rules())}\n{h.Mcrd.Process.Output}")));

    /// <summary>Until what has come so far is counted in what b says: its interface tells it each second.</summary>
    public void AwaitCounts()
    {
        for (int i = 0; i < 2; i++)
        {
            long received = Count(B, "b", "received");
            McrdWaits.Until(() => Count(B, "b", "received") > received, () => $"more than {received}: {Leg(B, "b")}");
        }
    }

    /// <summary>What comes out from just before <paramref name="happens"/> until some time after <paramref name="settled"/>.</summary>
    public Reception During(Action happens, Action settled) => Recorder.During(_rate, happens, settled);

    public void Dispose()
    {
        _sender.Dispose();
        Recorder.Dispose();
        Hosts.Dispose();
    }
}
