namespace Mcr.Specs.Relay;

/// <summary>How long an operator's script waits for a real mcrd's answer.</summary>
[Collection(SerialPackets.Name)]
public sealed class AnswerTimeSpecs(ITestOutputHelper output)
{
    [Fact]
    public void Json_answers_should_take_less_than_100_ms()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay,
            """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000, ttl = 8 } ] }""");
        mcrd.Ctl("list");
        foreach (string verb in new[] { "ping", "list", "stats", "list-workers", "interfaces" })
            StartTimes.AssertPrompt(output, "--socket-path", mcrd.ControlSocket, "--json", verb);
    }
}
