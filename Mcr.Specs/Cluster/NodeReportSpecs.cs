using CsCheck;
using Mcr.Actors.Cluster;
using Mcr.Actors.Legs;

namespace Mcr.Specs.Cluster;

public sealed class NodeReportSpecs
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<Dictionary<string, int>> GenCounts = Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2]).Array[0, 2].Select(all => all.DistinctBy(c => c.Item1).ToDictionary(c => $"s{c.Item1}", c => c.Item2));

    private static readonly Gen<Dictionary<string, string>> GenTexts = GenCounts.Select(counts => counts.ToDictionary(c => c.Key, c => $"{c.Value}"));

    /// <summary>Few values, so that numbers, times and contents meet.</summary>
    internal static readonly Gen<NodeReport> Any = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1], Gen.Int[0, 1], GenCounts, GenCounts, GenTexts, GenTexts, (number, at, version, rules, workers, interfaces, refused) => new NodeReport
    {
        Number = number,
        At = Noon.AddSeconds(at),
        Version = $"1.{version}",
        RulesetHash = version == 0 ? "00ff" : "",
        Rules = rules,
        Workers = workers,
        Interfaces = interfaces,
        Refused = refused,
        RefusedMore = version,
    }).Select(Gen.Int[0, 2], Gen.Int[0, 2], (report, legs, clock) => report with
    {
        Legs = [.. Enumerable.Range(0, legs).Select(i => new LegReport { From = "a", Rule = $"r{i}", Output = "239.2.2.2:6000 on eth1", To = "b", Sent = clock, Last = clock == 0 ? null : Noon })],
        Clock = clock == 0 ? null : new ClockReport("5f", clock == 2, 1024),
    });

    [Fact]
    public void Merging_should_be_the_same_in_any_order() => Gen.Select(Any, Any, Any).Sample(
        (a, b, c) =>
        {
            Same(a.Merge(b), b.Merge(a));
            Same(a.Merge(b).Merge(c), a.Merge(b.Merge(c)));
            Same(a, a.Merge(a));
            Same(a.Merge(b), a.Merge(b).Merge(b));
        },
        iter: 20_000);

    [Fact]
    public void Later_number_should_count_whatever_the_clocks_say()
    {
        var early = new NodeReport { Number = 1, At = Noon.AddYears(1), Version = "1" };
        var late = new NodeReport { Number = 2, At = Noon, Version = "2" };
        Assert.Same(late, early.Merge(late));
        Assert.Same(late, late.Merge(early));
        Assert.Same(late, NodeReport.None.Merge(late));
    }

    /// <summary>Both lives of a node said their first, and the other nodes have heard of either.</summary>
    [Fact]
    public void Of_two_with_one_number_all_should_take_the_later()
    {
        var before = new NodeReport { Number = 1, At = Noon, RulesetHash = "aa" };
        var after = new NodeReport { Number = 1, At = Noon.AddSeconds(1), RulesetHash = "bb" };
        Assert.Same(after, before.Merge(after));
        Assert.Same(after, after.Merge(before));
    }

    [Fact]
    public void Report_should_say_the_same_whenever_it_was_said_and_in_whatever_order() => Gen.Select(Any, Any).Sample((a, b) =>
    {
        NodeReport again = a with { Number = 9, At = Noon.AddDays(1), Rules = a.Rules.Reverse().ToDictionary(), Refused = a.Refused.Reverse().ToDictionary() };
        Assert.True(a.SaysTheSameAs(again) && again.SaysTheSameAs(a));
        Assert.Equal(Text(a) == Text(b), a.SaysTheSameAs(b));
    });

    internal static string Text(NodeReport report) =>
        string.Join(' ', [report.Version, report.RulesetHash, .. Texts(report.Rules), "|", .. Texts(report.Workers), "|", .. Texts(report.Interfaces), "|", .. Texts(report.Refused), "|", .. report.Legs.Select(l => $"{l}"), $"{report.Clock}"]);

    private static IEnumerable<string> Texts<T>(IReadOnlyDictionary<string, T> values) => values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}:{v.Value}");

    private static void Same(NodeReport one, NodeReport other) => Assert.Equal((one.Number, one.At, Text(one)), (other.Number, other.At, Text(other)));
}
