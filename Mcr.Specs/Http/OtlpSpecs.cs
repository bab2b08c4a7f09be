using Mcr.Actors.Control;

namespace Mcr.Specs.Http;

/// <summary>What a real mcrd sends to a collector.</summary>
public sealed class OtlpSpecs
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    private static readonly string[] Metrics = ["/v1/metrics", "MetricsService/Export"];
    private static readonly string[] Traces = ["/v1/traces", "TraceService/Export"];

    [Theory]
    [InlineData("http")]
    [InlineData("grpc")]
    public async Task Collector_should_get_metrics_of_what_is_there_and_traces_of_what_was_asked(string protocol)
    {
        using var topology = new RelayTopology();
        await using Collector collector = await Collector.OpenAsync(topology.Relay, protocol == "grpc");
        using McrdProcess mcrd = McrdProcess.StartReady(
            topology.Relay,
            Rule,
            $$"""  otlp { endpoint = "http://127.0.0.1:{{collector.Port}}", protocol = {{protocol}}, headers = "authorization=Bearer x", interval = 1s }""");
        McrdWaits.Until(() => collector.PostsTo(Metrics).Any(p => p.Contains("mcr.rule.matched", StringComparison.Ordinal) && p.Contains("video", StringComparison.Ordinal)), "metrics of the rule");
        Assert.Equal(["Bearer x"], collector.Authorizations);

        mcrd.Ctl("add", "--name", "extra", "--input-interface", "in0", "--input-group", "239.1.1.9", "--input-port", "5000", "--outputs", "239.2.2.9:6000:out0");
        McrdWaits.Until(() => collector.PostsTo(Metrics).Any(p => p.Contains("extra", StringComparison.Ordinal)), "metrics of the other rule");
        McrdWaits.Until(() => collector.PostsTo(Traces).Any(p => p.Contains("control add", StringComparison.Ordinal) && p.Contains("ask relay", StringComparison.Ordinal)), "a trace of it");
        Assert.DoesNotContain(collector.PostsTo(Traces), p => p.Contains("control stats", StringComparison.Ordinal)); // it asks that itself, all the time

        // More than OpenTelemetry has places for at first: none of them is lost in the one that stands for all others.
        ControlRequest.Add[] many = [.. Enumerable.Range(0, 120).Select(i => new ControlRequest.Add { Name = $"many-{i}", InputInterface = "in0", InputGroup = $"239.9.1.{i}", InputPort = "5000", Outputs = [new OutputText { Interface = "out0", Group = $"239.9.2.{i}", Port = "6000" }] })];
        mcrd.Ask(new ControlRequest.ChangeRules { Rules = many });
        McrdWaits.Until(() => collector.PostsTo(Metrics).Any(p => p.Contains("many-119", StringComparison.Ordinal)), "metrics of the last of many rules");
        Assert.DoesNotContain(collector.PostsTo(Metrics), p => p.Contains("otel.metric.overflow", StringComparison.Ordinal));

        mcrd.Ctl("remove", "--name", "extra");
        collector.Forget();
        McrdWaits.Until(() => collector.PostsTo(Metrics).Length >= 3, "three more");
        Assert.DoesNotContain("extra", collector.PostsTo(Metrics)[^1], StringComparison.Ordinal);
        Assert.Equal(0, mcrd.Stop().Code);
    }

    /// <summary>It takes metrics all the while.</summary>
    [Theory]
    [InlineData("http")]
    [InlineData("grpc")]
    public async Task Traces_that_are_refused_should_be_told_of_once_and_once_more_when_they_are_taken(string protocol)
    {
        using var topology = new RelayTopology();
        await using Collector collector = await Collector.OpenAsync(topology.Relay, protocol == "grpc");
        collector.Refused = Traces;
        using McrdProcess mcrd = McrdProcess.StartReady(
            topology.Relay,
            Rule,
            $$"""  otlp { endpoint = "http://127.0.0.1:{{collector.Port}}", protocol = {{protocol}}, interval = 1s, timeout = 500ms }""");
        for (int batch = 1; batch <= 2; batch++)
        {
            mcrd.Rules();
            McrdWaits.Until(() => collector.PostsTo(Traces).Length >= batch, "a batch that is refused");
        }

        McrdWaits.Until(() => mcrd.Process.Output.Contains("traces cannot be sent", StringComparison.Ordinal), "a word of it");
        collector.Refused = [];
        mcrd.Rules();
        McrdWaits.Until(() => mcrd.Process.Output.Contains("traces are sent to", StringComparison.Ordinal), "a word of the end of it");
        string text = mcrd.Stop().Output;
        Assert.Single(text.Split('\n'), l => l.Contains("traces cannot be sent", StringComparison.Ordinal));
        Assert.DoesNotContain("metrics cannot be sent", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Collector_that_is_not_there_should_be_told_of_once_and_cost_nothing_else()
    {
        using var topology = new RelayTopology();
        int port = HttpPort.FreePort();
        using McrdProcess mcrd = McrdProcess.StartReady(
            topology.Relay,
            Rule,
            $$"""  otlp { endpoint = "http://127.0.0.1:{{port}}", interval = 1s, timeout = 500ms }""");
        McrdWaits.Until(() => mcrd.Process.Output.Contains("metrics cannot be sent", StringComparison.Ordinal), "a word of it");
        Assert.Equal("Active", mcrd.Rules().Single().GetProperty("status").GetString());
        (int code, string text) = mcrd.Stop();
        Assert.Equal(0, code);
        Assert.Single(text.Split('\n'), l => l.Contains("metrics cannot be sent", StringComparison.Ordinal));
    }
}
