using System.Text.Json;
using System.Text.RegularExpressions;

namespace Mcr.Specs.Metrics;

/// <summary>Alerts and dashboard of docs/monitoring: they ask for what there is.</summary>
public sealed partial class MonitoringFilesSpecs
{
    private static readonly string Files = Path.Combine(Executables.RepositoryRoot, "docs", "monitoring");

    [Fact]
    public void Alerts_should_fire_and_be_quiet_as_their_tests_say_and_each_have_one()
    {
        NamespaceSupport.RequireProgram("promtool", "prometheus");
        string[] alerts = [.. AlertNames().Matches(File.ReadAllText(Path.Combine(Files, "alerts.yml"))).Select(m => m.Groups[1].Value)];
        string tests = File.ReadAllText(Path.Combine(Files, "alerts-test.yml"));
        Assert.All(alerts, alert => Assert.Contains($"name: {alert}, fires", tests, StringComparison.Ordinal));
        using var promtool = new RunningProcess(null, "promtool", ["test", "rules", Path.Combine(Files, "alerts-test.yml")]);
        (int code, string text, _) = promtool.End();
        Assert.True(code == 0, text);
    }

    [Theory]
    [InlineData("alerts.yml")]
    [InlineData("alerts-test.yml")]
    [InlineData("grafana-dashboard.json")]
    public void Metrics_and_labels_that_are_asked_for_should_be_there(string file)
    {
        using var relay = MeasuredRelay.OfEverything();
        HashSet<string> metrics = [.. relay.Lines.Where(l => !l.StartsWith('#')).Select(MetricsDocument.NameOf)];
        string text = File.ReadAllText(Path.Combine(Files, file)).Replace("\\\"", "\"", StringComparison.Ordinal);
        string[] asked = [.. Metric().Matches(text).Select(m => m.Value).Distinct()];
        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(metrics));
        string[] labels = [.. Matcher().Matches(text).SelectMany(m => Label().Matches(m.Groups[1].Value).Select(l => l.Groups[1].Value)).Distinct()];
        Assert.Empty(labels.Except(relay.Lines.SelectMany(l => Label().Matches(l).Select(m => m.Groups[1].Value))).Except(["instance", "job", "cluster"]));
    }

    [Fact]
    public void Dashboard_should_be_json_with_panels_that_ask()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Files, "grafana-dashboard.json")));
        JsonElement[] panels = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(p => p.GetProperty("type").GetString() != "row")];
        Assert.True(panels.Length > 20);
        Assert.All(panels, panel => Assert.All(panel.GetProperty("targets").EnumerateArray(), t => Assert.NotEmpty(t.GetProperty("expr").GetString()!)));
        Assert.Equal(panels.Length, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
    }

    [GeneratedRegex("- alert: (\\w+)")]
    private static partial Regex AlertNames();

    [GeneratedRegex("\\b(mcr|process)_[a-z_]+\\b")]
    private static partial Regex Metric();

    [GeneratedRegex("\\b(?:mcr|process)_[a-z_]+\\{([^}]*)\\}")]
    private static partial Regex Matcher();

    [GeneratedRegex("([a-z_]+)(?:=~|!=|!~|=)\"")]
    private static partial Regex Label();
}
