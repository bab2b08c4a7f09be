using System.Text.Json;
using System.Text.RegularExpressions;
using Mcr.Actors.Control;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>What somebody hears who follows the events of a real mcrd, and sees on its screens.</summary>
public sealed class AlarmSpecs
{
    private const string Rules =
        """
        { name = video, alarms { silence = 2s }, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }
        { name = field, analyse = "sequence offset=4 width=32", input { interface = in0, group = "239.1.1.2", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.3", port = 6000 } ] }
        """;

    [Fact]
    public void Silence_and_a_second_source_should_be_raised_and_cleared_for_who_follows()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var follower = new EventFollower(mcrd);
        follower.Await("alarm-raised", "video", "silence");
        using RunningProcess first = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", "200", "--size", "500");
        follower.Await("alarm-cleared", "video", "silence");
        using (RunningProcess second = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", "200", "--size", "500"))
        {
            follower.Await("alarm-raised", "video", "second-source");
            JsonElement alarm = Stats(mcrd, "video").GetProperty("alarms")[0];
            Assert.Equal("second-source", alarm.GetProperty("alarm").GetString());
            second.Terminate();
        }

        follower.Await("alarm-cleared", "video", "second-source");
        Assert.Equal(0, follower.Interrupt());
    }

    [Fact]
    public void Losses_should_be_an_alarm_that_names_how_many_and_be_over_when_nothing_is_missing()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var follower = new EventFollower(mcrd);
        using var sender = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.2", 5000);
        sender.Send(Enumerable.Range(0, 100).Select(Field));
        McrdWaits.Until(() => Stats(mcrd, "field").GetProperty("packets_per_second").GetDouble() > 0, "the first look, from which on losses are news");
        sender.Send(Enumerable.Range(107, 100).Select(Field)); // 100 to 106 are missing
        JsonElement raised = follower.Await("alarm-raised", "field", "loss");
        Assert.EndsWith("(field): datagrams were missing when they should have come here: 7 by sequence number", raised.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(("warning", "in0"), (raised.GetProperty("severity").GetString(), raised.GetProperty("interface").GetString()));
        sender.Send(Enumerable.Range(207, 100).Select(Field));
        JsonElement cleared = follower.Await("alarm-cleared", "field", "loss");
        Assert.Matches(@"\(field\): no alarm any more, for \d+(\.\d)? s \(datagrams were missing", cleared.GetProperty("message").GetString());
        Assert.Contains(" WARN  Stats: ", mcrd.Process.Output.Split('\n').Single(l => l.Contains("alarm: rule", StringComparison.Ordinal) && l.Contains("(field)", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Single(mcrd.Ask(new ControlRequest.Events { Last = "100" }).GetProperty("Events").GetProperty("events").EnumerateArray(), e => e.GetProperty("kind").GetString() == "alarm-raised" && e.GetProperty("rule_name").GetString() == "field");
    }

    /// <summary>On a terminal, as people have it; of a rule that was added with alarms of its own.</summary>
    [Fact]
    public void Alarm_of_an_added_rule_should_be_in_lines_for_people_and_put_it_first_on_the_screens()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rules);
        using var terminal = new PseudoTerminal(200, 50, null, Executables.Mcrctl, "--socket-path", mcrd.ControlSocket, "events", "--follow");
        terminal.Await("worker-ready");
        mcrd.Ctl("add", "--input-interface", "in0", "--input-group", "239.1.1.7", "--input-port", "5000", "--outputs", "239.2.2.7:6000:out0", "--name", "zebra", "--alarms", "silence=1s,loss=off,querier=off");
        terminal.Await("(zebra): no datagram has come in the ");
        McrdWaits.Until(() => Raised().EndsWith("relayed", StringComparison.Ordinal), () => terminal.Text);
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  warning  alarm-raised    rule [0-9a-f]{16} \(zebra\): no datagram has come in the [1-9]\d* s since it is relayed$", Raised());
        Assert.Equal("silence=1000ms,loss=off,querier=off", Named(mcrd.Rules(), "zebra").GetProperty("alarms").GetString());
        Assert.Equal("silence", Named(mcrd.Rules(), "zebra").GetProperty("active_alarms")[0].GetProperty("alarm").GetString());
        Assert.False(Named(mcrd.Rules(), "field").TryGetProperty("active_alarms", out _));

        Assert.Equal(0, Libc.kill(terminal.Pid, Libc.SIGINT));
        Assert.Equal(0, terminal.ExitCode);
        foreach (string verb in new[] { "list", "stats" })
        {
            using var screen = new PseudoTerminal(200, 50, new Dictionary<string, string?> { ["NO_COLOR"] = "1" }, Executables.Mcrctl, "--socket-path", mcrd.ControlSocket, verb);
            Assert.Equal(0, screen.ExitCode);
            string[] lines = [.. screen.Text.Split('\n').Select(l => l.Trim('\r'))];
            int row = Array.FindIndex(lines, l => l.Contains(" zebra ", StringComparison.Ordinal));
            Assert.True(row > 0 && lines[row].TrimStart().StartsWith("alarm ", StringComparison.Ordinal), screen.Text);
            Assert.True(row < Array.FindIndex(lines, l => l.Contains(" field ", StringComparison.Ordinal)), screen.Text);
            Assert.Contains(lines, l => l.Contains("alarm since ", StringComparison.Ordinal) && Regex.IsMatch(l, "no datagram has come in the [1-9][0-9]* s since it is relayed"));
        }

        (int code, string text) = mcrd.TryCtl("add", "--input-interface", "in0", "--input-group", "239.1.1.8", "--input-port", "5000", "--outputs", "239.2.2.8:6000:out0", "--alarms", "silence=soon,querier=v3,noise=on");
        Assert.Equal(1, code);
        Assert.Contains("alarms.silence: 'soon'", text, StringComparison.Ordinal);
        Assert.Contains("alarms.querier: 'v3' is neither on nor off", text, StringComparison.Ordinal);
        Assert.Contains("'noise' is no alarm; they are silence, rate-min", text, StringComparison.Ordinal);

        string Raised() => terminal.Text.Split('\n').Single(l => l.Contains("(zebra): no datagram", StringComparison.Ordinal)).TrimEnd('\r');
    }

    private static JsonElement Stats(McrdProcess mcrd, string rule) => Named([.. mcrd.Ask(new ControlRequest.Stats()).GetProperty("Stats").EnumerateArray()], rule);

    private static JsonElement Named(JsonElement[] rules, string name) => rules.Single(r => r.GetProperty("name").GetString() == name);

    private static byte[] Field(int number) => [1, 2, 3, 4, .. BitConverter.GetBytes(number).Reverse(), 5];
}
