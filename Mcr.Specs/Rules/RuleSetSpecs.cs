using System.Collections.Immutable;
using System.Net;
using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

public sealed class RuleSetSpecs
{
    private static readonly ForwardingRule First = Rule("first", "eth0 239.1.1.1 5000", "eth1 239.2.2.2 6000");
    private static readonly RuleSet Set = RuleSet.Empty.With(First);

    [Fact]
    public void Rule_should_be_found_by_id_and_name()
    {
        RuleSet set = Set.With(Rule("second", "eth0 239.1.1.1 5001", "eth1 239.2.2.2 6000") with { Name = "news" });
        Assert.True(set.TryGet(new RuleId("first"), out ForwardingRule? byId));
        Assert.Equal(First, byId);
        Assert.True(set.TryGetByName("news", out ForwardingRule? byName));
        Assert.Equal("second", byName.Id.Value);
        Assert.False(set.TryGet(new RuleId("First"), out _));
        Assert.False(set.TryGetByName("", out _));
    }

    [Fact]
    public void Rule_should_replace_the_one_with_the_same_input()
    {
        ForwardingRule next = Rule("next", "eth0 239.1.1.1 5000", "eth1 239.2.2.2 7000");
        Assert.Equal(First, Set.ReplacedBy(next));
        Assert.Empty(Set.Check(next));
        RuleSet replaced = Set.With(next);
        Assert.Equal(next, Assert.Single(replaced.Rules));
        Assert.False(replaced.TryGet(First.Id, out _));
        Assert.Equal(First, Assert.Single(Set.Rules)); // the old set is as it was
    }

    [Fact]
    public void Rule_with_another_source_should_be_another_rule()
    {
        ForwardingRule sourced = First with { Id = new RuleId("sourced"), Input = First.Input with { Source = IPAddress.Parse("10.0.0.7") } };
        Assert.Null(Set.ReplacedBy(sourced));
        Assert.Empty(Set.Check(sourced));
        Assert.Equal(2, Set.With(sourced).Count);
    }

    [Fact]
    public void Rules_of_different_sources_should_live_side_by_side()
    {
        RuleSet set = RuleSet.Empty;
        foreach (string? source in new[] { "2001:db8::1", "2001:db8::2", null })
        {
            ForwardingRule rule = TestRules.Parse(new RuleDraft
            {
                InputInterface = "eth0",
                InputGroup = "ff3e::1",
                InputPort = "5000",
                InputSource = source,
                Force = source is null,
                Outputs = [new OutputDraft { Interface = "eth1", Group = "ff0e::2", Port = "6000" }],
            });
            Assert.Empty(set.Check(rule));
            set = set.With(rule);
        }

        Assert.Equal(3, set.Count);
        ForwardingRule anySource = set.Rules.Single(r => r.Input.Source is null);
        Assert.Equal(["2001:db8::1", "2001:db8::2"], set.Without(anySource.Id).Rules.Select(r => r.Input.Source!.ToString()));
    }

    [Fact]
    public void Loop_should_be_refused_in_IPv6_however_its_addresses_are_written()
    {
        RuleSet set = RuleSet.Empty.With(Rule("first", "eth0 ff0e::1 5000", "eth1 ff0e::2 6000"));
        Assert.Equal(
            [
                "outputs[0]: [ff0e::1]:5000 on eth0 is the input of rule first: the output would loop; use another group, port or interface, or take rule first's outputs into this rule",
                "input: [ff0e::2]:6000 on eth1 is an output of rule first: the output would loop; use another group, port or interface, or take this rule's outputs into rule first",
            ],
            set.Check(Rule("second", "eth1 FF0E:0::0:2 6000", "eth0 ff0e:0:0:0:0:0:0:1 5000")).Select(p => p.ToString()));
    }

    [Fact]
    public void Replaced_rule_should_free_its_name_outputs_and_input()
    {
        RuleSet set = RuleSet.Empty.With(First with { Name = "news" }).With(First with { Id = new RuleId("next") });
        Assert.False(set.TryGetByName("news", out _));
        RuleSet empty = set.Without(new RuleId("next"));
        Assert.Equal(0, empty.Count);
        Assert.Empty(empty.Check(Rule("other", "eth1 239.2.2.2 6000", "eth0 239.1.1.1 5000") with { Name = "news" }));
    }

    [Fact]
    public void Removing_what_is_not_there_should_change_nothing() => Assert.Same(Set, Set.Without(new RuleId("nobody")));

    [Fact]
    public void Id_and_name_of_another_rule_should_be_refused()
    {
        RuleSet set = RuleSet.Empty.With(First with { Name = "news" });
        ForwardingRule other = Rule("first", "eth0 239.1.1.1 5001", "eth1 239.2.2.2 6000") with { Name = "news" };
        Assert.Equal(
            [
                "id: 'first' is the id of the rule for 239.1.1.1:5000 on eth0; choose another id, or remove that rule first",
                "name: 'news' is the name of rule first; choose another name, or remove that rule first",
            ],
            set.Check(other).Select(p => p.ToString()));
    }

    [Theory]
    [InlineData("eth9 239.9.9.9 9", "eth9 239.9.9.9 9", "outputs[0]: 239.9.9.9:9 on eth9 is the rule's own input: the output would loop; send to another group, port or interface")]
    [InlineData("eth9 239.9.9.9 9", "eth0 239.1.1.1 5000", "outputs[0]: 239.1.1.1:5000 on eth0 is the input of rule first: the output would loop; use another group, port or interface, or take rule first's outputs into this rule")]
    [InlineData("eth1 239.2.2.2 6000", "eth9 239.9.9.9 9", "input: 239.2.2.2:6000 on eth1 is an output of rule first: the output would loop; use another group, port or interface, or take this rule's outputs into rule first")]
    public void Loop_should_be_refused(string input, string output, string sentence) => Assert.Equal([sentence], Set.Check(Rule("second", input, output)).Select(p => p.ToString()));

    /// <summary>A sender's address does not keep a relayed datagram out: the relay is the sender of what it sends, or may be.</summary>
    [Fact]
    public void Source_should_not_hide_a_loop()
    {
        ForwardingRule sourced = Rule("second", "eth1 239.2.2.2 6000", "eth9 239.9.9.9 9");
        Assert.Equal(["input"], Set.Check(sourced with { Input = sourced.Input with { Source = IPAddress.Parse("10.0.0.7") } }).Select(p => p.Field));
    }

    [Theory]
    [InlineData("eth2 239.1.1.1 5000")]
    [InlineData("eth0 239.1.1.2 5000")]
    [InlineData("eth0 239.1.1.1 5001")]
    public void Output_on_another_interface_group_or_port_should_be_no_loop(string output) => Assert.Empty(Set.Check(Rule("second", "eth9 239.9.9.9 9", output)));

    [Fact]
    public void Output_listed_twice_should_be_refused_whatever_its_options()
    {
        ForwardingRule rule = Rule("second", "eth9 239.9.9.9 9", "eth1 239.2.2.2 6000", "eth1 239.2.2.2 6001", "eth1 239.2.2.2 6000");
        rule = rule with { Outputs = [rule.Outputs[0], rule.Outputs[1], rule.Outputs[2] with { Ttl = 7, Source = SourceMode.Keep, RateLimit = 1_000_000 }] };
        Assert.Equal(["outputs[2]: 239.2.2.2:6000 on eth1 is listed twice, and every datagram would be sent twice; remove one"], Set.Check(rule).Select(p => p.ToString()));
    }

    [Fact]
    public void All_problems_should_be_told_at_once() =>
        Assert.Equal(
            ["id", "outputs[1]", "outputs[2]", "outputs[3]", "input"],
            Set.Check(Rule("first", "eth1 239.2.2.2 6000", "eth9 239.9.9.9 9", "eth9 239.9.9.9 9", "eth1 239.2.2.2 6000", "eth0 239.1.1.1 5000")).Select(p => p.Field));

    [Fact]
    public void Rules_should_be_in_the_order_of_their_inputs()
    {
        ForwardingRule[] rules = [.. new[] { "eth1 239.1.1.1 1", "eth0 239.1.1.2 1", "eth0 239.1.1.1 2", "eth0 239.1.1.1 10" }.Select((input, i) => Rule($"r{i}", input, "out 239.9.9.9 9"))];
        Assert.Equal(["r3", "r2", "r1", "r0"], rules.Aggregate(RuleSet.Empty, (set, rule) => set.With(rule)).Rules.Select(r => r.Id.Value));
    }

    internal static ForwardingRule Rule(string id, string input, params string[] outputs)
    {
        string[] i = input.Split(' ');
        ImmutableArray<RuleOutput> o = [.. outputs.Select(x => x.Split(' ')).Select(x => new RuleOutput(x[0], IPAddress.Parse(x[1]), ushort.Parse(x[2])))];
        return new ForwardingRule(new RuleId(id), null, new RuleInput(i[0], IPAddress.Parse(i[1]), ushort.Parse(i[2])), o);
    }
}
