using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>Levels of a running mcrd: they reach the workers that there are, their successors, and workers that a later mcrd adopts.</summary>
public sealed class LogLevelSpecs
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";
    private const string Runs = "RuleDispatch: worker 0 of in0: runs generation ";

    [Fact]
    public void Level_of_a_facility_should_reach_workers_that_run_their_successors_and_adopted_ones()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        Assert.DoesNotContain(Runs, mcrd.Process.Output, StringComparison.Ordinal);
        Assert.StartsWith("RuleDispatch is logged from debug on; in mcrd and its workers, until mcrd ends", Set(mcrd, "--facility", "ruledispatch", "--level", "debug"), StringComparison.Ordinal);
        AddAudio(mcrd);
        Assert.Contains(" DEBUG RuleDispatch: worker 0 of in0: runs generation ", mcrd.Process.WaitForLine(Runs), StringComparison.Ordinal);

        int pid = mcrd.WorkerPids().Single();
        Assert.Equal(0, Libc.kill(pid, Libc.SIGKILL));
        mcrd.AwaitSuccessor(pid);
        mcrd.Process.WaitForLine(Runs);

        Set(mcrd, "--facility", "RuleDispatch", "--level", "default");
        mcrd.Ctl("remove", "--name", "audio");
        AddAudio(mcrd);
        Assert.Equal(2, mcrd.Process.Output.Split('\n').Count(l => l.Contains(Runs, StringComparison.Ordinal))); // and nothing of the two changes

        mcrd.Kill();
        string orphans = mcrd.Process.WaitForLine("mcr-worker (pid ");
        Assert.EndsWith(": its mcrd is gone; in0 is relayed on for 60 s, unless another comes", orphans, StringComparison.Ordinal);
        mcrd.StartAgain(Rule, "  log.levels.RuleDispatch = debug");
        mcrd.Ctl("remove", "--name", "audio");
        mcrd.Process.WaitForLine(Runs);
    }

    [Fact]
    public void Levels_should_be_shown_and_what_is_unknown_be_refused_with_the_list()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, "", "  log { level = warning, levels { Supervisor = info, Network = debug } }");
        JsonElement levels = mcrd.Ctl("log-level", "get").GetProperty("LogLevels");
        Assert.Equal("Warning", levels.GetProperty("global").GetString());
        Assert.Equal("""{"Supervisor":"Info","Network":"Debug","Runtime":"Warning"}""", levels.GetProperty("facility_overrides").GetRawText());
        Assert.Equal(13, levels.GetProperty("facilities").EnumerateObject().Count());
        (int code, string output) = mcrd.TryCtl("log-level", "set", "--facility", "Ingres", "--level", "debug");
        Assert.Equal((1, "mcrctl: facility: 'Ingres' is none; did you mean 'Ingress'? They are Supervisor, RuleDispatch, ControlSocket, DataPlane, Ingress, Egress, PacketParser, Stats, Security, Network, State, Runtime, Cluster"), (code, output));
        (code, output) = mcrd.TryCtl("log-level", "set", "--global", "loud");
        Assert.Equal((1, "mcrctl: global: 'loud' is no level; give one of debug, info, warning, error"), (code, output));

        Set(mcrd, "--global", "error", "--facility", "Supervisor", "--level", "default");
        Assert.Equal("Error", mcrd.Ask(new ControlRequest.GetLogLevels()).GetProperty("LogLevels").GetProperty("facilities").GetProperty("Supervisor").GetString());
        Assert.DoesNotContain("mcrd has stopped", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    private static string Set(McrdProcess mcrd, params string[] arguments) => mcrd.Ctl(["log-level", "set", .. arguments]).GetProperty("Success").GetString()!;

    private static void AddAudio(McrdProcess mcrd) => mcrd.Ctl("add", "--name", "audio", "--input-interface", "in0", "--input-group", "239.1.1.9", "--input-port", "5009", "--outputs", "239.2.2.9:6009:out0");
}
