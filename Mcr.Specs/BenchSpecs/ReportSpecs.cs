using Mcr.Specs.Bench;

namespace Mcr.Specs.BenchSpecs;

public sealed class ReportSpecs
{
    [Theory]
    [InlineData(new double[] { 5 }, 5, 5, 5)]
    [InlineData(new double[] { 3, 1, 2 }, 2, 1, 3)]
    [InlineData(new double[] { 4, 1, 2, 3 }, 2.5, 1, 4)]
    public void Spread_should_have_the_median_and_the_ends(double[] values, double median, double lowest, double highest) =>
        Assert.Equal(new Spread(median, lowest, highest, values.Length), Spread.Of(values));

    [Fact]
    public void Tables_should_be_markdown()
    {
        var table = new ReportTable("Title", ["", "a|b"], [["mcrd", "1"], ["socat", "2"]]);
        Assert.Equal("## Title\n\n|  | a\\|b |\n| --- | ---: |\n| mcrd | 1 |\n| socat | 2 |\n", table.ToMarkdown());
    }

    [Fact]
    public void Report_should_say_where_and_how_it_was_made()
    {
        var report = new Report("AMD EPYC 9R14 (Genoa)", 2, "6.18.44", new DateTimeOffset(2026, 11, 24, 11, 0, 0, TimeSpan.Zero), "dotnet run", ["socat 1.7"], TimeSpan.FromMinutes(25));
        Assert.Equal("amd-epyc-9r14-genoa", report.Folder);
        string text = report.ToMarkdown("forwarding_rate", [], ["smcroute is not measured"], Method.Text);
        Assert.StartsWith("# forwarding_rate\n\nAMD EPYC 9R14 (Genoa), 2 CPUs, Linux 6.18.44, 2026-11-24 11:00 UTC, in 25 minutes, by\n\n```\ndotnet run\n```\n\nsocat 1.7.\n\nThree network", text, StringComparison.Ordinal);
        Assert.EndsWith("## Remarks\n\n- smcroute is not measured\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Latencies_should_be_in_microseconds() =>
        Assert.Equal(new Latency(1000, 999, 29, 59.5, 1200, 4000), Latency.Parse("latency sent=1000 received=999 p50=29000 p99=59500 p999=1200000 max=4000000"));
}
