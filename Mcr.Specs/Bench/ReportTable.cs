using System.Text;
using Spectre.Console;

namespace Mcr.Specs.Bench;

/// <summary>A table of text, for the console and for Markdown.</summary>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public string ToMarkdown()
    {
        var text = new StringBuilder($"## {Title}\n\n");
        Row(text, Columns);
        Row(text, [.. Columns.Select((_, i) => i == 0 ? "---" : "---:")]);
        foreach (IReadOnlyList<string> row in Rows)
            Row(text, row);
        return text.ToString();
    }

    public void Print(IAnsiConsole console)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(Title)) };
        foreach (string column in Columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)) { Alignment = column == Columns[0] ? Justify.Left : Justify.Right });
        foreach (IReadOnlyList<string> row in Rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        console.Write(table);
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}

/// <summary>A run's results as tables.</summary>
internal static class ReportTables
{
    private const string Nothing = "–";

    public static IEnumerable<ReportTable> Of(Results results)
    {
        foreach (Traffic traffic in Traffic.All.Where(t => results.Has(t.Name)))
            yield return Rates(results, traffic.Name);
        foreach (int rate in Traffic.LatencyRates.Where(r => results.Has(Latency.Name(r))))
            yield return Latencies(results, Latency.Name(rate));
    }

    public static ReportTable Of(IReadOnlyList<Goal> goals) =>
        new("Numbers to reach", ["", "wanted", "measured", "reached"], [.. goals.Select(g => (string[])[g.What, g.Wanted, g.Measured, g.IsReached switch { true => "yes", false => "no", null => Nothing }])]);

    private static ReportTable Rates(Results results, string traffic) => new(
        traffic,
        ["", "without loss, 1000/s", "mcrd ×", "load, 1000/s", "relay, ns a datagram", "mcrd ×", "machine, ns a datagram", "mcrd ×", "lost"],
        [
            .. InOrder(results, traffic).Select(peer => (string[])
            [
                peer,
                (results.Of(traffic, peer, Measure.SenderLimit)?.Highest > 0 ? "≥ " : "") + Thousands(results.Of(traffic, peer, Measure.Rate)),
                Ratio(results, traffic, peer, Measure.Rate),
                Thousands(results.Of(traffic, peer, Measure.Load) is { } load ? load with { Rounds = 1 } : null),
                Numbers.WithSpread(results.Of(traffic, peer, Measure.Relay), "in the kernel"),
                Ratio(results, traffic, peer, Measure.Relay),
                Numbers.WithSpread(results.Of(traffic, peer, Measure.Machine)),
                Ratio(results, traffic, peer, Measure.Machine),
                results.Of(traffic, peer, Measure.Lost) is { } lost ? FormattableString.Invariant($"{lost.Highest:N0}") : Nothing,
            ]),
        ]);

    private static ReportTable Latencies(Results results, string traffic) => new(
        $"One-way {traffic}, 1316 B, µs",
        ["", "p50", "mcrd ×", "p99", "mcrd ×", "p99.9", "max"],
        [
            .. InOrder(results, traffic).Select(peer => (string[])
            [
                peer,
                Numbers.WithSpread(results.Of(traffic, peer, Measure.P50)),
                Ratio(results, traffic, peer, Measure.P50),
                Numbers.WithSpread(results.Of(traffic, peer, Measure.P99)),
                Ratio(results, traffic, peer, Measure.P99),
                Numbers.WithSpread(results.Of(traffic, peer, Measure.P999)),
                Numbers.WithSpread(results.Of(traffic, peer, Measure.Max)),
            ]),
        ]);

    private static IEnumerable<string> InOrder(Results results, string traffic)
    {
        HashSet<string> measured = [.. results.Peers(traffic)];
        return BenchPlan.AllPeers.Select(p => p.Name).Where(measured.Contains);
    }

    /// <summary>mcrd's default against this peer.</summary>
    private static string Ratio(Results results, string traffic, string peer, Measure measure) =>
        peer != BenchPlan.Mcrd && results.Median(traffic, BenchPlan.Mcrd, measure) is { } ours && results.Median(traffic, peer, measure) is { } theirs && theirs > 0
            ? Numbers.Short(ours / theirs)
            : "";

    private static string Thousands(Spread? s) =>
        Numbers.WithSpread(s is { } v ? new Spread(v.Median / 1000, v.Lowest / 1000, v.Highest / 1000, v.Rounds) : null);
}
