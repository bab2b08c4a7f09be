using System.Net;
using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Native.Kernel;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Cluster;

/// <summary>
/// Three relays on three segments, each of whose links can be cut alone:
/// <code>
///   10.1.0.100 source ── source segment ─┬─ in0 10.1.0.1…3  a, b, c  out0 10.2.0.1…3 ─┬─ destination segment ── destination 10.2.0.100
///                                                          mg0 10.9.0.1…3
///                                                             └─ management segment
/// </code>
/// </summary>
internal sealed class ThreeHosts : IDisposable
{
    public const int Port = 4053;

    private static readonly string[] Names = ["a", "b", "c"];

    private readonly DirectoryInfo _certificates = Directory.CreateTempSubdirectory("mcr-spec-hosts-");
    private readonly NetworkNamespace _switches;
    private readonly List<ClusterHost> _hosts = [];

    /// <param name="rules">What each host has; null: a rule of its own.</param>
    /// <param name="rulesOf">What one host has, where it is not that.</param>
    public ThreeHosts(string? rules = null, int count = 3, Func<string, string?>? rulesOf = null)
    {
        NamespaceSupport.Require();
        MakeCertificates(_certificates.FullName, "a,b,c");
        _switches = new NetworkNamespace("switches");
        foreach (string segment in (string[])["source", "destination", "management"])
        {
            MakeSegment(segment);
        }

        Source = new NetworkNamespace("source");
        Destination = new NetworkNamespace("destination");
        Plug("source", "src", Source, "src0", "10.1.0.100");
        Plug("destination", "dst", Destination, "dst0", "10.2.0.100");
        for (int i = 1; i <= count; i++)
        {
            var place = new NetworkNamespace(Names[i - 1]);
            Plug("source", $"s{i}", place, "in0", $"10.1.0.{i}");
            Plug("destination", $"d{i}", place, "out0", $"10.2.0.{i}");
            Plug("management", $"m{i}", place, "mg0", $"10.9.0.{i}");
            _hosts.Add(new ClusterHost(Names[i - 1], i, place, _certificates.FullName, rulesOf?.Invoke(Names[i - 1]) ?? rules));
        }
    }

    /// <summary>Where the authority, and the certificates of nodes and of alice are.</summary>
    public string Certificates => _certificates.FullName;

    public NetworkNamespace Source { get; }

    public NetworkNamespace Destination { get; }

    public ClusterHost A => _hosts[0];

    public ClusterHost B => _hosts[1];

    public ClusterHost C => _hosts[2];

    public IReadOnlyList<ClusterHost> All => _hosts;

    /// <summary>A host more, on the management segment alone, where it has any address.</summary>
    public NetworkNamespace Stranger(string address)
    {
        var place = new NetworkNamespace("stranger");
        Plug("management", "x", place, "mg0", address);
        return place;
    }

    /// <summary>An authority and certificates of nodes, as the README has them made.</summary>
    public static void MakeCertificates(string directory, string nodes)
    {
        using var run = new RunningProcess(null, Executables.Mcrd, ["tls", "init", "--directory", directory, "--nodes", nodes, "--consoles", "alice"]);
        Assert.True(run.WaitForExit() == 0, run.Output);
    }

    /// <summary>All at once, until they are one.</summary>
    /// <param name="more">Settings of each.</param>
    public void Start(string more = "")
    {
        foreach (ClusterHost host in _hosts)
            host.Start(more);
        foreach (ClusterHost host in _hosts)
            host.Mcrd.WaitReady();
        AwaitWhole();
    }

    public void CutManagement(ClusterHost host) => _switches.Ip($"link set m{host.Number} down");

    /// <summary>Its output goes to a segment of its own from now on, with a receiver of its own at 10.2.0.101.</summary>
    public NetworkNamespace Isolate(ClusterHost host)
    {
        MakeSegment("island");
        var place = new NetworkNamespace("island");
        Plug("island", "isl", place, "isl0", "10.2.0.101");
        _switches.Ip($"link set d{host.Number} master island");
        return place;
    }

    /// <summary>Back to where the others send.</summary>
    public void Rejoin(ClusterHost host) => _switches.Ip($"link set d{host.Number} master destination");

    public void RemoveIsland()
    {
        _switches.Ip("link del isl");
        _switches.Ip("link del island");
    }

    /// <summary>Nothing that other hosts send to the destination segment reaches this one any more.</summary>
    public void Deafen(ClusterHost host) => _switches.Ip($"link set d{host.Number} type bridge_slave mcast_flood off");

    public void Undeafen(ClusterHost host) => _switches.Ip($"link set d{host.Number} type bridge_slave mcast_flood on");

    public void HealManagement(ClusterHost host) => _switches.Ip($"link set m{host.Number} up");

    /// <summary>What <paramref name="from"/> sends to <paramref name="to"/> goes nowhere; the other way all is well.</summary>
    public static void CutOneWay(ClusterHost from, ClusterHost to) => from.Place.Ip($"neigh replace {to.Management} lladdr 02:00:00:00:00:01 dev mg0 nud permanent");

    public static void HealOneWay(ClusterHost from, ClusterHost to) => from.Place.Ip($"neigh del {to.Management} dev mg0");

    /// <summary>Until each of these sees the others, and only them, and each runs what it should.</summary>
    public void AwaitWhole(params ClusterHost[] hosts)
    {
        ClusterHost[] wanted = hosts.Length == 0 ? [.. _hosts] : hosts;
        McrdWaits.Until(
            () => wanted.All(h => h.Sees(wanted)),
            () => "the cluster to be whole: " + string.Join('\n', wanted.Select(h => h.Summary())) + '\n' + string.Join('\n', wanted.Select(h => h.Describe())));
    }

    /// <summary>Until all know the same rules of all.</summary>
    public void AwaitAgreed() => McrdWaits.Until(
        () => _hosts.Select(h => h.RulesOfAll()).Distinct().Count() == 1,
        () => "the nodes to agree: " + string.Join('\n', _hosts.Select(h => $"{h.Name}: {h.RulesOfAll()}\n{h.Mcrd.Process.Output}")));

    public void Dispose()
    {
        foreach (ClusterHost host in _hosts)
            host.Dispose();
        Source.Dispose();
        Destination.Dispose();
        _switches.Dispose();
        _certificates.Delete(recursive: true);
    }

    private void MakeSegment(string name)
    {
        _switches.Ip($"link add {name} type bridge mcast_snooping 0 forward_delay 0");
        _switches.Ip($"link set {name} up");
    }

    private void Plug(string segment, string port, NetworkNamespace place, string device, string address)
    {
        _switches.Ip($"link add {port} type veth peer name {device} netns {place.Path}");
        _switches.Ip($"link set {port} master {segment} up");
        place.Ip($"address add {address}/24 dev {device}");
        place.Ip($"link set {device} up");
    }
}

/// <summary>One relay of several.</summary>
internal sealed class ClusterHost(string name, int number, NetworkNamespace place, string certificates, string? rules = null) : IDisposable
{
    /// <summary>TCP_ESTABLISHED of linux/tcp_states.h, as /proc/net/tcp has it.</summary>
    private const string Established = "01";

    private McrdProcess? _mcrd;
    private string _settings = "";

    public string Name => name;

    public int Number => number;

    public NetworkNamespace Place => place;

    public string Management => $"10.9.0.{number}";

    public bool IsRunning => _mcrd is { Process.HasExited: false };

    public McrdProcess Mcrd => _mcrd ?? throw new InvalidOperationException($"{name} was not started");

    /// <summary>What it has of itself: everything that comes to 239.1.1.1, to a group of its own.</summary>
    public string Rules => rules ?? $"{{ name = own-{name}, input {{ interface = in0, group = \"239.1.1.1\", port = 5000 }}, outputs = [ {{ interface = out0, group = \"{Group}\", port = 6000 }} ] }}";

    public string Group => $"239.2.0.{number}";

    private string Settings => SettingsOf(name, $"{Management}:{ThreeHosts.Port}", certificates);

    /// <summary>Of a node that looks for the three.</summary>
    public static string SettingsOf(string node, string listen, string certificates) =>
        $"  node.name = {node}\n  tls {{ ca = \"{certificates}/ca.pem\", certificate = \"{certificates}/{node}.pem\", key = \"{certificates}/{node}.key\" }}\n"
        + $"  cluster {{ enabled = on, listen = \"{listen}\", seeds = [{string.Join(", ", Enumerable.Range(1, 3).Select(i => $"\"10.9.0.{i}:{ThreeHosts.Port}\""))}] }}";

    /// <summary>Without waiting until it relays.</summary>
    /// <param name="more">Settings of it alone.</param>
    public void Start(string more = "")
    {
        _settings = $"{Settings}\n{more}";
        _mcrd = new McrdProcess(place, Rules, _settings);
    }

    /// <summary>Its file has these rules from now on, and the settings that it began with.</summary>
    public void Reload(string rules)
    {
        Mcrd.Configure(rules, _settings);
        _ = Mcrd.Ctl("reload");
    }

    public JsonElement Ask(ControlRequest request) => Mcrd.Ask(request);

    /// <summary>How it sees each member, in a line.</summary>
    public string Summary()
    {
        JsonElement status = Ask(new ControlRequest.ClusterStatus()).GetProperty("ClusterStatus");
        string Of(JsonElement member, string property) => member.TryGetProperty(property, out JsonElement value) ? $"{value}" : "?";
        return $"{name} is {Of(status, "state")} and sees " + string.Join(", ", status.GetProperty("members").EnumerateArray().Select(m => $"{Of(m, "node")} {Of(m, "status")} reachable={Of(m, "reachable")} {Of(m, "sync")} {Of(m, "ruleset_hash")}/{Of(m, "expected_hash")}"));
    }

    /// <summary>All that there is to be known of it, for a spec that has failed.</summary>
    public string Describe() => string.Join('\n', $"{name}:", Ask(new ControlRequest.ClusterStatus()).GetRawText(), RulesOfAll(), string.Join('\n', Mcrd.Rules().Select(r => r.GetRawText())), Mcrd.Process.Output);

    /// <summary>Whether it is a member with exactly these, all of which run what they should.</summary>
    public bool Sees(IReadOnlyCollection<ClusterHost> hosts)
    {
        JsonElement status = Ask(new ControlRequest.ClusterStatus()).GetProperty("ClusterStatus");
        string[] members = [.. status.GetProperty("members").EnumerateArray().Where(m => m.GetProperty("reachable").GetBoolean() && m.GetProperty("status").GetString() is "Up" or "WeaklyUp" && m.GetProperty("sync").GetString() == "Synced").Select(m => m.GetProperty("node").GetString()!)];
        return status.GetProperty("state").GetString() == "member" && members.Order().SequenceEqual(hosts.Select(h => h.Name).Order());
    }

    public bool CanReach(ClusterHost other) => Member(other.Name) is { } member && member.GetProperty("reachable").GetBoolean();

    /// <summary>By TCP on the management segment, as the kernel has it, whether or not anything can get through just now.</summary>
    public bool IsConnectedTo(ClusterHost other) => place.Run(() => ProcNet.Read("tcp") + ProcNet.Read("tcp6")).Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Any(words => words.Length > 3 && words[3] == Established && ProcNet.TryParseWords(words[2].AsSpan(0, words[2].IndexOf(':')), out IPAddress peer) && peer.MapToIPv4().Equals(IPAddress.Parse(other.Management)));

    public JsonElement? Member(string node) => Ask(new ControlRequest.ClusterStatus()).GetProperty("ClusterStatus").GetProperty("members").EnumerateArray().Where(m => m.GetProperty("node").GetString() == node).Select(m => (JsonElement?)m).FirstOrDefault();

    /// <summary>Node, id, rule and origin of each, and what was given up.</summary>
    public string RulesOfAll() => string.Join('\n', ClusterRules().Select(r => $"{r.GetProperty("node")} {r.GetProperty("rule_id")} {r.GetProperty("rule")} {(r.TryGetProperty("conflicts", out JsonElement lost) ? lost.GetRawText() : "")}"));

    public JsonElement[] ClusterRules() => [.. Ask(new ControlRequest.ClusterRules()).GetProperty("ClusterRules").EnumerateArray()];

    /// <summary>A request for a rule from the source segment to the destination segment.</summary>
    public static ControlRequest.Add Rule(int input, string output, string? node = null) => new()
    {
        Node = node,
        InputInterface = "in0",
        InputGroup = $"239.1.{2 + (input / 250)}.{1 + (input % 250)}",
        InputPort = "5000",
        Outputs = [new OutputText { Group = output, Port = "6000", Interface = "out0" }],
    };

    public void Dispose()
    {
        _mcrd?.Dispose();
        place.Dispose();
    }
}
