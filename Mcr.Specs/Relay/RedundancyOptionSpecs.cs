using System.Text.Json;
using Mcr.Actors.Control;

namespace Mcr.Specs.Relay;

/// <summary>Rules with <c>ha</c> on a real mcrd: who takes them, who does not, how they are shown and kept.</summary>
public sealed class RedundancyOptionSpecs(ITestOutputHelper output) : IDisposable
{
    private const string Video = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";
    private const string Shared = """{ name = shared, ha { nodes = [spec, other], prefer = other }, input { interface = in0, group = "239.1.1.2", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.3", port = 6000 } ] }""";
    private const string Cluster = "cluster { enabled = on, listen = \"127.0.0.1:4053\" }";
    private const string NoCluster = "ha takes a cluster: set mcr.cluster.enabled = on, or leave it out";

    private static readonly string[] Add = ["add", "--name", "extra", "--input-interface", "in0", "--input-group", "239.1.1.3", "--input-port", "5000", "--outputs", "239.2.2.4:6000:out0", "--ha"];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mcr-spec-ha-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Redundant_rule_should_be_taken_shown_and_kept_in_a_cluster_and_refused_or_left_out_without()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video + "\n" + Shared, Cluster);
        mcrd.Ctl([.. Add, "nodes=spec+a+b,revert=off,takeover-after=250ms"]);
        Assert.Equal(["extra nodes=spec+a+b,revert=off,takeover-after=250ms", "shared nodes=spec+other,prefer=other", "video "], Rules(mcrd));
        Refused(mcrd.TryCtl([.. Add, "nodes=a+b"]), "ha: this node is spec, and ha names a and b; give the rule to one of those, or name this node, too");
        Refused(mcrd.TryCtl([.. Add, "nodes=a+b,prefer=c,revert=2"]), "ha.prefer: 'c' is none of the nodes (a, b)", "ha.revert: '2' is neither on nor off");

        // What runs is a file that is read again, and a file of rules alone is for whichever mcrd takes it.
        (_, string shown) = mcrd.TryCtl("config", "show");
        Assert.Equal(0, mcrd.TryCtl("config", "check", "--file", Write(shown)).Code);
        string rules = Write($"mcr.rules = [ {Shared} ]");
        Refused(mcrd.TryCtl("config", "check", "--file", rules), $"1:35: mcr.rules[0].ha: {NoCluster}");
        Assert.Equal(0, mcrd.TryCtl("config", "load", "--file", rules).Code);
        Assert.Equal(0, mcrd.Stop().Code);

        mcrd.StartAgain(Video);
        Assert.Equal(["video "], Rules(mcrd));
        Assert.Contains($"(extra) of mcrctl cannot be on this node as it is set up now, and is left out until it can: {NoCluster}", mcrd.Process.Output, StringComparison.Ordinal);
        Refused(mcrd.TryCtl([.. Add, "nodes=spec+other"]), $"ha: {NoCluster}");
        Refused(mcrd.TryCtl("config", "load", "--file", rules), $"{rules}:1:15: ha: {NoCluster}");
        using (var batch = new RunningProcess(null, "/bin/sh", ["-c", "exec \"$0\" --socket-path \"$1\" batch < \"$2\"", Executables.Mcrctl, mcrd.ControlSocket, Write($"remove --name video\n{string.Join(' ', Add)} nodes=spec+other")]))
            Refused((batch.WaitForExit(), batch.Output), "line 2: ha: " + NoCluster);
        Assert.Equal(["video "], Rules(mcrd));
        Assert.Equal(0, mcrd.Stop().Code);

        mcrd.StartAgain(Video, Cluster);
        Assert.Equal(["extra nodes=spec+a+b,revert=off,takeover-after=250ms", "video "], Rules(mcrd));
    }

    private static string[] Rules(McrdProcess mcrd) =>
        [.. mcrd.Ask(new ControlRequest.ListRules()).GetProperty("Rules").EnumerateArray().Select(r => $"{r.GetProperty("name")} {(r.TryGetProperty("ha", out JsonElement ha) ? ha.GetString() : null)}").Order(StringComparer.Ordinal)];

    private void Refused((int Code, string Output) answer, params string[] sentences)
    {
        output.WriteLine(answer.Output);
        Assert.Equal(1, answer.Code);
        Assert.All(sentences, sentence => Assert.Contains(sentence, answer.Output, StringComparison.Ordinal));
    }

    private string Write(string text)
    {
        string path = Path.Combine(_directory.FullName, Path.GetRandomFileName());
        File.WriteAllText(path, text);
        return path;
    }
}
