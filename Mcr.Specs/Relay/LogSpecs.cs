using System.Text.Json;

namespace Mcr.Specs.Relay;

/// <summary>What the log has for people, and for programs.</summary>
public sealed class LogSpecs
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";
    private static readonly string[] Expected =
    [
        "Supervisor: mcrd 0.1.0",
        "Network: kernel: ",
        "Network: kernel: ",
        "DataPlane: worker 0 of in0 (pid ",
        "RuleDispatch: rule ",
        "Supervisor: mcrd is ready after ",
        "DataPlane: worker 0 of in0 (pid ",
        "Stats: [STATS:Ingress FINAL]",
        "Stats: [STATS:Egress FINAL]",
        "Stats: [STATS:Worker FINAL]",
        "Supervisor: mcrd has stopped",
    ];

    private static readonly Dictionary<string, string?> Often = new() { ["MCR_STATS_INTERVAL_MS"] = "100" };

    [Fact]
    public void Lines_should_come_at_the_interval_of_the_environment_with_the_text_that_scripts_read()
    {
        using var topology = new RelayTopology();
        using var mcrd = new McrdProcess(topology.Relay, Rule, environment: Often);
        mcrd.WaitReady();
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 1000, "--rate", "5000", "--size", "1000");
        string ingress = mcrd.Process.WaitForLine("[STATS:Ingress] recv=1000");
        string egress = mcrd.Process.WaitForLine("[STATS:Egress] sent=1000");
        Assert.Matches(@" INFO  Stats: \[STATS:Ingress\] recv=1000 matched=1000 parse_err=0 no_match=0 buf_exhaust=0 \([0-9]+ pps\) interface=in0 worker=0$", ingress);
        Assert.Matches(@" INFO  Stats: \[STATS:Egress\] sent=1000 submitted=1000 errors=0 bytes=1000000 \([0-9]+ pps\) interface=in0 worker=0$", egress);
    }

    [Fact]
    public void Json_lines_should_have_the_same_fields_as_members()
    {
        using var topology = new RelayTopology();
        using var mcrd = new McrdProcess(topology.Relay, Rule, environment: Often, arguments: "--log-json");
        mcrd.WaitReady();
        StreamSender.Send(topology.Source, "src0", "239.1.1.1", 5000, 100, "--rate", "5000", "--size", "1000");
        JsonElement line = JsonDocument.Parse(mcrd.Process.WaitForLine("[STATS:Egress] sent=100 ")).RootElement;
        Assert.Equal(("INFO", "Stats", "in0"), (line.GetProperty("level").GetString(), line.GetProperty("facility").GetString(), line.GetProperty("interface").GetString()));
        Assert.Equal((100, 100_000, 0), (line.GetProperty("sent").GetInt32(), line.GetProperty("bytes").GetInt32(), line.GetProperty("worker").GetInt32()));
        Assert.All(mcrd.Stop().Output.Split('\n'), text => JsonDocument.Parse(text));
    }

    [Fact]
    public void Only_what_matters_should_be_said_of_a_start_and_a_stop()
    {
        NamespaceSupport.RequireOtherUsers(); // or that is said as well
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        string[] lines = [.. mcrd.Stop().Output.Split('\n').Select(l => l[(l.IndexOf("  ", StringComparison.Ordinal) + 2)..])];

        // Actors log through a mailbox, so neighbours may change places.
        string[] starts = [.. lines.Select(line => Expected.FirstOrDefault(start => line.StartsWith(start, StringComparison.Ordinal)) ?? line)];
        Assert.True(Expected.Order(StringComparer.Ordinal).SequenceEqual(starts.Order(StringComparer.Ordinal)), string.Join('\n', lines));
    }
}
