using System.Diagnostics;
using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>Files that are read again while datagrams flow: only what differs is touched.</summary>
[Collection(SerialPackets.Name)]
public sealed class ReloadSpecs(ITestOutputHelper output)
{
    private const int Many = 10_000;
    private const int Rate = 20_000;

    [Fact]
    public void One_changed_rule_should_cost_no_datagram_of_the_others()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, ManyStreams.Rules);
        using var streams = new ManyStreams(topology, 1_000);
        ManyStreams.AwaitAll(mcrd);

        // Written one line further down, but for one that goes elsewhere.
        mcrd.Configure("# a line more\n" + ManyStreams.Rules.Replace("239.2.2.8", "239.9.9.9", StringComparison.Ordinal));
        mcrd.Process.Signal(Libc.SIGHUP);
        output.WriteLine(mcrd.Process.WaitForLine("SIGHUP: the configuration was read again: 1 rule changed (1 active)"));
        Assert.Equal($"{mcrd.ConfigFile}:7:1", mcrd.Rules().Single(r => r.GetProperty("name").GetString() == "g0").GetProperty("origin").GetString());
        mcrd.Configure(ManyStreams.Rules);
        Assert.Equal("1 rule changed (1 active)", mcrd.Ctl("reload").GetProperty("Changes").GetProperty("sentence").GetString());
        ManyStreams.AwaitAll(mcrd);
        (_, Summary[] received) = streams.Stop(mcrd, output);
        Assert.All(received[..^1], r => Assert.Equal((0, 0, 0), (r.Number("lost"), r.Number("reordered"), r.Number("duplicated"))));
        Assert.True(received[^1].Number("lost") > 0); // what went elsewhere meanwhile
    }

    [Fact]
    public void One_of_ten_thousand_should_be_changed_without_losing_a_datagram()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules(239));
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.0.0", 6000, null);
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.0.0", 5000, null, "--rate", $"{Rate}");
        mcrd.AwaitRelayed(Rate);
        var times = new List<double>();
        for (int i = 0; i < 5; i++)
        {
            mcrd.Configure(Rules(i % 2 == 0 ? 238 : 239));
            long start = Stopwatch.GetTimestamp();
            JsonElement changes = mcrd.Ask(new ControlRequest.Reload()).GetProperty("Changes");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Assert.Equal("1 rule changed (1 active)", changes.GetProperty("sentence").GetString());
        }

        output.WriteLine($"reload of {Many} rules with one changed: {string.Join(", ", times.Select(t => $"{t:F0} ms"))}");

        // All of them again, by hand: nothing differs, and the request has room for them.
        (int code, string said) = mcrd.TryCtl("config", "load", "--replace", "--file", mcrd.ConfigFile);
        output.WriteLine(said);
        Assert.Equal((0, true), (code, said.Contains("all is so already", StringComparison.Ordinal)));
        sender.Terminate();
        long sent = StreamSender.Result(sender).Number("sent");
        mcrd.AwaitQuiet();
        receiver.Process.Terminate();
        Summary received = receiver.Result();
        output.WriteLine(received.Line);

        // All but one gone, and all there again, in one request each.
        mcrd.Configure(Rules(239).Split('\n')[0]);
        string one = File.ReadAllText(mcrd.ConfigFile);
        mcrd.Configure(Rules(239));
        string all = File.ReadAllText(mcrd.ConfigFile);
        output.WriteLine($"config load --replace: {Many - 1} rules gone in {Load(mcrd, one, $"{Many - 1} rules removed")}, there again in {Load(mcrd, all, $"{Many - 1} rules added ({Many - 1} active)")}");
        string[] final = [.. mcrd.Stop().Output.Split('\n').Where(l => l.Contains("Worker FINAL", StringComparison.Ordinal))];
        output.WriteLine(string.Join('\n', final));
        Assert.Equal((sent, 0, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("reordered"), received.Number("duplicated")));
        Assert.InRange(times.Min(), 0, 3_000);
    }

    [Fact]
    public void Bad_file_should_change_nothing_and_what_is_no_rule_be_applied_or_named()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, ManyStreams.Rules);
        string before = Hash(mcrd);
        mcrd.Configure("{ name = x }", "stats-intervall = 1s");
        (int code, string said) = mcrd.TryCtl("reload");
        Assert.Equal(1, code);
        Assert.Contains($"mcrctl: {mcrd.ConfigFile}:4:1: mcr.stats-intervall is not a key of this version; did you mean 'stats-interval'?", said, StringComparison.Ordinal);
        Assert.Contains($"mcrctl: {mcrd.ConfigFile}:6:1: mcr.rules[0].outputs: a rule needs at least one output", said, StringComparison.Ordinal);
        mcrd.Process.Signal(Libc.SIGHUP);
        mcrd.Process.WaitForLine("SIGHUP: the configuration has problems, and nothing was changed:");
        mcrd.Process.WaitForLine($"{mcrd.ConfigFile}:4:1: mcr.stats-intervall is not a key");
        Assert.Equal(before, Hash(mcrd));

        // A rule that was added at run time stays on top; so does the removal of one.
        mcrd.Ctl("remove", "--name", "g1");
        mcrd.Ctl("add", "--name", "extra", "--input-interface", "in0", "--input-group", "239.1.1.99", "--input-port", "5000", "--outputs", "239.2.2.99:6000:out0");
        before = Hash(mcrd);
        mcrd.Configure(ManyStreams.Rules, "stats-interval = 7s\nworker.standby = off\ninterfaces.in0.workers = 2");
        JsonElement changes = mcrd.Ctl("reload").GetProperty("Changes");
        Assert.Equal(before, Hash(mcrd));
        Assert.Equal("no rule changed", changes.GetProperty("sentence").GetString());
        Assert.Equal(["in0 is served by 2 workers"], changes.GetProperty("notes").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(["stats-interval: 10s, now 7s", "worker.standby: on, now off"], changes.GetProperty("needs_restart").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(2, mcrd.Workers().Length);
        Assert.Contains("interfaces.\"in0\".workers = 2", mcrd.TryCtl("config", "show").Output, StringComparison.Ordinal);
    }

    private static string Load(McrdProcess mcrd, string text, string sentence)
    {
        string file = mcrd.ConfigFile + ".load";
        File.WriteAllText(file, text);
        long start = Stopwatch.GetTimestamp();
        JsonElement changes = mcrd.Ctl("config", "load", "--replace", "--file", file).GetProperty("Changes");
        double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Assert.Equal(sentence, changes.GetProperty("sentence").GetString());
        return $"{elapsed:F0} ms";
    }

    private static string Hash(McrdProcess mcrd) => mcrd.Ask(new ControlRequest.ShowConfig()).GetProperty("Config").GetProperty("ruleset_hash").GetString()!;

    private static string Rules(int last) => string.Join('\n', Enumerable.Range(0, Many).Select(i =>
        $$"""{ input { interface = in0, group = "239.1.{{i / 256}}.{{i % 256}}", port = 5000 }, outputs = [ { interface = out0, group = "{{(i == Many - 1 ? last : 239)}}.2.{{i / 256}}.{{i % 256}}", port = 6000 } ] }"""));
}
