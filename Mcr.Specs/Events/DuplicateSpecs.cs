using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Kernel;
using Mcr.Native.Rules;

namespace Mcr.Specs.Events;

/// <summary>Which routes and sockets of a host have to do with which rules, and what is told of them.</summary>
public sealed class DuplicateSpecs(ITestOutputHelper output)
{
    private static readonly ForwardingRule Same = TestRules.Rule("in0", "239.1.1.1", 5000, "same", "239.1.1.1:5000:out0", "239.2.2.2:5000:out1");
    private static readonly ForwardingRule Translated = TestRules.Rule("in0", "239.1.1.3", 5003, "translated", "239.2.2.3:5003:out0", "239.1.1.3:5004:out1");

    [Fact]
    public void Route_to_an_output_with_the_same_group_and_port_should_duplicate_it_and_no_other()
    {
        Assert.Equal([(Same.Id, "out0")], Routed(Route("239.1.1.1", "0.0.0.0", "in0", "out0", "out1"), Route("239.1.1.3", "10.1.0.1", "in0", "out0", "out1")));
        Assert.Empty(Routed(Route("239.1.1.1", "0.0.0.0", "in0", "out1")));
        Assert.Empty(Routed(Route("239.1.1.1", "0.0.0.0", "in1", "out0")));
        Assert.Empty(Routed(Route("239.1.1.2", "0.0.0.0", "in0", "out0")));
    }

    [Fact]
    public void Route_of_another_source_should_be_none_of_a_rule_with_one()
    {
        ForwardingRule rule = Same with { Input = Same.Input with { Source = IPAddress.Parse("10.1.0.7") } };
        Assert.Empty(Duplicates.Find([rule], Host([Route("239.1.1.1", "10.1.0.1", "in0", "out0")])).Routes);
        Assert.Single(Duplicates.Find([rule], Host([Route("239.1.1.1", "10.1.0.7", "in0", "out0")])).Routes);
        Assert.Single(Duplicates.Find([rule], Host([Route("239.1.1.1", "0.0.0.0", "in0", "out0")])).Routes);
    }

    [Fact]
    public void Rule_for_a_prefix_should_be_duplicated_by_a_route_within_and_heard_by_sockets_within()
    {
        ForwardingRule rule = TestRules.Rule("in0", "239.1.0.0", 5000, "wide", "239.1.0.0:5000:out0");
        rule = rule with
        {
            Input = rule.Input with { PrefixLength = 16, LastPort = 5010 },
            Outputs = [rule.Outputs[0] with { PrefixLength = 16, LastPort = 5010 }],
        };
        Duplicates found = Duplicates.Find([rule], Host([Route("239.1.7.7", "10.1.0.1", "in0", "out0")], Socket(1, "239.1.7.7", 5010), Socket(2, "239.2.0.1", 5000), Socket(3, "0.0.0.0", 5011), Socket(4, "0.0.0.0", 5001)));
        Assert.Single(found.Routes);
        Assert.Equal([1UL, 4UL], found.Listeners.Keys.Order());
    }

    [Fact]
    public void Rule_with_several_inputs_should_be_duplicated_and_heard_at_each_that_is_a_group()
    {
        ForwardingRule rule = Translated with
        {
            MoreInputs = [new RuleInput("in1", IPAddress.Parse("239.2.2.3"), 5003), new RuleInput("in1", IPAddress.Parse("10.1.0.9"), 5009)],
            Select = new SelectSettings(SelectMode.Failover, null),
        };
        Duplicates found = Duplicates.Find([rule], Host([Route("239.2.2.3", "0.0.0.0", "in1", "out0")], Socket(1, "239.1.1.3", 5003), Socket(2, "239.2.2.3", 5003), Socket(3, "0.0.0.0", 5003), Socket(4, "10.1.0.9", 5009)));
        Assert.Equal(["out0"], found.Routes[rule.Id].Outputs);
        Assert.Equal([1UL, 2UL, 3UL], found.Listeners.Keys.Order());
        Assert.All(found.Listeners.Values, listener => Assert.Equal(0, listener.Others)); // the same rule, by whichever input
        Assert.Contains("forwards 239.1.1.3 from in0 or 239.2.2.3 from in1 to out0 as well", Assert.Single(Take(DuplicateState.Empty, found).News).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Route_should_be_an_alarm_until_it_is_gone()
    {
        Duplicates found = Duplicates.Find([Same], Host([Route("239.1.1.1", "0.0.0.0", "in0", "out0")]));
        (DuplicateState state, ImmutableArray<RelayEvent> news) = Take(DuplicateState.Empty, found);
        RelayEvent raised = Assert.Single(news);
        Assert.Equal((EventSeverity.Warning, EventKind.AlarmRaised, "same", "duplicate"), (raised.Severity, raised.Kind, raised.RuleName, raised.Values["alarm"]));
        Assert.Contains("forwards 239.1.1.1 from in0 to out0 as well", raised.Sentence, StringComparison.Ordinal);
        Assert.Equal(AlarmKind.Duplicate, state.Alarms[Same.Id].Kind);
        (state, news) = Take(state, found);
        Assert.Empty(news);
        (state, news) = Take(state, Duplicates.None); // once, which may be for how the list is read
        Assert.Empty(news);
        (state, news) = Take(state, found);
        Assert.Empty(news);
        (state, news) = Take(state, Duplicates.None);
        Assert.Empty(news);
        (state, news) = Take(state, Duplicates.None);
        Assert.Equal(EventKind.AlarmCleared, Assert.Single(news).Kind);
        Assert.True(state.IsEmpty);
    }

    [Fact]
    public void Alarm_should_say_what_is_so_now_and_be_over_at_once_when_nobody_looks()
    {
        ForwardingRule both = TestRules.Rule("in0", "239.1.1.1", 5000, "both", "239.1.1.1:5000:out0", "239.1.1.1:5000:out1");
        (DuplicateState state, _) = Take(DuplicateState.Empty, Duplicates.Find([both], Host([Route("239.1.1.1", "0.0.0.0", "in0", "out0")], Socket(1, "0.0.0.0", 5000))), new() { [1] = new(false, null) });
        (state, ImmutableArray<RelayEvent> news) = Take(state, Duplicates.Find([both], Host([Route("239.1.1.1", "0.0.0.0", "in0", "out1")], Socket(1, "0.0.0.0", 5000))));
        Assert.Empty(news);
        Assert.Contains("to out1 as well", state.Alarms[both.Id].Sentence, StringComparison.Ordinal);
        Assert.Contains("to out1 as well, so that everything is there twice (see: ip mroute)): nobody looks any more", Assert.Single(state.Drop()).Sentence, StringComparison.Ordinal);
        (state, news) = state.Take(Duplicates.None, ImmutableHashSet<RuleId>.Empty, new Dictionary<ulong, SocketHolder>(), DateTimeOffset.UnixEpoch);
        Assert.EndsWith(": the rule is not relayed, or does not ask for it", Assert.Single(news).Sentence, StringComparison.Ordinal); // and nothing of the socket, which is there
        Assert.True(state.IsEmpty);
    }

    [Fact]
    public void Socket_of_another_program_should_be_told_once_with_who_has_it_and_ours_never()
    {
        Duplicates found = Duplicates.Find([Same, TestRules.Rule("in0", "239.1.1.9", 5000, "more", "239.2.2.9:6000:out0")], Host([], Socket(1, "0.0.0.0", 5000), Socket(2, "239.1.1.1", 5000), Socket(3, "0.0.0.0", 5000), Socket(4, "0.0.0.0", 5009)));
        Assert.Equal([1UL, 2UL, 3UL], DuplicateState.Empty.Unknown(found).Order());
        var holders = new Dictionary<ulong, SocketHolder> { [1] = new(false, new SocketOwner(77, "ffplay")), [2] = new(false, null), [3] = new(true, null) };
        (DuplicateState state, ImmutableArray<RelayEvent> news) = Take(DuplicateState.Empty, found, holders);
        Assert.All(news, e => Assert.Equal((EventSeverity.Info, EventKind.LocalListener), (e.Severity, e.Kind)));
        RelayEvent[] told = [.. news.OrderBy(e => e.Values["inode"], StringComparer.Ordinal)];
        Assert.Equal(2, told.Length);
        Assert.Equal(("listens", "77", "ffplay", "2"), (told[0].Values["state"], told[0].Values["pid"], told[0].Values["program"], told[0].Values["rules"]));
        Assert.StartsWith("ffplay (pid 77, uid 1000), bound to 0.0.0.0:5000 on this host, may take in the datagrams of rule ", told[0].Sentence, StringComparison.Ordinal);
        Assert.Contains(" and 1 more as well", told[0].Sentence, StringComparison.Ordinal);
        Assert.Equal(("a program of uid 1000, whose socket 2 is bound to 239.1.1.1:5000 on this host,", "same"), (told[1].Sentence[..told[1].Sentence.IndexOf(" may", StringComparison.Ordinal)], told[1].RuleName));
        Assert.Empty(state.Unknown(found)); // nobody is asked about twice
        (state, news) = Take(state, found);
        Assert.Empty(news);
        (state, news) = Take(state, Duplicates.None);
        Assert.Empty(news);
        (state, news) = Take(state, Duplicates.None);
        Assert.Equal(["gone", "gone"], news.Select(e => e.Values["state"]));
        Assert.True(state.IsEmpty);
    }

    [Fact]
    public void Socket_that_is_gone_before_its_holder_is_found_should_be_no_news()
    {
        Duplicates found = Duplicates.Find([Same], Host([], Socket(1, "0.0.0.0", 5000)));
        (DuplicateState state, ImmutableArray<RelayEvent> news) = Take(DuplicateState.Empty, found);
        Assert.Empty(news);
        Assert.Equal([1UL], state.Unknown(found));
    }

    [Fact]
    public void More_sockets_than_anybody_would_look_at_should_be_left_out() =>
        Assert.Equal(Duplicates.MostListeners, Duplicates.Find([Same], Host([], [.. Enumerable.Range(1, 1000).Select(i => Socket((ulong)i, "0.0.0.0", 5000))])).Listeners.Count);

    /// <summary>Ten thousand rules beside a thousand routes and a thousand sockets.</summary>
    [Fact]
    public void Look_should_cost_little_for_ten_thousand_rules()
    {
        ForwardingRule[] rules = [.. Enumerable.Range(0, 10_000).Select(i => TestRules.Rule("in0", $"239.1.{i / 256}.{i % 256}", 5000, $"r{i}", $"239.1.{i / 256}.{i % 256}:5000:out0"))];
        HostTables host = Host([.. Enumerable.Range(0, 1000).Select(i => Route($"239.3.{i / 256}.{i % 256}", "10.1.0.1", "in0", "out0"))], [.. Enumerable.Range(1, 1000).Select(i => Socket((ulong)i, "0.0.0.0", (ushort)(10_000 + i)))]);
        double best = double.MaxValue;
        for (int i = 0; i < 10; i++)
        {
            long began = Stopwatch.GetTimestamp();
            Assert.Empty(Duplicates.Find(rules, host).Routes);
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        output.WriteLine($"10,000 rules, 1,000 routes, 1,000 sockets: {best:F1} ms, each 10 s");
        Assert.InRange(best, 0, 50);
    }

    private static IEnumerable<(RuleId, string)> Routed(params MulticastRoute[] routes) => Duplicates.Find([Same, Translated], Host(routes)).Routes.Select(r => (r.Key, string.Join(',', r.Value.Outputs)));

    /// <summary>Whoever they are.</summary>
    private static readonly IReadOnlySet<RuleId> All = new[] { Same, Translated, TestRules.Rule("in0", "239.1.1.9", 5000, "more", "239.2.2.9:6000:out0"), TestRules.Rule("in0", "239.1.1.1", 5000, "both", "239.1.1.1:5000:out0") }.Select(rule => rule.Id).ToHashSet();

    private static (DuplicateState State, ImmutableArray<RelayEvent> News) Take(DuplicateState state, Duplicates found, Dictionary<ulong, SocketHolder>? holders = null) =>
        state.Take(found, All, holders ?? [], DateTimeOffset.UnixEpoch);

    private static HostTables Host(MulticastRoute[] routes, params BoundSocket[] sockets) => new([.. routes], [.. sockets]);

    private static MulticastRoute Route(string group, string origin, string input, params string[] outputs) => new(IPAddress.Parse(group), IPAddress.Parse(origin), input, [.. outputs]);

    private static BoundSocket Socket(ulong inode, string address, ushort port) => new(IPAddress.Parse(address), port, 1000, inode);
}
