using System.Text.Json;
using System.Text.RegularExpressions;
using Mcr.Native.Interop;

namespace Mcr.Specs.Http;

/// <summary>A real mcrd, and Debian's Prometheus that scrapes it with the files of docs/monitoring.</summary>
public sealed partial class ScrapeSpecs(ITestOutputHelper output)
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";
    private static readonly string Files = Path.Combine(Executables.RepositoryRoot, "docs", "monitoring");

    [Fact]
    public void Prometheus_should_see_what_is_relayed_and_raise_the_alert_of_a_rule_that_fails()
    {
        NamespaceSupport.RequireProgram("prometheus");
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule, "  http.listen = \"127.0.0.1:9464\"");
        string directory = Directory.CreateTempSubdirectory($"mcr-spec-{Environment.ProcessId}-prometheus-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "alerts.yml"), File.ReadAllText(Path.Combine(Files, "alerts.yml")).Replace("for: 1m", "for: 1s", StringComparison.Ordinal));
            File.WriteAllText(Path.Combine(directory, "prometheus.yml"), File.ReadAllText(Path.Combine(Files, "prometheus.yml")).Replace(": 5s", ": 1s", StringComparison.Ordinal));
            using var prometheus = new RunningProcess(topology.Relay, "prometheus", [$"--config.file={directory}/prometheus.yml", $"--storage.tsdb.path={directory}/data", "--web.listen-address=127.0.0.1:9090", "--log.level=warn"]);
            using (RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", "500", "--count", "1000"))
                sender.WaitForExit();
            mcrd.AwaitRelayed(1000);
            McrdWaits.Until(() => Query(topology, "mcr_rule_matched_total{name=\"video\"}").Contains(" => 1000 @", StringComparison.Ordinal), () => $"1000 in Prometheus, which printed: {prometheus.Output}");
            McrdWaits.Until(() => Query(topology, "mcr_output_sent_total").Contains("group=\"239.2.2.2\"", StringComparison.Ordinal), "the output in Prometheus");
            Assert.Contains("=> 1 @", Query(topology, "up{job=\"mcr\"}"), StringComparison.Ordinal);
            Assert.DoesNotContain("McrRule", Query(topology, "ALERTS"), StringComparison.Ordinal);

            mcrd.Ctl("add", "--name", "nowhere", "--input-interface", "in0", "--input-group", "239.1.1.9", "--input-port", "5000", "--outputs", "239.2.2.9:6000:gone0");
            McrdWaits.Until(() => AlertOf().IsMatch(Query(topology, "ALERTS")), () => $"an alert for the rule that fails, beside {Query(topology, "ALERTS")}");
            mcrd.Ctl("remove", "--name", "nowhere");
            McrdWaits.Until(() => !Query(topology, "mcr_rule_status").Contains("nowhere", StringComparison.Ordinal), "the end of its series");
            output.WriteLine(Query(topology, "count({__name__=~\"mcr_.*\"})"));
            Assert.Equal("", prometheus.Output);
            prometheus.Signal(Libc.SIGTERM);
            prometheus.WaitForExit();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>What the control socket answers, and what is served, are the same numbers; and mcrd is ready when it says so.</summary>
    [Fact]
    public void Health_should_follow_what_happens_to_workers_and_rules()
    {
        NamespaceSupport.RequireProgram("curl");
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule, "  http.listen = \"127.0.0.1:9464\"\n  worker.standby = off\n  worker.start-timeout = 60s");
        Assert.Equal(("Healthy", 200), Health(topology, "readyz", "mcr.workers"));
        Assert.Equal(("Healthy", 200), Health(topology, "healthz", "akka.actorsystem"));

        mcrd.Ctl("add", "--name", "nowhere", "--input-interface", "in0", "--input-group", "239.1.1.9", "--input-port", "5000", "--outputs", "239.2.2.9:6000:gone0");
        McrdWaits.Until(() => Health(topology, "readyz", "mcr.rules") == ("Degraded", 200), "a rule that is told of");
        mcrd.Ctl("remove", "--name", "nowhere");

        int worker = mcrd.WorkerPids().Single();
        _ = Libc.kill(worker, Libc.SIGKILL);
        McrdWaits.Until(() => Health(topology, "readyz", "mcr.workers").Status == 503 || mcrd.WorkerPids().Single() != worker, "a worker that is told of");
        McrdWaits.Until(() => Health(topology, "readyz", "mcr.workers") == ("Healthy", 200), "the next worker");
        McrdWaits.Until(() => Sample(Get(topology, "metrics").Body, "mcr_worker_restarts_total{interface=\"in0\",worker=\"0\"}") == "1", "the restart in the metrics");
    }

    private static string Sample(string text, string series) => text.Split('\n').Single(l => l.StartsWith(series + " ", StringComparison.Ordinal))[(series.Length + 1)..];

    private static (string State, int Status) Health(RelayTopology topology, string path, string check)
    {
        (string body, int status) = Get(topology, path);
        return (JsonDocument.Parse(body).RootElement.GetProperty("checks").GetProperty(check).GetProperty("status").GetString()!, status);
    }

    private static (string Body, int Status) Get(RelayTopology topology, string path)
    {
        using var curl = new RunningProcess(topology.Relay, "curl", ["-s", "-m", "20", "-w", "\n%{http_code}", $"http://127.0.0.1:9464/{path}"]);
        string all = curl.End().Output.TrimEnd('\n');
        int last = all.LastIndexOf('\n');
        return (all[..last], int.Parse(all[(last + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string Query(RelayTopology topology, string query)
    {
        using var promtool = new RunningProcess(topology.Relay, "promtool", ["query", "instant", "http://127.0.0.1:9090", query]);
        return promtool.End().Output;
    }

    [GeneratedRegex("alertname=\"McrRuleNotRelayed\".*alertstate=\"firing\".*nowhere")]
    private static partial Regex AlertOf();
}
