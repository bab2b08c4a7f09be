using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

/// <summary>Prefixes of groups and ranges of ports, from text to rule.</summary>
public sealed class RangeParserSpecs
{
    [Fact]
    public void Prefix_and_ports_should_be_mapped_to_as_many()
    {
        ForwardingRule rule = TestRules.Parse(Draft("239.1.0.0/16", "5000-5010", "239.2.0.0/16", "6000-6010", "none"));
        Assert.Equal("239.1.0.0/16:5000-5010", rule.Input.Range.ToString());
        Assert.Equal("239.2.0.0/16:6000-6010", rule.Outputs[0].Range.ToString());
        Assert.Equal("input/1 interface=eth0 source=* group=239.1.0.0/16 port=5000-5010", rule.Input.CanonicalText);
        Assert.EndsWith(" join=none", rule.CanonicalText, StringComparison.Ordinal);
        Assert.Equal((65536.0, 11), (rule.Input.Range.Groups, rule.Input.Range.Ports));
    }

    [Fact]
    public void Prefix_of_one_group_and_range_of_one_port_should_be_exact() =>
        Assert.Equal(
            TestRules.Parse(Draft("239.1.1.1", "5000", "239.2.2.2", "6000")),
            TestRules.Parse(Draft("239.1.1.1/32", "5000-5000", "239.2.2.2/32", "6000-6000", "all")));

    [Theory]
    [InlineData("239.1.0.1/16", "5000", "239.2.0.0/16", "5000", "none", "input.group", "give 239.1.0.0/16")]
    [InlineData("239.1.0.0/3", "5000", "239.2.0.0/16", "5000", "none", "input.group", "from 4 to 32")]
    [InlineData("239.1.0.0/33", "5000", "239.2.0.0/16", "5000", "none", "input.group", "from 4 to 32")]
    [InlineData("239.1.0.0/", "5000", "239.2.0.0/16", "5000", "none", "input.group", "from 4 to 32")]
    [InlineData("ff3e::/129", "5000", "ff0e::/16", "5000", "none", "input.group", "from 8 to 128")]
    [InlineData("10.0.0.0/8", "5000", "239.0.0.0/8", "5000", null, "input.group", "not a prefix of multicast groups")]
    [InlineData("10.0.0.1", "5000-5001", "239.0.0.1", "5000-5001", null, "input.port", "only of multicast groups")]
    [InlineData("239.1.0.0/16", "5010-5000", "239.2.0.0/16", "5000", "none", "input.port", "the first and the last")]
    [InlineData("239.1.0.0/16", "0-5000", "239.2.0.0/16", "5000", "none", "input.port", "from 1 to 65535")]
    [InlineData("239.1.0.0/16", "5000", "239.2.0.0/16", "5000", null, "input.join", "65,536 groups")]
    [InlineData("239.1.0.0/16", "5000", "239.2.0.0/16", "5000", "all", "input.join", "at most 256")]
    [InlineData("239.1.0.0/16", "5000", "239.2.0.0/16", "5000", "239.2.0.1", "input.join", "is not in 239.1.0.0/16")]
    [InlineData("239.1.0.0/16", "5000", "239.2.0.0/16", "5000", "everything", "input.join", "all-multicast or none")]
    [InlineData("239.1.0.0/16", "5000", "239.2.0.0/24", "5000", "none", "outputs[0].group", "such as 239.2.0.0/16")]
    [InlineData("239.1.0.0/16", "5000", "239.2.0.1", "5000", "none", "outputs[0].group", "one to one")]
    [InlineData("239.1.1.1", "5000", "239.2.0.0/16", "5000", null, "outputs[0].group", "one group")]
    [InlineData("239.1.1.1", "5000-5010", "239.2.2.2", "6000", null, "outputs[0].port", "such as 6000-6010")]
    [InlineData("239.1.1.1", "5000-5010", "10.0.0.1", "6000-6010", null, "outputs[0].group", "one host's")]
    [InlineData("224.0.0.0/16", "5000", "239.2.0.0/16", "5000", "none", "input.group", "a narrower prefix")]
    [InlineData("232.1.0.0/16", "5000", "239.2.0.0/16", "5000", "none", "input.group", "needs a source")]
    [InlineData("239.1.0.0/24", "5000", "224.0.0.0/24", "5000", null, "outputs[0].group", "reserved for")]
    public void Range_that_cannot_be_should_be_refused_at_its_field(string group, string port, string toGroup, string toPort, string? join, string field, string says)
    {
        Assert.Null(RuleParser.Parse(Draft(group, port, toGroup, toPort, join), out IReadOnlyList<RuleProblem> problems));
        Assert.Contains(problems, p => p.Field == field && p.Sentence.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public void Listed_groups_should_be_joined_once_and_in_order()
    {
        ForwardingRule rule = TestRules.Parse(Draft("239.1.0.0/16", "5000", "239.2.0.0/16", "5000", "239.1.9.9, 239.1.0.1,239.1.9.9"));
        Assert.Equal("239.1.0.1,239.1.9.9", rule.Join.ToString());
    }

    [Fact]
    public void Ranges_should_not_be_beside_what_they_would_loop_with_or_be_confused_with()
    {
        ForwardingRule wide = TestRules.Parse(Draft("239.1.0.0/16", "5000-5010", "239.2.0.0/16", "6000-6010", "none")) with { Id = new RuleId("wide") };
        RuleSet set = RuleSet.Empty.With(wide);

        Assert.Empty(set.Check(Id(TestRules.Parse(Draft("239.1.7.7", "5003", "239.3.3.3", "6000"))))); // exact over prefix
        Assert.Empty(set.Check(Id(TestRules.Parse(Draft("239.1.7.0/24", "5003", "239.3.3.0/24", "6000"))))); // longer over shorter
        Assert.Empty(set.Check(Id(TestRules.Parse(Draft("239.1.0.0/16", "5011-5020", "239.4.0.0/16", "5011-5020", "none")))));
        Refused(set, Draft("239.1.0.0/16", "5010-5020", "239.4.0.0/16", "5010-5020", "none"), "input.port", "overlaps");
        Refused(set, Draft("239.2.7.7", "6003", "239.5.5.5", "6000", null, "eth2"), "input", "an output of rule wide", "eth1");
        Refused(set, Draft("239.5.5.5", "6000", "239.1.255.1", "5010", null, "eth0"), "outputs[0]", "the input of rule wide");
        Refused(set, Draft("239.5.0.0/24", "6000", "239.1.255.0/24", "5010", null, "eth0"), "outputs[0]", "the input of rule wide");
        Refused(RuleSet.Empty, Draft("239.1.0.0/16", "5000-5010", "239.1.0.0/16", "5010-5020", "none", "eth0"), "outputs[0]", "own input");

        RuleSet exact = RuleSet.Empty.With(Id(TestRules.Parse(Draft("239.2.7.7", "6003", "239.5.5.5", "6000")) with { Input = TestRules.Rule("eth1", "239.2.7.7", 6003, null, "239.5.5.5:6000:eth2").Input }));
        Assert.Contains(exact.Check(wide), p => p.Field == "outputs[0]" && p.Sentence.Contains("loop", StringComparison.Ordinal));
        Assert.Empty(set.Without(wide.Id).Check(Id(TestRules.Parse(Draft("239.2.7.7", "6003", "239.5.5.5", "6000")))));
    }

    private static void Refused(RuleSet set, RuleDraft draft, string field, string says, string device = "eth0") =>
        Assert.Contains(set.Check(Id(TestRules.Parse(draft with { InputInterface = device }))), p => p.Field == field && p.Sentence.Contains(says, StringComparison.Ordinal));

    private static ForwardingRule Id(ForwardingRule rule) => rule with { Id = new RuleId("other") };

    private static RuleDraft Draft(string group, string port, string toGroup, string toPort, string? join = null, string toInterface = "eth1") => new()
    {
        InputInterface = "eth0",
        InputGroup = group,
        InputPort = port,
        InputJoin = join,
        Outputs = [new OutputDraft { Interface = toInterface, Group = toGroup, Port = toPort }],
    };
}
