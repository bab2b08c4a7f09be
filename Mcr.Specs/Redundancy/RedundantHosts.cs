using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Host.Mcrd.Demo;
using Mcr.Native.Interop;
using Mcr.Specs.Cluster;

namespace Mcr.Specs.Redundancy;

/// <summary>Two or three real relays that have one redundant rule between the source segment and the destination segment, 10,000 datagrams a second, and who records what comes out.</summary>
internal sealed class RedundantHosts : IDisposable
{
    public const int Rate = 10_000;
    public const string RuleId = "studio";
    public const string Group = "239.2.2.2";

    private readonly RunningProcess _sender;

    /// <param name="more">Of the rule's <c>ha</c>.</param>
    /// <param name="prepare">Before any of them starts.</param>
    /// <param name="input">As in a file; what is sent comes to 239.1.1.1:5000 on in0.</param>
    public RedundantHosts(int nodes, string more = "", Action<ThreeHosts>? prepare = null, string input = "input { interface = in0, group = \"239.1.1.1\", port = 5000 }")
    {
        Nodes = [.. Enumerable.Range(0, nodes)];
        string names = string.Join(", ", Nodes.Select(n => (char)('a' + n)));
        Hosts = new ThreeHosts($"{{ id = {RuleId}, ha {{ nodes = [{names}]{(more.Length > 0 ? ", " + more : "")} }}, {input}, outputs = [ {{ interface = out0, group = \"{Group}\", port = 6000 }} ] }}", nodes);
        Recorder = new SequenceRecorder(Hosts.Destination, "10.2.0.100", Group, 6000);
        prepare?.Invoke(Hosts);
        Hosts.Start();
        _sender = StreamSender.Start(Hosts.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{Rate}", "--size", "200");
    }

    public ThreeHosts Hosts { get; }

    public int[] Nodes { get; }

    public SequenceRecorder Recorder { get; }

    public ClusterHost Of(string node) => Hosts.All.Single(h => h.Name == node);

    /// <summary>Until that one forwards, and the others that run stand by and know it.</summary>
    public void AwaitForwarding(string node, params string[] standbys) => McrdWaits.Until(
        () => Forwards(node) && standbys.All(s => !Forwards(s) && Knows(s, node)),
        () => $"{node} to forward: " + string.Join('\n', Hosts.All.Where(h => h.IsRunning).Select(h => $"{h.Name}: {Entry(h)}\n{h.Mcrd.Process.Output}")));

    public bool Forwards(string node) => Self(Of(node)) is { } self && self.GetProperty("role").GetString() == "forwarding";

    private bool Knows(string who, string forwarder) => Entry(Of(who)) is { ValueKind: JsonValueKind.Object } entry && entry.GetProperty("forwarding").EnumerateArray().Select(f => f.GetString()).SequenceEqual([forwarder]);

    /// <summary>The rule as that host sees it.</summary>
    public static JsonElement Entry(ClusterHost host)
    {
        JsonElement status = host.Ask(new ControlRequest.ClusterStatus()).GetProperty("ClusterStatus");
        return status.TryGetProperty("redundant", out JsonElement rules) ? rules.EnumerateArray().FirstOrDefault(r => r.GetProperty("rule_id").GetString() == RuleId) : default;
    }

    private static JsonElement? Self(ClusterHost host) => Entry(host) is { ValueKind: JsonValueKind.Object } entry ? entry.GetProperty("nodes").EnumerateArray().Single(n => n.GetProperty("node").GetString() == host.Name) : null;

    /// <summary>What comes out from just before <paramref name="happens"/> until some time after <paramref name="settled"/>.</summary>
    public Reception During(Action happens, Action settled) => Recorder.During(Rate, happens, settled);

    /// <summary>mcrd and its workers.</summary>
    public static int[] ProcessesOf(ClusterHost host) => [.. new[] { host.Mcrd.Process.Pid }.Concat(ChildProcesses.Of(host.Mcrd.Process.Pid)).Concat(host.Mcrd.WorkerPids()).Distinct()];

    /// <summary>In one go.</summary>
    public static void Signal(int[] processes, int signal)
    {
        foreach (int pid in processes)
            _ = Libc.kill(pid, signal);
    }

    public void Dispose()
    {
        _sender.Dispose();
        Recorder.Dispose();
        Hosts.Dispose();
    }
}
