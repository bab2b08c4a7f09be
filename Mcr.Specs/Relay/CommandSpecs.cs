using System.Text.Json;

namespace Mcr.Specs.Relay;

/// <summary>Every verb of mcrctl against a real mcrd: shapes, exit codes.</summary>
public sealed class CommandSpecs
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000, ttl = 8 } ] }""";

    [Fact]
    public void Every_verb_should_answer_in_its_shape()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "1000", "--size", "1000");
        foreach (string verb in new[] { "list", "list-rules" })
        {
            JsonElement rule = Assert.Single(mcrd.Ctl(verb).GetProperty("Rules").EnumerateArray());
            Assert.Equal(("video", "in0", "239.1.1.1", 5000), (rule.GetProperty("name").GetString(), rule.GetProperty("input_interface").GetString(), rule.GetProperty("input_group").GetString(), rule.GetProperty("input_port").GetInt32()));
            JsonElement to = Assert.Single(rule.GetProperty("outputs").EnumerateArray());
            Assert.Equal(("239.2.2.2", 6000, "out0"), (to.GetProperty("group").GetString(), to.GetProperty("port").GetInt32(), to.GetProperty("interface").GetString()));
            Assert.Matches("^[0-9a-f]{16}$", rule.GetProperty("rule_id").GetString());
            Assert.Matches("mcrd.hocon:6:1$", rule.GetProperty("origin").GetString());
        }

        JsonElement stats = Assert.Single(mcrd.Ctl("stats").GetProperty("Stats").EnumerateArray());
        Assert.Equal((100, 100_000), (stats.GetProperty("packets_relayed").GetInt32(), stats.GetProperty("bytes_relayed").GetInt32()));
        JsonElement worker = Assert.Single(mcrd.Ctl("list-workers").GetProperty("Workers").EnumerateArray());
        Assert.Equal(("Running", "in0"), (worker.GetProperty("status").GetString(), worker.GetProperty("interface").GetString()));
        Assert.Equal(worker.GetProperty("expected_hash").GetString(), worker.GetProperty("ruleset_hash").GetString());
        Assert.Contains(mcrd.Ctl("interfaces").GetProperty("Interfaces").EnumerateArray(), i => i.GetProperty("name").GetString() == "in0" && i.GetProperty("rules").GetInt32() == 1);
        Assert.Equal("{}", mcrd.Ctl("ping").GetProperty("Pong").GetRawText());
        Assert.Equal(1, mcrd.Ctl("version").GetProperty("Version").GetProperty("protocol_version").GetInt32());
        Assert.Contains(": ok, 1 rule on 1 interface", mcrd.TryCtl("config", "check", "--file", mcrd.ConfigFile).Output, StringComparison.Ordinal);
        Assert.EndsWith("is removed", mcrd.Ctl("remove", "--name", "video").GetProperty("Success").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, mcrd.TryCtl("remove", "--name", "video").Code);
        Assert.Equal(2, mcrd.TryCtl("remove").Code);
        Assert.Empty(mcrd.Ctl("list").GetProperty("Rules").EnumerateArray());
    }

    [Fact]
    public void Watched_stats_should_come_again_until_interrupted()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        using var watch = new RunningProcess(null, Executables.Mcrctl, ["--socket-path", mcrd.ControlSocket, "stats", "--watch"]);
        watch.WaitForLine("\"packets_relayed\":0,");
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "1000");
        watch.WaitForLine("\"packets_relayed\":100,");
        watch.Signal(Mcr.Native.Interop.Libc.SIGINT);
        Assert.Equal(0, watch.WaitForExit());
    }

    [Fact]
    public void Workers_should_be_as_many_as_configured_each_on_its_core()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule, "  interfaces.in0 { workers = 2, cores = [0] }");
        JsonElement[] workers = [.. mcrd.Ctl("list-workers").GetProperty("Workers").EnumerateArray()];
        Assert.Equal(2, workers.Length);
        Assert.All(workers, worker =>
        {
            Assert.Equal(0, worker.GetProperty("core_id").GetInt32());
            Assert.Contains(File.ReadLines($"/proc/{worker.GetProperty("pid").GetInt32()}/status"), l => l == "Cpus_allowed_list:\t0");
        });
    }

    [Fact]
    public void Commands_of_the_README_should_work()
    {
        string readme = File.ReadAllText(Path.Combine(Executables.RepositoryRoot, "README.md"));
        string add = Assert.Single(readme.Split('\n'), l => l.StartsWith("mcrctl add ", StringComparison.Ordinal));
        string block = readme.Split("```hocon\n")[1].Split("```")[0];
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, "");
        string file = Path.Combine(Path.GetDirectoryName(mcrd.ConfigFile)!, "readme.hocon");
        File.WriteAllText(file, block);
        Assert.Contains(": ok, 1 rule on 1 interface", mcrd.TryCtl("config", "check", "--file", file).Output, StringComparison.Ordinal);
        mcrd.Ctl([.. add.Split(' ').Skip(1).Select(word => word.Trim('\''))]);
        Assert.Equal(8, mcrd.Ctl("list").GetProperty("Rules")[0].GetProperty("outputs")[0].GetProperty("ttl").GetInt32());
    }
}
