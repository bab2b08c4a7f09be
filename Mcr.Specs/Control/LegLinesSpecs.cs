using Mcr.Actors.Control;
using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Specs.Control;

/// <summary>Legs as an operator reads them.</summary>
public sealed class LegLinesSpecs
{
    private static readonly LegEntry Up = new("studio", "a", "b", "239.2.2.2:6000 on eth1", "up")
    {
        Address = "10.9.0.2:4107",
        Sent = 12_000,
        MaxPayload = 1_424,
        Received = 12_000,
        Lost = 0,
        Reordered = 0,
        Refused = 0,
        Latency = new LegLatencyEntry(57, 480, 3_120, 1_024),
        Clocks = "both clocks are synchronised, to 0.5 ms (a) and 0.5 ms (b) at worst",
    };

    [Fact]
    public void Leg_that_works_should_be_a_line_with_where_it_goes_and_what_both_ends_count() => Assert.Equal(
        "leg of rule studio from a → b at 10.9.0.2:4107 for 239.2.2.2:6000 on eth1: up; sent 12,000, received 12,000, lost 0, max payload 1,424 bytes; latency 57 us least, 480 us mean, 3.1 ms most (± 1.0 ms)",
        LegLines.Of(Up));

    [Fact]
    public void What_is_not_as_it_was_sent_should_be_counted_and_a_latency_that_cannot_be_known_be_explained() => Assert.Equal(
        "leg of rule studio from a → b at 10.9.0.2:4107 for 239.2.2.2:6000 on eth1: up; sent 12,000, received 11,970, lost 30 (0.25 %), reordered 2, refused 500, fragmented 7, max payload 1,424 bytes; the latency is not known: node b has not said anything of its clock",
        LegLines.Of(Up with { Received = 11_970, Lost = 30, Reordered = 2, Refused = 500, Fragmented = 7, Latency = null, Clocks = "the latency is not known: node b has not said anything of its clock" }));

    [Fact]
    public void Leg_that_does_not_work_should_say_why_and_nothing_that_is_not_known() => Assert.Equal(
        "leg of rule studio from a → b for 239.2.2.2:6000 on eth1: waiting, node b cannot be reached by the cluster",
        LegLines.Of(new LegEntry("studio", "a", "b", "239.2.2.2:6000 on eth1", "waiting") { Why = "node b cannot be reached by the cluster", Sent = 0, Received = 0, Lost = 0 }));

    [Theory]
    [InlineData(0, 12_000, "lost 0,")]
    [InlineData(1, 1_000_000, "lost 1 (below 0.01 %),")]
    [InlineData(15_018, 45_054, "lost 15,018 (25 %),")]
    [InlineData(7, 0, "lost 7 (100 %),")]
    public void Loss_should_be_a_part_of_what_should_have_come(long lost, long received, string text) => Assert.Contains(text, LegLines.Of(Up with { Lost = lost, Received = received }), StringComparison.Ordinal);

    /// <summary>And not more than a screen of them.</summary>
    [Fact]
    public void Those_that_do_not_work_should_come_first_and_the_rest_be_counted()
    {
        LegEntry[] legs = [.. Enumerable.Range(0, 30).Select(i => Up with { RuleId = $"r-{i:00}", State = i switch { 20 => "idle", 25 => "waiting", 27 => "silent", _ => "up" } })];
        string[] lines = [.. LegLines.Of(legs)];
        Assert.Equal(["leg of rule r-27", "leg of rule r-25", "leg of rule r-20", "leg of rule r-00"], lines[..4].Select(l => l[..16]));
        Assert.Equal(("… 10 more legs; mcrctl --json cluster status has all of them", 21), (lines[^1], lines.Length));
        Assert.Empty(LegLines.Of([]));
    }

    [Fact]
    public void Status_of_a_cluster_should_have_them() => Assert.Contains(
        LegLines.Of(Up),
        string.Join('\n', AnswerScreen.Of(new ControlResponse.ClusterStatus(SampleAnswers.Cluster(2) with { Legs = [Up] })).Lines(300).Select(l => l.Text(isColoured: false))),
        StringComparison.Ordinal);
}
