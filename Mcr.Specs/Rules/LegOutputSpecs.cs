using System.Collections.Immutable;
using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

/// <summary>Outputs of other nodes: from text to rules, and what of them does not concern this node.</summary>
public sealed class LegOutputSpecs
{
    private const string NoLegForRange = "'b' gets what is sent there by a leg, which carries the payload only and not where it was sent to; give a rule with one group and one port for each that goes there";

    private static readonly OutputDraft Good = new() { Interface = "eth1", Group = "239.2.2.2", Port = "6000" };
    private static readonly RuleDraft Rule = new() { Id = "r", InputInterface = "eth0", InputGroup = "239.1.1.1", InputPort = "5000", Outputs = [Good] };

    [Fact]
    public void Output_of_a_node_should_have_its_name_and_its_options()
    {
        ForwardingRule rule = TestRules.Parse(With(Good with { Node = "b", Ttl = "8", Source = "10.0.0.9", Priority = "3" }, Good));
        Assert.Equal("output/1 interface=eth1 group=239.2.2.2 port=6000 ttl=8 source=10.0.0.9 priority=3 node=b", rule.Outputs[0].CanonicalText);
        Assert.Equal("239.2.2.2:6000 on eth1 of node b", $"{rule.Outputs[0]}");
        Assert.Equal([rule.Outputs[1]], rule.LocalOutputs);
        Assert.True(rule.HasLegs);
        Assert.False(TestRules.Parse(Rule).HasLegs);
    }

    [Fact]
    public void Several_nodes_should_be_an_output_for_each_with_all_of_them_as_its_pair()
    {
        ForwardingRule rule = TestRules.Parse(With(Good with { Port = "1" }, Good with { Node = "c + b", Ttl = "8" }, Good with { Port = "2" }));
        Assert.Equal([null, "c", "b", null], rule.Outputs.Select(o => o.Node));
        Assert.Equal([null, "c+b", "c+b", null], rule.Outputs.Select(o => o.PairText));
        Assert.Equal(rule, TestRules.Parse(With(Good with { Port = "1" }, Good with { Node = "c", Pair = "c+b", Ttl = "8" }, Good with { Node = "b", Pair = "c+b", Ttl = "8" }, Good with { Port = "2" })));
    }

    [Theory]
    [InlineData("", null, "node", "'' is no name of a node; those have 1 to 64 letters, digits, -, _ and ., and begin with a letter or a digit")]
    [InlineData("b c", null, "node", "'b c' is no name of a node; those have 1 to 64 letters, digits, -, _ and ., and begin with a letter or a digit")]
    [InlineData("b+", null, "node", "'' is no name of a node; those have 1 to 64 letters, digits, -, _ and ., and begin with a letter or a digit")]
    [InlineData("b+c+b", null, "node", "'b' is there twice; name each node once")]
    [InlineData("a+b+c+d+e+f+g+h+i", null, "node", "9 nodes are more than the 8 that may back each other up; leave some out")]
    [InlineData(null, "b+c", "pair", "is for outputs of other nodes, and there is no node; write node = b+c, or leave it out")]
    [InlineData("b+c", "b+c", "pair", "is for one node, and node = b+c names 2, which are a pair by that; leave it out")]
    [InlineData("b", "b", "pair", "one node backs nobody up; give 2 to 8 such as b+c, or leave it out")]
    [InlineData("b", "c+d", "pair", "'c+d' is without 'b', the node of the output; name that one, too")]
    [InlineData("b", "b+b", "pair", "'b' is there twice; name each node once")]
    [InlineData("b", "b+/", "pair", "'/' is no name of a node; those have 1 to 64 letters, digits, -, _ and ., and begin with a letter or a digit")]
    [InlineData("b", "b+c+d+e+f+g+h+i+j", "pair", "9 nodes are more than the 8 that may back each other up; leave some out")]
    public void What_cannot_be_should_be_refused_with_a_sentence(string? node, string? pair, string field, string sentence) =>
        Assert.Equal([new RuleProblem($"outputs[0].{field}", sentence)], Problems(With(Good with { Node = node, Pair = pair })));

    [Fact]
    public void What_a_leg_does_not_carry_should_be_refused()
    {
        Assert.Equal(
            [
                new RuleProblem("outputs[0].source", "'keep' cannot be with node: a leg carries the payload only and not whom it came from; give rewrite, or an address of the other node"),
                new RuleProblem("outputs[0].ttl", "'decrement' cannot be with node: a leg carries the payload only and not the time to live that it came with; give a number from 1 to 255"),
            ],
            Problems(With(Good with { Node = "b", Source = "keep", Ttl = "decrement" })));
    }

    [Theory]
    [InlineData("239.1.1.0/28", "5000", "239.2.2.0/28", "6000")]
    [InlineData("239.1.1.0/28", "5000", "239.2.2.2", "6000")]
    [InlineData("239.1.1.1", "5000-5003", "239.2.2.2", "6000-6003")]
    [InlineData("239.1.1.1", "5000", "239.2.2.2", "6000-6003")]
    [InlineData("239.1.1.1", "5000", "239.2.2.0/28", "6000")]
    public void Ranges_should_be_refused_in_one_sentence(string group, string port, string toGroup, string toPort) => Assert.Equal(
        [new RuleProblem("outputs[0].node", NoLegForRange)],
        Problems(With(Good with { Node = "b", Group = toGroup, Port = toPort }) with { InputGroup = group, InputPort = port }));

    [Fact]
    public void Nodes_of_ha_should_not_be_sent_to()
    {
        const string Why = "is one of the nodes that back each other up for this rule (ha), and sends from its own interfaces; name nodes that are none of these, or leave node out";
        Assert.Equal(
            [new RuleProblem("outputs[1].node", $"'b' {Why}"), new RuleProblem("outputs[2].pair", $"'a' {Why}")],
            Problems(With(Good, Good with { Node = "c+b" }, Good with { Node = "c", Pair = "c+a", Port = "1" }) with { Redundancy = "nodes=a+b" }));
        Assert.Empty(Problems(With(Good with { Node = "c+d" }) with { Redundancy = "nodes=a+b" }));
    }

    [Fact]
    public void Outputs_should_be_counted_as_they_are_made()
    {
        OutputDraft[] drafts = [.. Enumerable.Range(1, 32).Select(i => Good with { Node = "b+c", Port = $"{i}" })];
        Assert.Equal(64, TestRules.Parse(With(drafts)).Outputs.Length);
        Assert.Equal(
            [new RuleProblem("outputs", "65 outputs are more than the 64 that one rule may have; split them over several rules on different inputs")],
            Problems(With([.. drafts, Good])));
    }

    [Theory]
    [InlineData("outputs[0]", "outputs[0]")]
    [InlineData("outputs[1].node", "outputs[1].node")]
    [InlineData("outputs[3].pair", "outputs[1].pair")]
    [InlineData("outputs[4]", "outputs[2]")]
    [InlineData("outputs", "outputs")]
    [InlineData("input.group", "input.group")]
    [InlineData("id", "id")]
    public void Problem_of_a_rule_should_be_told_where_the_output_was_written(string made, string written) =>
        Assert.Equal(new RuleProblem(written, "x"), With(Good, Good with { Node = "b+c+d" }, Good with { Node = "b" }).AsWritten(new RuleProblem(made, "x")));

    [Fact]
    public void What_leaves_another_node_should_be_on_none_of_this_ones_wires()
    {
        RuleSet set = RuleSet.Empty.With(TestRules.Rule("eth1", "239.2.2.2", 6000, "input", "239.9.9.9:1:eth9")).With(TestRules.Parse(Range("eth3", "239.3.0.0/16")));
        ForwardingRule there = TestRules.Parse(With(Good with { Node = "b" }, Good with { Interface = "eth3", Group = "239.3.1.1", Node = "b" }, Good with { Interface = "eth0", Group = "239.1.1.1", Port = "5000", Node = "b" }, Good with { Node = "c" }));
        Assert.Empty(set.Check(there));
        Assert.Equal(["outputs[0]", "outputs[2]", "outputs[3]", "outputs[3]", "outputs[1]"], set.Check(there with { Outputs = [.. there.Outputs.Select(o => o with { Node = null })] }).Select(p => p.Field));

        RuleSet other = RuleSet.Empty.With(there);
        Assert.Empty(other.Check(TestRules.Rule("eth1", "239.2.2.2", 6000, "input", "239.9.9.9:1:eth9")));
        Assert.Empty(other.Check(TestRules.Parse(Range("eth3", "239.3.0.0/16"))));
        Assert.Equal(0, other.Without(there.Id).Count);
    }

    /// <summary>Its input is beside the range's, so that the two are compared.</summary>
    [Fact]
    public void What_leaves_another_node_should_overlap_no_range_of_a_rule_nearby()
    {
        ForwardingRule there = TestRules.Parse(With(Good with { Interface = "eth3", Group = "239.3.1.1", Node = "b" }) with { InputInterface = "eth3", InputGroup = "239.3.1.1" });
        ForwardingRule range = TestRules.Parse(Range("eth3", "239.3.0.0/16"));
        Assert.Empty(RuleSet.Empty.With(range).Check(there));
        Assert.Empty(RuleSet.Empty.With(there).Check(range));
        Assert.Single(RuleSet.Empty.With(range).Check(there with { Outputs = [there.Outputs[0] with { Node = null }] }));
    }

    [Fact]
    public void Same_output_of_the_same_node_should_be_refused() => Assert.Equal(
        ["outputs[1]: 239.2.2.2:6000 on eth1 of node b is listed twice, and every datagram would be sent twice; remove one"],
        RuleSet.Empty.Check(TestRules.Parse(With(Good with { Node = "b" }, Good with { Node = "b", Pair = "b+c", Ttl = "9" }, Good, Good with { Node = "c" }))).Select(p => p.ToString()));

    [Fact]
    public void Rules_that_a_leg_ends_in_should_differ_by_where_it_begins()
    {
        ForwardingRule rule = TestRules.Parse(Rule);
        ForwardingRule[] halves = [.. new[] { new LegOrigin("a", new RuleId("studio")), new LegOrigin("b", new RuleId("studio")), new LegOrigin("a", new RuleId("news")) }.Select(leg => rule with { Input = rule.Input with { Leg = leg } })];
        Assert.Equal($"{rule.CanonicalText} leg=a/studio", halves[0].CanonicalText);
        Assert.DoesNotContain("leg=", rule.CanonicalText, StringComparison.Ordinal);
        Assert.Equal(4, halves.Append(rule).Distinct().Count());
        Assert.Equal(RuleSetHash.Of([rule]), RuleSetHash.Of([rule, .. halves])); // they are other nodes' rules
        Assert.Equal(RuleId.Of(rule.Input), RuleId.Of(halves[0].Input));
        Assert.True(halves[0].HasLegs);
    }

    private static RuleDraft Range(string device, string groups) => new() { InputInterface = device, InputGroup = groups, InputPort = "6000", InputJoin = "none", Outputs = [new OutputDraft { Interface = "eth9", Group = "239.8.0.0/16", Port = "6000" }] };

    private static RuleDraft With(params OutputDraft[] outputs) => Rule with { Outputs = outputs };

    private static ImmutableArray<RuleProblem> Problems(RuleDraft draft)
    {
        bool isRule = RuleParser.Parse(draft, out IReadOnlyList<RuleProblem> problems) is not null;
        Assert.Equal(isRule, problems.Count == 0);
        return [.. problems];
    }
}
