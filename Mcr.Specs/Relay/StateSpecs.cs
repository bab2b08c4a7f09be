using System.Text.Json;

namespace Mcr.Specs.Relay;

/// <summary>What the next mcrd knows of the last one: rules that were changed while it ran, and what it changed on the host.</summary>
public sealed class StateSpecs(ITestOutputHelper output)
{
    private const string Video = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";
    private const string Audio = """{ name = audio, input { interface = in0, group = "239.1.1.2", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.3", port = 6000 } ] }""";
    private const string Gro = "generic-receive-offload";
    private const string Forwarding = "rx-udp-gro-forwarding";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rules_changed_at_run_time_should_survive_a_restart_and_win_over_the_file(bool isKilled)
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video + "\n" + Audio);
        Assert.False(Directory.Exists(mcrd.StateDirectory)); // nothing to keep, and nothing that somebody has changed
        mcrd.Ctl("add", "--name", "extra", "--input-interface", "in0", "--input-group", "239.1.1.3", "--input-port", "5000", "--outputs", "239.2.2.4:6000:out0?ttl=8&dscp=ef");
        mcrd.Ctl("add", "--name", "video", "--input-interface", "in0", "--input-group", "239.1.1.1", "--input-port", "5000", "--outputs", "239.9.9.9:6000:out1");
        mcrd.Ctl("remove", "--name", "audio");
        string before = Rules(mcrd);
        if (isKilled)
        {
            McrdWaits.Until(() => File.Exists(Path.Combine(mcrd.StateDirectory, "rules.json")) && File.ReadAllText(Path.Combine(mcrd.StateDirectory, "rules.json")).Contains("audio", StringComparison.Ordinal), "the last change on disk");
            mcrd.Kill();
        }
        else
        {
            Assert.Equal(0, mcrd.Stop().Code);
        }

        mcrd.StartAgain();
        output.WriteLine(before);
        Assert.Equal(before, Rules(mcrd));
        Assert.Contains("2 rules added or changed at run time, 1 of the files removed", mcrd.Process.Output, StringComparison.Ordinal);
        using var receiver = new StreamReceiver(topology.Destination, "dst1", "239.9.9.9", 6000, 100);
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "1000");
        Assert.Equal(100, receiver.Result().Number("received"));

        mcrd.Ctl("remove", "--name", "extra");
        mcrd.Ctl("add", "--name", "video", "--input-interface", "in0", "--input-group", "239.1.1.1", "--input-port", "5000", "--outputs", "239.2.2.2:6000:out0");
        mcrd.Ctl("add", "--name", "audio", "--input-interface", "in0", "--input-group", "239.1.1.2", "--input-port", "5000", "--outputs", "239.2.2.3:6000:out0");
        Assert.Matches("^audio Active null .*mcrd.hocon:7:1; video Active null .*mcrd.hocon:6:1$", Rules(mcrd));
        Assert.Equal(0, mcrd.Stop().Code);
        Assert.Equal(["audit.log"], Directory.GetFiles(mcrd.StateDirectory).Select(f => Path.GetFileName(f))); // all is as the file has it
    }

    [Fact]
    public void Without_persistence_nothing_should_be_kept_and_nothing_read()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, "  persist = off");
        mcrd.Ctl("remove", "--name", "video");
        Assert.Equal((false, null, null, false), Saving(mcrd));
        Assert.Equal(0, mcrd.Stop().Code);
        Assert.False(Directory.Exists(mcrd.StateDirectory));
        mcrd.StartAgain();
        Assert.StartsWith("video Active", Rules(mcrd), StringComparison.Ordinal);
    }

    [Fact]
    public void Full_disk_should_be_said_once_and_cost_no_datagram_and_all_be_saved_when_there_is_room()
    {
        using var topology = new RelayTopology();
        string disk = Directory.CreateTempSubdirectory("mcr-spec-disk-").FullName;
        topology.Relay.Tool("mount", $"-t tmpfs -o size=64k,mode=700 none {disk}");
        try
        {
            string filler = Path.Combine(disk, "filler");
            Fill(filler);
            using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, $"  state-directory = \"{disk}/state\"");
            using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, 20_000);
            using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, 20_000, "--rate", "10000");
            Add(mcrd, 0);
            string line = mcrd.Process.WaitForLine("rules.json cannot be written");
            output.WriteLine(line);
            Assert.Contains(" ERROR ", line, StringComparison.Ordinal);
            Assert.Contains("No space left on device", line, StringComparison.Ordinal);
            for (int i = 1; i < 20; i++)
                output.WriteLine(Add(mcrd, i));
            Assert.Contains("is active; for now it would not survive a restart of mcrd: No space left on device", Add(mcrd, 20), StringComparison.Ordinal);
            (bool persist, string? directory, string? error, bool hasSince) = Saving(mcrd);
            Assert.Equal((true, $"{disk}/state", true), (persist, directory, hasSince));
            Assert.StartsWith("No space left on device", error, StringComparison.Ordinal);
            File.Delete(filler);
            mcrd.Process.WaitForLine("is written again, with every change so far");
            StreamSender.Result(sender);
            Summary received = receiver.Result();
            Assert.Equal((20_000, 0), (received.Number("received"), received.Number("lost")));
            Assert.EndsWith("is active", Add(mcrd, 21), StringComparison.Ordinal);
            Assert.Equal((true, $"{disk}/state", null, false), Saving(mcrd));
            (int code, string log) = mcrd.Stop();
            Assert.Equal(0, code);
            Assert.Single(log.Split('\n'), l => l.Contains("rules.json cannot be written", StringComparison.Ordinal));
            mcrd.StartAgain();
            Assert.Equal(23, mcrd.Ctl("list").GetProperty("Rules").GetArrayLength());
        }
        finally
        {
            topology.Relay.Tool("umount", disk);
            Directory.Delete(disk);
        }
    }

    [Fact]
    public void Damaged_state_should_be_set_aside_and_the_configured_rules_be_relayed()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        mcrd.Ctl("remove", "--name", "video");
        mcrd.Stop();
        File.WriteAllText(Path.Combine(mcrd.StateDirectory, "rules.json"), "{ half a f");
        mcrd.StartAgain();
        Assert.Contains(" WARN  State: the state file ", mcrd.Process.Output, StringComparison.Ordinal);
        Assert.StartsWith("video Active", Rules(mcrd), StringComparison.Ordinal);
        Assert.Contains(".damaged-", Assert.Single(Directory.GetFiles(mcrd.StateDirectory, "rules.json*")), StringComparison.Ordinal);
    }

    [Fact]
    public void Gro_should_be_as_it_was_after_a_killed_mcrd_and_one_that_wants_it_no_more()
    {
        using RelayTopology topology = WithoutGro();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, "  interfaces.in0.gro = on");
        Assert.Equal(("on", "on"), States(topology));
        mcrd.Kill();
        Assert.Equal(("on", "on"), States(topology));
        mcrd.Configure(Video, "  interfaces.in0.gro = leave");
        mcrd.StartAgain();
        Assert.Equal(("off", "off"), States(topology));
        Assert.Contains("rx-udp-gro-forwarding of in0 is off again, as it was before an mcrd that could not restore it", mcrd.Process.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(mcrd.StateDirectory, "rules.json*"));
        mcrd.Stop();
    }

    [Fact]
    public void Gro_should_be_as_it_was_in_the_beginning_when_the_last_of_several_mcrds_stops()
    {
        using RelayTopology topology = WithoutGro();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, "  interfaces.in0.gro = on");
        mcrd.Kill();
        mcrd.StartAgain();
        mcrd.Kill();
        mcrd.Configure(Video, "  interfaces.in0.gro = off"); // takes back rx-gro, which off leaves alone
        mcrd.StartAgain();
        Assert.Equal(("off", "off"), States(topology));
        mcrd.Kill();
        mcrd.Configure(Video, "  interfaces.in0.gro = on");
        mcrd.StartAgain();
        Assert.Equal(("on", "on"), States(topology));
        Assert.Equal(0, mcrd.Stop().Code);
        Assert.Equal(("off", "off"), States(topology));
        Assert.Empty(Directory.GetFiles(mcrd.StateDirectory, "rules.json*"));
    }

    private static RelayTopology WithoutGro()
    {
        NamespaceSupport.RequireProgram("ethtool");
        var topology = new RelayTopology();
        topology.Relay.Tool("ethtool", "-K in0 gro off rx-udp-gro-forwarding off");
        return topology;
    }

    private static (string, string) States(RelayTopology topology) => (Devices.Feature(topology.Relay, "in0", Gro), Devices.Feature(topology.Relay, "in0", Forwarding));

    private static string Add(McrdProcess mcrd, int i) =>
        mcrd.Ctl("add", "--input-interface", "in0", "--input-group", $"239.1.2.{i}", "--input-port", "5000", "--outputs", "239.2.2.9:6000:out0").GetProperty("Success").GetString()!;

    /// <summary>By name: where it is in its life, and where it comes from.</summary>
    private static string Rules(McrdProcess mcrd) => string.Join("; ", mcrd.Ctl("list").GetProperty("Rules").EnumerateArray()
        .OrderBy(r => r.GetProperty("name").GetString(), StringComparer.Ordinal)
        .Select(r => $"{r.GetProperty("name")} {r.GetProperty("status")} {Text(r.GetProperty("why"))} {r.GetProperty("outputs")[0].GetProperty("group")} {r.GetProperty("origin")}"));

    private static (bool Persist, string? Directory, string? Error, bool HasSince) Saving(McrdProcess mcrd)
    {
        JsonElement saving = mcrd.Ctl("version").GetProperty("Version").GetProperty("saving");
        return (saving.GetProperty("persist").GetBoolean(), saving.GetProperty("state_directory").GetString(), saving.GetProperty("error").GetString(), saving.GetProperty("failing_since").ValueKind != JsonValueKind.Null);
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "null" : value.GetString()!;

    private static void Fill(string file)
    {
        using FileStream stream = File.Create(file);
        try
        {
            while (true)
            {
                stream.Write(new byte[4096]);
                stream.Flush();
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
