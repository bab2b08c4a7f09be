using System.Text.Json;
using Mcr.Actors.Configuration;
using Mcr.Native.Rules;

namespace Mcr.Specs.Relay;

/// <summary>What runs, shown, loaded, saved and changed many rules at a time, on a real mcrd.</summary>
public sealed class ConfigSpecs(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mcr-spec-config-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Shown_configuration_should_be_accepted_and_have_the_hash_of_what_runs()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule("video", 1), "interfaces.in0.workers = 1\nstats-interval = 3s");
        mcrd.Ctl("add", "--name", "extra", "--input-interface", "in0", "--input-group", "239.1.1.3", "--input-port", "5000", "--outputs", "239.2.2.4:6000:out0?ttl=8&dscp=ef&rate-limit=5Mbit&max-burst=8&pace=on&priority=3&source=keep");
        (int code, string text) = mcrd.TryCtl("config", "show");
        output.WriteLine(text);
        Assert.Equal(0, code);
        Assert.Contains("# from mcrctl\n", text, StringComparison.Ordinal);
        Assert.Contains($"# from {mcrd.ConfigFile}:7:1\n", text, StringComparison.Ordinal);
        Assert.Contains("stats-interval = 3s", text, StringComparison.Ordinal);
        string file = Write("shown.hocon", text);
        Assert.Equal(0, mcrd.TryCtl("config", "check", "--file", file).Code);
        SettingsResult read = SettingsReader.Read(new SettingsSources { ConfigFile = file });
        Assert.Equal(Hash(mcrd), RuleSetHash.Of(read.Settings!.Rules.Select(r => r.Rule)));
        Assert.Equal((mcrd.ControlSocket, "spec"), (read.Settings.Control.Socket, read.Settings.NodeName));
        Assert.Equal("all is so already", Changes(mcrd.Ctl("config", "load", "--replace", "--file", file)).GetProperty("sentence").GetString());
    }

    [Fact]
    public void Load_should_change_all_or_nothing_and_say_what()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule("video", 1) + "\n" + Rule("audio", 2));
        string before = Hash(mcrd);

        // Names change places, which one after another would be refused.
        string file = Write("rules.hocon", $"mcr.rules = [\n{Rule("audio", 1)}\n{Rule("video", 2)}\n{Rule("extra", 3)}\n]");
        JsonElement dry = Changes(mcrd.Ctl("config", "load", "--dry-run", "--file", file));
        Assert.Equal(before, Hash(mcrd));
        JsonElement done = Changes(mcrd.Ctl("config", "load", "--file", file));
        Assert.Equal((1, 2, 0), Counts(dry));
        Assert.Equal((1, 2, 0), Counts(done));
        Assert.Equal(dry.GetProperty("ruleset_hash").GetString(), done.GetProperty("ruleset_hash").GetString());
        Assert.Equal(Hash(mcrd), done.GetProperty("ruleset_hash").GetString());
        Assert.Equal("1 rule added, 2 changed (3 active)", done.GetProperty("sentence").GetString());
        Assert.Equal($"mcrctl, from {file}", mcrd.Rules().Single(r => r.GetProperty("name").GetString() == "extra").GetProperty("origin").GetString());
        JsonElement replaced = Changes(mcrd.Ctl("config", "load", "--replace", "--file", Write("one.hocon", $"mcr.rules = [ {Rule("audio", 1)} ]")));
        Assert.Equal((0, 0, 2), Counts(replaced));
        Assert.Equal(["audio"], Names(mcrd));

        // A problem of one rule, and one that only mcrd can know: a name that is taken.
        string bad = Write("bad.hocon", $"mcr.rules = [\n{Rule("fine", 5)}\n{Rule("bad", 6).Replace("6000", "66000", StringComparison.Ordinal)}\n  {{ name = x }}\n]");
        (int code, string said) = mcrd.TryCtl("config", "load", "--file", bad);
        Assert.Equal(1, code);
        Assert.Matches($@"{bad}:3:\d+: mcr.rules\[1\].outputs\[0\].port: '66000' is not a UDP port", said);
        Assert.Contains($"{bad}:4:3: mcr.rules[2].outputs: a rule needs at least one output", said, StringComparison.Ordinal);
        Assert.EndsWith("nothing was changed", said, StringComparison.Ordinal);
        (code, said) = mcrd.TryCtl("config", "load", "--file", Write("taken.hocon", $"mcr.rules = [\n{Rule("fine", 5)}\n{Rule("audio", 6)}\n]"));
        Assert.Equal((1, true), (code, said.Contains("taken.hocon:3:1: name: 'audio' is the name of rule", StringComparison.Ordinal)));
        Assert.Equal(["audio"], Names(mcrd));

        // What was loaded is kept, like what was added.
        string after = Hash(mcrd);
        mcrd.Stop();
        mcrd.StartAgain();
        Assert.Equal(after, Hash(mcrd));
    }

    [Fact]
    public void Batch_should_do_all_of_its_lines_or_none()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule("video", 1));
        const string Add = "add --input-interface in0 --input-port 5000 --outputs ";
        (int code, string said) = Batch(mcrd, $"# a comment\n\nremove --name video # gone\n{Add}239.2.2.5:6000:out0 --input-group 239.1.1.5 --name 'two words'\n{Add}\"239.2.2.6:6000:out0?ttl=8\" --input-group 239.1.1.6 --name video");
        Assert.Equal((0, true), (code, said.Contains("2 rules added, 1 removed (2 active)", StringComparison.Ordinal)));
        Assert.Equal(["two words", "video"], Names(mcrd));
        string before = Hash(mcrd);
        (code, said) = Batch(mcrd, $"remove --name video\nlist\n{Add}239.2.2.7 --input-group 239.1.1.7\nremove --nme x\nadd 'open");
        Assert.Equal(1, code);
        Assert.Equal(
            [
                "mcrctl: line 2: 'list' is not known here; begin the line with add or remove",
                "mcrctl: line 3: --outputs '239.2.2.7' is not an output; write GROUP:PORT:INTERFACE, such as 239.2.2.2:6000:eth1 or 239.2.2.2:6000:eth1?ttl=8",
                "mcrctl: line 4: '--nme' is not a flag or value of remove",
                "mcrctl: line 4: 'x' is not a flag or value of remove",
                "mcrctl: line 5: a ' is never closed; put one at the end of the word",
                "mcrctl: 5 problems; nothing was changed",
            ],
            said.Split('\n'));
        (code, said) = Batch(mcrd, $"remove --name video\nremove --name nobody\n{Add}239.2.2.7:99999:out0 --input-group 239.1.1.7");
        Assert.Equal((1, "mcrctl: line 3: outputs[0].port: '99999' is not a UDP port; use a number from 1 to 65535"), (code, said));
        (code, said) = Batch(mcrd, "remove --name video\nremove --name nobody");
        Assert.Equal((1, "mcrctl: line 2: name: there is no rule with name 'nobody'; `mcrctl list` shows all rules"), (code, said));
        Assert.Equal(before, Hash(mcrd));
    }

    [Fact]
    public void Saved_configuration_should_be_the_files_from_then_on_and_drop_ins_keep_their_rules()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule("video", 1));
        string dropIn = Path.Combine(Path.GetDirectoryName(mcrd.ConfigFile)!, "conf.d", "10-more.hocon");
        Directory.CreateDirectory(Path.GetDirectoryName(dropIn)!);
        File.WriteAllText(dropIn, $"mcr.stats-interval = 7s\nmcr.rules += {Rule("dropped in", 8)}\nmcr.rules += {Rule("changed", 9)}");
        File.SetUnixFileMode(mcrd.ConfigFile, (UnixFileMode)0b110_100_000);
        string byHand = File.ReadAllText(mcrd.ConfigFile);
        Assert.Equal("2 rules added (2 active)", Changes(mcrd.Ctl("reload")).GetProperty("sentence").GetString());
        mcrd.Ctl("add", "--name", "extra", "--input-interface", "in0", "--input-group", "239.1.1.3", "--input-port", "5000", "--outputs", "239.2.2.4:6000:out0");
        Assert.Equal($"2 rules are written to {mcrd.ConfigFile}; 2 of conf.d stay there, and nothing is left beside the files", mcrd.Ctl("config", "save").GetProperty("Success").GetString());
        Assert.Equal(byHand, File.ReadAllText(mcrd.ConfigFile + ".before-save"));
        Assert.Equal((UnixFileMode)0b110_100_000, File.GetUnixFileMode(mcrd.ConfigFile));
        Assert.DoesNotContain("stats-interval", File.ReadAllText(mcrd.ConfigFile), StringComparison.Ordinal);
        McrdWaits.Until(() => !File.Exists(Path.Combine(mcrd.StateDirectory, "rules.json")), "the overlay to be gone");
        Assert.Equal(0, mcrd.TryCtl("config", "check", "--file", mcrd.ConfigFile).Code);

        // What a drop-in has otherwise is not doubled, but stays beside the files.
        mcrd.Ctl("remove", "--name", "changed");
        Assert.EndsWith("1 changes stay beside the files, since a file of conf.d says otherwise", mcrd.Ctl("config", "save").GetProperty("Success").GetString(), StringComparison.Ordinal);
        Assert.Equal(byHand, File.ReadAllText(mcrd.ConfigFile + ".before-save"));
        string before = Hash(mcrd);
        mcrd.Stop();
        mcrd.StartAgain();
        Assert.Equal(before, Hash(mcrd));
        Assert.Equal(["dropped in", "extra", "video"], Names(mcrd));

        // Elsewhere, with the rights and in the directory of whoever asks; and where mcrd cannot write.
        using var elsewhere = new RunningProcess(null, Executables.Mcrctl, ["--socket-path", mcrd.ControlSocket, "config", "save", "--file", "here.hocon"], workingDirectory: _directory.FullName);
        Assert.Equal((0, $"3 rules are written to {_directory.FullName}/here.hocon\n"), (elsewhere.WaitForExit(), elsewhere.StandardOutput));
        Assert.Equal(before, RuleSetHash.Of(SettingsReader.Read(new SettingsSources { ConfigFile = Path.Combine(_directory.FullName, "here.hocon") }).Settings!.Rules.Select(r => r.Rule)));
        File.WriteAllText(mcrd.ConfigFile, "mcr { rules = [ }");
        (int code, string said) = mcrd.TryCtl("config", "save");
        Assert.Equal((1, true), (code, said.StartsWith($"mcrctl: {mcrd.ConfigFile}:1:", StringComparison.Ordinal)));
        Assert.Equal("mcr { rules = [ }", File.ReadAllText(mcrd.ConfigFile));
    }

    [Fact]
    public void Change_that_is_not_confirmed_should_be_taken_back_by_time_and_by_a_restart()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule("video", 1));
        string file = Write("next.hocon", $"mcr.rules = [ {Rule("next", 2)} ]");
        string before = Hash(mcrd);
        string? note = Changes(mcrd.Ctl("config", "load", "--replace", "--file", file, "--confirm", "1s")).GetProperty("notes")[0].GetString();
        Assert.Equal("unless it is confirmed within 1 s (mcrctl config confirm), all is as before again", note);
        mcrd.Process.WaitForLine("nobody has confirmed the last change of rules, and it is taken back: 1 rule added, 1 removed (1 active)");
        Assert.Equal(before, Hash(mcrd));
        Assert.Contains("there is no change that waits for its confirmation", mcrd.TryCtl("config", "confirm").Output, StringComparison.Ordinal);

        mcrd.Ctl("config", "load", "--replace", "--file", file, "--confirm", "60s");
        string after = Hash(mcrd);
        (int code, string said) = mcrd.TryCtl("remove", "--name", "next");
        Assert.Equal((1, true), (code, said.Contains("a change waits for its confirmation until", StringComparison.Ordinal)));
        Assert.Equal(1, mcrd.TryCtl("config", "save").Code);
        Assert.Equal(1, mcrd.TryCtl("reload").Code);
        Assert.Equal("the change is confirmed", mcrd.Ctl("config", "confirm").GetProperty("Success").GetString());
        Assert.Equal(after, Hash(mcrd));
        McrdWaits.Until(() => !File.Exists(Unconfirmed()) && File.Exists(Path.Combine(mcrd.StateDirectory, "rules.json")), "the confirmed change on disk");

        mcrd.Ctl("config", "load", "--file", Write("third.hocon", $"mcr.rules = [ {Rule("third", 3)} ]"), "--confirm", "60s");
        McrdWaits.Until(() => File.Exists(Unconfirmed()), "what is gone back to on disk");
        mcrd.Kill();
        mcrd.StartAgain();
        Assert.Equal(after, Hash(mcrd));
        Assert.Contains("the last mcrd ended before the change of rules that it waited for was confirmed", mcrd.Process.Output, StringComparison.Ordinal);
        McrdWaits.Until(() => !File.Exists(Unconfirmed()), "nothing left to go back to");
        mcrd.Kill();
        mcrd.StartAgain();
        Assert.Equal(after, Hash(mcrd)); // what was taken back does not come again

        string Unconfirmed() => Path.Combine(mcrd.StateDirectory, "unconfirmed.json");
    }

    private static string Rule(string name, int number) =>
        $$"""{ name = "{{name}}", input { interface = in0, group = "239.1.1.{{number}}", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.{{number}}", port = 6000 } ] }""";

    private static string Hash(McrdProcess mcrd) => mcrd.Ctl("config", "show").GetProperty("Config").GetProperty("ruleset_hash").GetString()!;

    private static JsonElement Changes(JsonElement answer) => answer.GetProperty("Changes");

    private static (int Added, int Changed, int Removed) Counts(JsonElement changes) =>
        (changes.GetProperty("added").GetArrayLength(), changes.GetProperty("changed").GetArrayLength(), changes.GetProperty("removed").GetArrayLength());

    private static string[] Names(McrdProcess mcrd) => [.. mcrd.Rules().Select(r => r.GetProperty("name").GetString()!).Order(StringComparer.Ordinal)];

    private (int Code, string Output) Batch(McrdProcess mcrd, string lines)
    {
        using var run = new RunningProcess(null, "/bin/sh", ["-c", "exec \"$0\" --socket-path \"$1\" batch < \"$2\"", Executables.Mcrctl, mcrd.ControlSocket, Write("batch", lines)]);
        return (run.WaitForExit(), run.Output);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
