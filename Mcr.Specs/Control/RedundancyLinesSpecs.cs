using Mcr.Actors.Control;
using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Specs.Control;

/// <summary>Who forwards a redundant rule and who stands by, as an operator reads it.</summary>
public sealed class RedundancyLinesSpecs
{
    private static readonly DateTimeOffset Since = new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Local);

    private static readonly RedundancyNodeEntry Forwarder = new("b", "forwarding") { Since = Since, Why = "it was told to", Flowing = true, Hears = true };
    private static readonly RedundancyNodeEntry Standby = new("a", "standby") { Since = Since, Why = "it was handed over", Flowing = true, Hears = true };

    [Fact]
    public void Forwarder_should_come_first_with_since_when_and_why() =>
        Assert.Equal("b forwards it since 2026-03-04 05:06:07 (it was told to); a stands by", RedundancyLines.Of(Rule(Standby, Forwarder)));

    [Fact]
    public void What_a_standby_lacks_should_be_said() => Assert.Equal(
        "b forwards it since 2026-03-04 05:06:07 (it was told to; its output eth1 is down); a stands by (its input is silent; it has heard nobody on the output; its output eth2 is down)",
        RedundancyLines.Of(Rule(Standby with { Flowing = false, Hears = false, Degraded = "its output eth2 is down" }, Forwarder with { Degraded = "its output eth1 is down" })));

    [Fact]
    public void Nobody_that_forwards_should_be_said_first_and_each_node_say_why()
    {
        RedundancyEntry rule = Rule(
            new RedundancyNodeEntry("a", "unfit") { Unfit = "its input eth0 is down" },
            new RedundancyNodeEntry("b", "drained"),
            new RedundancyNodeEntry("c", "missing") { Why = "it has no such rule with ha" },
            new RedundancyNodeEntry("d", "unknown") { Why = "it cannot be reached" });
        Assert.Equal(
            "nobody forwards it that is known here; a cannot forward it: its input eth0 is down; b is drained; c does not have it: it has no such rule with ha; d is not known of: it cannot be reached. look there",
            RedundancyLines.Of(rule with { Warning = "look there" }));
    }

    /// <summary>Of many rules those come first that something is wrong with, and not more than a screen of them.</summary>
    [Fact]
    public void Wrong_ones_should_come_first_and_the_rest_be_counted()
    {
        RedundancyEntry[] rules = [.. Enumerable.Range(0, 30).Select(i => Rule(Standby, Forwarder) with { RuleId = $"r-{i}", Name = i == 0 ? "video" : null })];
        rules[25] = rules[25] with { Warning = "it is deaf" };
        rules[26] = rules[26] with { Forwarding = [] };
        rules[27] = rules[27] with { Forwarding = ["a", "b"] };
        string[] lines = [.. RedundancyLines.Of(rules)];
        Assert.Equal(["rule r-25", "rule r-26", "rule r-27", "rule video", "rule r-1"], lines[..5].Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)]));
        Assert.Equal(("… 10 more redundant rules; mcrctl list has all of them", 21), (lines[^1], lines.Length));
        Assert.Empty(RedundancyLines.Of([]));
    }

    private static RedundancyEntry Rule(params RedundancyNodeEntry[] nodes) => new("r-1", null, [.. nodes.Where(n => n.Role == "forwarding").Select(n => n.Node)], nodes);
}
