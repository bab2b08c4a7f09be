using System.Globalization;
using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>Who changed what, and who may.</summary>
public sealed class AuditSpecs(ITestOutputHelper output)
{
    private const string Video = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    [Fact]
    public void Every_change_should_be_noted_down_with_who_what_before_and_after()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        using var add = new RunningProcess(null, Executables.Mcrctl, ["--socket-path", mcrd.ControlSocket, "add", "--name", "video", "--input-interface", "in0", "--input-group", "239.1.1.1", "--input-port", "5000", "--outputs", "239.9.9.9:6000:out0"]);
        Assert.Equal(0, add.WaitForExit());
        Assert.Equal(1, mcrd.TryCtl("remove", "--name", "nobody").Code);
        mcrd.Ctl("remove", "--name", "video");
        mcrd.Ctl("list");
        mcrd.Process.Signal(Libc.SIGHUP);
        mcrd.Process.WaitForLine("SIGHUP: the configuration was read again");
        McrdWaits.Until(() => Audit(mcrd).Length == 4, "four changes");
        JsonElement[] entries = Audit(mcrd);
        foreach (JsonElement entry in entries)
            output.WriteLine($"{entry}");
        JsonElement first = entries[0];
        Assert.Equal(
            ("control", "done", (int)Libc.geteuid(), add.Pid, "Add"),
            (Text(first, "via"), Text(first, "result"), first.GetProperty("uid").GetInt32(), first.GetProperty("pid").GetInt32(), first.GetProperty("request").EnumerateObject().Single().Name));
        Assert.Equal("239.2.2.2", first.GetProperty("before")[0].GetProperty("outputs")[0].GetProperty("group").GetString());
        Assert.Equal("239.9.9.9", first.GetProperty("after")[0].GetProperty("outputs")[0].GetProperty("group").GetString());
        Assert.Equal(("refused", "name: there is no rule with name 'nobody'; `mcrctl list` shows all rules"), (Text(entries[1], "result"), Text(entries[1], "sentence")));
        Assert.Equal(("done", false), (Text(entries[2], "result"), entries[2].TryGetProperty("after", out _)));
        Assert.Equal(("SIGHUP", "done", "no rule changed"), (Text(entries[3], "via"), Text(entries[3], "result"), Text(entries[3], "sentence")));
        Assert.Equal(2, mcrd.Ctl("audit", "--last", "2").GetProperty("Audit").GetArrayLength());
        Assert.Equal(1, mcrd.TryCtl("audit", "--last", "0").Code);
        string[] lines = File.ReadAllLines(Path.Combine(mcrd.StateDirectory, "audit.log"));
        Assert.Equal(entries.Select(e => e.GetProperty("time").GetString()), lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("time").GetString()));
        Assert.Contains(" INFO ", mcrd.Process.Output.Split('\n').First(l => l.Contains("audit: ", StringComparison.Ordinal) && l.Contains("\"Add\"", StringComparison.Ordinal)), StringComparison.Ordinal);

        // It is still there after a restart, and goes on.
        mcrd.Stop();
        mcrd.StartAgain();
        mcrd.TryCtl("remove", "--name", "nobody");
        Assert.Equal(5, Audit(mcrd).Length);
    }

    [Fact]
    public void Member_of_the_read_only_group_may_ask_and_not_change_and_others_are_not_answered()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "becoming somebody else takes root and setpriv");
        using var topology = new RelayTopology();
        using McrdProcess mcrd = StartForGroups(topology);

        (int code, string said) = As(mcrd, "65534", "54322", "ping");
        Assert.SkipWhen(code is 126 or 127, $"the built mcrctl is not readable by everybody: {said}");
        Assert.Equal((0, """{"Pong":{}}"""), (code, said));
        Assert.Equal(0, As(mcrd, "65534", "54322", "config", "show").Code);
        Assert.Equal(0, As(mcrd, "54322", "65534", "list").Code); // the main group counts as well
        (code, said) = As(mcrd, "65534", "54322", "remove", "--name", "video");
        Assert.Equal((1, true), (code, said.Contains("(65534) may ask, but not change anything: that takes root, or a member of control.group", StringComparison.Ordinal)));
        (code, said) = As(mcrd, "65534", "65533", "ping");
        Assert.Equal((1, "mcrctl: uid 65534 is neither in control.group nor in control.read-only-group: mcrd does not answer it"), (code, said));
        Assert.Equal(0, As(mcrd, "65534", "54321", "remove", "--name", "video").Code);
        Assert.Empty(mcrd.Rules());
        JsonElement[] entries = Audit(mcrd);
        Assert.Equal(["denied", "done"], entries.Select(e => Text(e, "result")));
        Assert.All(entries, e => Assert.Equal(65534, e.GetProperty("uid").GetInt32()));
    }

    [Fact]
    public void Who_may_not_change_and_asks_for_it_again_and_again_should_be_held_up_and_nobody_else()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "becoming somebody else takes root and setpriv");
        using var topology = new RelayTopology();
        using McrdProcess mcrd = StartForGroups(topology);
        (int code, string said) = As(mcrd, "65534", "54322", "ping");
        Assert.SkipWhen(code is 126 or 127, $"the built mcrctl is not readable by everybody: {said}");
        const int More = 5;
        RunningProcess[] flood = [.. Enumerable.Range(0, DenialLimit.Most + More).Select(_ => Start(mcrd, "65534", "65534", "54322", ["remove", "--name", "video"]))];
        string[] answers = [.. flood.Select(each => each.End().Error)];
        Array.ForEach(flood, each => each.Dispose());
        Assert.Equal(DenialLimit.Most, answers.Count(a => a.Contains("may ask, but not change anything", StringComparison.Ordinal)));
        Assert.Equal(More, answers.Count(a => a.Contains("more than 10 times within 10 s: each further time its connection is closed", StringComparison.Ordinal)));
        Assert.Equal(0, As(mcrd, "65534", "54322", "list").Code);
        using RunningProcess other = Start(mcrd, "65533", "65534", "54322", ["remove", "--name", "video"]);
        Assert.Contains("may ask, but not change anything", other.End().Error, StringComparison.Ordinal);
        mcrd.Ctl("remove", "--name", "video");
        Assert.Equal([.. Enumerable.Repeat("denied", DenialLimit.Most + 2), "done"], Audit(mcrd).Select(e => Text(e, "result")));
    }

    /// <summary>Group 54321 may change things, 54322 may ask.</summary>
    private static McrdProcess StartForGroups(RelayTopology topology)
    {
        McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, "control { group = 54321, read-only-group = 54322 }");
        File.SetUnixFileMode(Path.GetDirectoryName(mcrd.ConfigFile)!, (UnixFileMode)0b111_101_101);
        return mcrd;
    }

    private static JsonElement[] Audit(McrdProcess mcrd) => [.. mcrd.Ctl("audit", "--last", string.Create(CultureInfo.InvariantCulture, $"{100}")).GetProperty("Audit").EnumerateArray()];

    private static string Text(JsonElement entry, string member) => entry.GetProperty(member).GetString()!;

    private static (int Code, string Output) As(McrdProcess mcrd, string group, string others, params string[] command)
    {
        using RunningProcess run = Start(mcrd, "65534", group, others, command);
        return (run.WaitForExit(), run.Output);
    }

    private static RunningProcess Start(McrdProcess mcrd, string user, string group, string others, string[] command) =>
        new(null, "/usr/bin/setpriv", ["--reuid", user, "--regid", group, "--groups", others, Executables.Mcrctl, "--socket-path", mcrd.ControlSocket, .. command]);
}
