using Mcr.Native.Namespaces;

namespace Mcr.Specs.Docs;

/// <summary>What MIGRATING shows beside each other does the same: the other program with its configuration, and mcrd with ours, have receivers get equal datagrams.</summary>
public sealed class MigratingSpecs(ITestOutputHelper output) : IDisposable
{
    private const string Document = "user_docs/MIGRATING.md";
    private const int Datagrams = 20;
    private const int Hops = 5; // of what the source sends

    /// <summary>On a veth a run of datagrams stays one frame.</summary>
    private const string WithoutRuns = "worker.segmentation = off";

    private readonly string _scratch = Directory.CreateTempSubdirectory("mcr-migrating-").FullName;

    /// <param name="To">Where it comes out.</param>
    /// <param name="Devices">The receiver's, on which it arrives.</param>
    private sealed record Stream(string Group, int Port, string To, int ToPort, params string[] Devices);

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [Fact]
    public void Smcroute_should_deliver_what_the_rules_beside_it_do()
    {
        NamespaceSupport.RequireProgram("smcrouted", "smcroute");
        AssertAlike("# smcroute.conf",
            (hosts, block) => new RunningProcess(hosts["relay"], "smcrouted", ["-n", "-l", "info", "-f", FileOf(block), "-u", Path.Combine(_scratch, "smcroute.sock"), "-P", Path.Combine(_scratch, "smcroute.pid")]),
            new Stream("239.1.1.1", 5000, "239.1.1.1", 5000, "eth0", "eth1"),
            new Stream("239.20.0.7", 6123, "239.20.0.7", 6123, "eth0"));
    }

    [Fact]
    public void Socat_should_deliver_what_the_rules_beside_it_do()
    {
        NamespaceSupport.RequireProgram("socat");
        AssertAlike("socat ",
            (hosts, block) => new RunningProcess(hosts["relay"], "/bin/sh", ["-c", $"exec {block.Text}"]),
            new Stream("239.1.1.1", 5000, "239.2.2.2", 6000, "eth0"));
    }

    [Fact]
    public void Igmpproxy_should_deliver_what_the_rules_beside_it_do()
    {
        NamespaceSupport.RequireProgram("igmpproxy");
        AssertAlike("# igmpproxy.conf",
            (hosts, block) => new RunningProcess(hosts["relay"], "igmpproxy", ["-n", "-v", FileOf(block)]),
            new Stream("239.20.0.7", 6123, "239.20.0.7", 6123, "eth0"));
    }

    /// <param name="start">Of the block with their configuration; what it needs from the host is there.</param>
    private void AssertAlike(string firstWords, Func<DocumentHosts, DocumentBlock, RunningProcess> start, params Stream[] streams)
    {
        IReadOnlyList<DocumentBlock> blocks = DocumentBlock.Of(Document);
        DocumentBlock theirs = blocks.Single(b => b.Lines[0].StartsWith(firstWords, StringComparison.Ordinal));
        DocumentBlock ours = blocks.First(b => b.Line > theirs.Line && b.Kind == "hocon");

        string[] byThem;
        using (var hosts = new DocumentHosts())
        using (RunningProcess other = start(hosts, theirs))
        {
            byThem = Delivered(hosts, streams, () => other.Output);
        }

        using var again = new DocumentHosts();
        using McrdProcess mcrd = McrdProcess.StartReady(again["relay"], ours.Text[(ours.Text.IndexOf('[') + 1)..ours.Text.LastIndexOf(']')], WithoutRuns);
        string[] byUs = Delivered(again, streams, () => mcrd.Process.Output);

        output.WriteLine(string.Join('\n', byThem.Take(2)));
        Assert.Equal(streams.Sum(s => s.Devices.Length) * Datagrams, byThem.Length);
        Assert.Equal(byThem, byUs);
    }

    private static string[] Delivered(DocumentHosts hosts, Stream[] streams, Func<string> log) =>
        [.. streams.SelectMany(stream => Delivered(hosts, stream, log)).Order(StringComparer.Ordinal)]; // of those at once, order is nobody's promise

    private static List<string> Delivered(DocumentHosts hosts, Stream stream, Func<string> log)
    {
        NetworkNamespace receiver = hosts["receiver"];
        using var member = new Arrivals(receiver, stream.To, stream.ToPort, "10.2.0.2"); // igmpproxy goes by who asks
        using (StreamSender.Start(hosts["source"], "eth0", stream.Group, stream.Port, null, "--rate", "100", "--ttl", $"{Hops}"))
        {
            McrdWaits.Until(() => member.Count > 0, () => $"{stream.Group}: nothing arrives; {log()}");
        }

        Wire[] wires = [.. stream.Devices.Select(device => new Wire(receiver, device))];
        try
        {
            using var sender = new PayloadSender(hosts["source"], "10.1.0.1", stream.Group, stream.Port, Hops);
            sender.Send(Enumerable.Range(0, Datagrams).Select(n => new byte[] { 77, (byte)n }));
            return [.. stream.Devices.Zip(wires).SelectMany(w => w.Second.Take(Datagrams, IsOurs).Select(f => Described(w.First, new WireDatagram(f))))];
        }
        finally
        {
            foreach (Wire wire in wires)
                wire.Dispose();
        }
    }

    private static bool IsOurs(byte[] frame) => new WireDatagram(frame) is { IsIpv6: false, IsWhole: true } datagram && datagram.Payload is [77, _];

    private static string Described(string device, WireDatagram datagram) =>
        $"{device}: {datagram.Source} > {datagram.Destination}:{datagram.Port}, ttl {datagram.Ttl}: {Convert.ToHexString(datagram.Payload)}";

    private string FileOf(DocumentBlock block)
    {
        string file = Path.Combine(_scratch, "configuration");
        File.WriteAllText(file, block.Text);
        return file;
    }
}
