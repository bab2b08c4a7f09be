using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Cluster;
using Mcr.Actors.Control;
using Mcr.Actors.Legs;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;
using End = Mcr.Actors.Legs.LegEnd;

namespace Mcr.Specs.Legs;

/// <summary>What an operator is told of a leg, of what both its ends say.</summary>
public sealed class LegReportsSpecs
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly ForwardingRule Studio = LegRules.Rule("studio", null, LegRules.Output("b"));
    private static readonly LegName Leg = LegRules.Name("a", Studio, "b");
    private static readonly LegReport Sends = LegReport.Of(Leg) with { Address = "10.7.0.2", Port = 4107, Mtu = 1500, Sent = 70, Fragmented = 2, Last = Noon };
    private static readonly LegCounts Comes = new(60, 7, 3, 5, 1, Noon) { Delay = new LegDelay(-40, 300, 900) };
    private static readonly ClockReport Held = new("host-a", true, 1024);
    private static readonly ClockReport HeldToo = new("host-b", true, 512);

    [Fact]
    public void Leg_should_be_up_with_what_each_end_counts()
    {
        LegEntry entry = AtTheEnd(Sends, Comes, Held, HeldToo);
        Assert.Equal(("studio", "a", "b", Leg.Output, "up", null), (entry.RuleId, entry.From, entry.To, entry.Output, entry.State, entry.Why));
        Assert.Equal((70L, 2L, 1424), (entry.Sent, entry.Fragmented, entry.MaxPayload)); // less 28 of IP and UDP and 48 of the leg's header
        Assert.Equal((60L, 7L, 3L, 5L, Noon), (entry.Received, entry.Lost, entry.Reordered, entry.Refused, entry.Last));
        Assert.StartsWith("10.7.0.2:", entry.Address, StringComparison.Ordinal);
        Assert.Equal("up", AtTheEnd(Sends, Comes with { Last = Noon.AddSeconds(-5) }, Held, HeldToo).State);
    }

    [Fact]
    public void Leg_that_is_not_up_should_say_why()
    {
        Assert.Equal(("idle", "node a says nothing of it"), State(AtTheEnd(null, Comes, Held, HeldToo)));
        Assert.Equal(("waiting", "it has no device"), State(AtTheEnd(Sends with { Problem = "it has no device" }, Comes, Held, HeldToo)));
        Assert.Equal(("idle", "nothing has been sent over it yet"), State(AtTheEnd(Sends with { Last = null }, LegCounts.None, Held, HeldToo)));
        Assert.Equal(("waiting", "node b is setting up the end of it; mcrctl --node b list says how it is"), State(AtTheEnd(Sends, null, Held, HeldToo)));
    }

    /// <summary>By what each end counts, and not by their clocks, which may be hours apart.</summary>
    [Fact]
    public void Leg_should_be_silent_while_something_is_sent_and_nothing_comes()
    {
        (string at7, string at8, string late) = (At(7), At(8), At(40));
        Assert.Equal(("up", "silent", "idle"), (at7, at8, late)); // the last: nothing is sent any more
        (_, string? why) = State(Assert.Single(Until(9).Entries(Held, TimeSpan.FromSeconds(9))));
        Assert.Matches("^node a sends, and nothing of it comes to 10.7.0.2:41[0-9]{2} of node b: is there a way, and does a firewall let UDP to that port pass\\?$", why);

        string At(int second) => Assert.Single(Until(second).Entries(Held, TimeSpan.FromSeconds(second))).State;

        LegsState Until(int last)
        {
            LegsState looked = AtEnd(Comes with { Last = Noon.AddHours(-3) });
            for (int second = 0; second <= last; second++)
                looked = Look(looked, sent: second < 20 ? second : 20, second);
            return looked;
        }

        static LegsState Look(LegsState state, long sent, int second) =>
            state.Hear(Reports().Add("a", new NodeReport { Legs = [Sends with { Sent = sent }] }), ["a"]).Watch(TimeSpan.FromSeconds(second));
    }

    /// <summary>The end says what has come some seconds after it came.</summary>
    [Fact]
    public void Leg_that_goes_on_after_a_pause_should_not_be_silent_before_the_end_can_have_said_so()
    {
        LegsState state = AtEnd(Comes);
        foreach (int second in (int[])[0, 1, 20, 21, 22])
            state = state.Hear(Reports().Add("a", new NodeReport { Legs = [Sends with { Sent = second }] }), ["a"]).Watch(TimeSpan.FromSeconds(second));
        Assert.Equal("up", Assert.Single(state.Entries(Held, TimeSpan.FromSeconds(22))).State);
        state = state.Hear(Reports().Add("a", new NodeReport { Legs = [Sends with { Sent = 28 }] }), ["a"]).Watch(TimeSpan.FromSeconds(28));
        Assert.Equal("silent", Assert.Single(state.Entries(Held, TimeSpan.FromSeconds(28))).State);
    }

    [Fact]
    public void Leg_whose_other_node_is_away_should_say_so_and_whether_anything_comes()
    {
        LegsState state = AtEnd(Comes).Hear(Reports().Add("a", new NodeReport { Legs = [Sends] }), []).Watch(TimeSpan.Zero);
        Assert.Equal(("up", "node a cannot be reached by the cluster"), State(Assert.Single(state.Entries(Held, TimeSpan.FromSeconds(7)))));
        Assert.Equal(("idle", "node a cannot be reached by the cluster"), State(Assert.Single(state.Entries(Held, TimeSpan.FromSeconds(8)))));
    }

    [Fact]
    public void Beginning_should_say_what_it_waits_for()
    {
        LegsState state = new LegsState("a", LegRules.Cluster).See(Seen(null));
        Assert.Equal(("waiting", "node b cannot be reached by the cluster"), State(Assert.Single(state.Entries(Held, TimeSpan.Zero))));
        state = state.Hear(Reports(), ["b"]);
        Assert.Equal(("waiting", "node b has not said yet where it goes"), State(Assert.Single(state.Entries(Held, TimeSpan.Zero))));
        state = state.Answered(Leg, 7, null, "no port is left", TimeSpan.Zero).Next;
        Assert.Equal(("waiting", "no port is left"), State(Assert.Single(state.Entries(Held, TimeSpan.Zero))));
        state = state.See(Seen(new LegTarget(7, IPAddress.Parse("fd00::2"), 4107, LegRules.Leg(1)) { Mtu = 1500 }));
        LegEntry entry = Assert.Single(state.Entries(Held, TimeSpan.Zero));
        Assert.Equal(("idle", "node b says nothing of it"), State(entry));
        Assert.Equal(("[fd00::2]:4107", 1404), (entry.Address, entry.MaxPayload));
        LegReport comes = LegReport.Of(Leg) with { Address = "fd00::2", Port = 4107, Received = 9, Last = Noon, DelayLeast = 1, DelayMean = 2, DelayMost = 3 };
        entry = Assert.Single(state.Hear(Reports().Add("b", new NodeReport { Legs = [comes], Clock = HeldToo }), ["b"]).Entries(Held, TimeSpan.Zero));
        Assert.Equal(("up", 9L, new LegLatencyEntry(1, 2, 3, 1536)), (entry.State, entry.Received, entry.Latency));
    }

    [Fact]
    public void Latency_should_be_told_with_the_error_of_both_clocks_or_not_at_all()
    {
        Check(Held, HeldToo, 1536, "both clocks are synchronised, to 1.0 ms (a) and 0.5 ms (b) at worst");
        Check(Held with { Synchronised = false }, Held with { Synchronised = false }, 0, "both nodes have the same clock");
        Check(Held with { Synchronised = false }, HeldToo, null, "the latency is not known: the clock of node a is not synchronised (adjtimex), so that the two may be apart by anything; run NTP or PTP there");
        Check(Held, HeldToo with { Synchronised = false }, null, "the latency is not known: the clock of node b is not synchronised (adjtimex), so that the two may be apart by anything; run NTP or PTP there");
        Check(null, HeldToo, null, "the latency is not known: node a has not said anything of its clock");
        Check(Held with { Host = "", Synchronised = false }, HeldToo with { Host = "", Synchronised = false }, null, "the latency is not known: the clock of node a is not synchronised (adjtimex), so that the two may be apart by anything; run NTP or PTP there"); // of hosts that nobody knows
        LegEntry none = AtTheEnd(Sends, Comes with { Delay = null }, Held, HeldToo);
        Assert.Equal((null, null), (none.Latency, none.Clocks));

        static void Check(ClockReport? sender, ClockReport receiver, long? error, string clocks)
        {
            LegEntry entry = AtTheEnd(Sends, Comes, sender, receiver);
            Assert.Equal(error is { } known ? new LegLatencyEntry(-40, 300, 900, known) : null, entry.Latency);
            Assert.Equal(clocks, entry.Clocks);
        }
    }

    [Fact]
    public void Report_should_have_each_leg_once_in_order_and_no_more_than_others_can_bear()
    {
        ForwardingRule[] rules = [.. Enumerable.Range(0, 250).Select(i => LegRules.Rule($"r{i}", null, LegRules.Output("b")))];
        LegsState state = new LegsState("b", LegRules.Cluster with { Legs = LegRules.Cluster.Legs with { LastPort = 4399 } }).Know([.. rules.Reverse().Select(r => ("a", r))]).Next.Look(LegsStateSpecs.Links()).Next;
        ImmutableArray<LegReport> report = state.Report();
        Assert.Equal(200, report.Length);
        Assert.Equal(report.Select(r => $"{r.Name}").Distinct().Order(StringComparer.Ordinal), report.Select(r => $"{r.Name}"));
        Assert.Equal(250, state.Entries(Held, TimeSpan.Zero).Length);
        state = state.Look(new Mcr.Native.Netlink.LinkTable([])).Next;
        Assert.All(state.Report(), r => Assert.StartsWith("no device of node b has the address", r.Problem, StringComparison.Ordinal));
    }

    private static (string State, string? Why) State(LegEntry entry) => (entry.State, entry.Why);

    private static ImmutableSortedDictionary<string, NodeReport> Reports() => ImmutableSortedDictionary<string, NodeReport>.Empty;

    private static LegMessages.Seen Seen(LegTarget? target) =>
        new("in0", ImmutableDictionary<LegName, LegBeginning>.Empty.Add(Leg, new LegBeginning(7, target, new LegSent(9, 0, Noon))), ImmutableDictionary<RuleId, End>.Empty);

    /// <summary>As node b has it.</summary>
    /// <param name="begin">What node a says; null: nothing of this leg.</param>
    /// <param name="counts">null: no worker has the end.</param>
    private static LegEntry AtTheEnd(LegReport? begin, LegCounts? counts, ClockReport? sender, ClockReport receiver)
    {
        LegsState state = AtEnd(counts).Hear(Reports().Add("a", new NodeReport { Legs = begin is null ? [] : [begin], Clock = sender }), ["a"]);
        return Assert.Single(state.Entries(receiver, TimeSpan.Zero));
    }

    private static LegsState AtEnd(LegCounts? counts)
    {
        LegsState state = new LegsState("b", LegRules.Cluster).Know([("a", Studio)]).Next.Look(LegsStateSpecs.Links()).Next;
        RuleInput input = Assert.Single(state.Halves).Rule.Input;
        if (counts is not null)
            state = state.See(new LegMessages.Seen("lan0", ImmutableDictionary<LegName, LegBeginning>.Empty, ImmutableDictionary<RuleId, End>.Empty.Add(Leg.HalfId, new End(input.Group, input.Port, LegRules.Leg(1), true, false, counts))));
        return state;
    }
}
