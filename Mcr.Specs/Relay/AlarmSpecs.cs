using System.Text.Json;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>What somebody hears who follows the events of a real mcrd.</summary>
public sealed class AlarmSpecs
{
    private const string Rule = """{ name = video, alarms { silence = 2s }, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    [Fact]
    public void Silence_and_a_second_source_should_be_raised_and_cleared_for_who_follows()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        using var follower = new RunningProcess(null, Executables.Mcrctl, ["--socket-path", mcrd.ControlSocket, "events", "--follow"]);
        follower.WaitForLine("\"kind\":\"rule-state\"");
        follower.WaitForLine("no datagram has come in the");
        using RunningProcess first = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", "200", "--size", "500");
        Await("alarm-cleared", "silence");
        using (RunningProcess second = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", "200", "--size", "500"))
        {
            Await("alarm-raised", "second-source");
            JsonElement alarm = mcrd.Ask(new Mcr.Actors.Control.ControlRequest.Stats()).GetProperty("Stats")[0].GetProperty("alarms")[0];
            Assert.Equal("second-source", alarm.GetProperty("alarm").GetString());
            second.Terminate();
        }

        Await("alarm-cleared", "second-source");
        follower.Signal(Libc.SIGINT);
        Assert.Equal(0, follower.WaitForExit());

        void Await(string kind, string alarm) => McrdWaits.Until(
            () => follower.Output.Split('\n').Any(l => l.Contains($"\"kind\":\"{kind}\"", StringComparison.Ordinal) && l.Contains($"\"alarm\":\"{alarm}\"", StringComparison.Ordinal)),
            () => $"{kind} {alarm} in {follower.Output}");
    }
}
