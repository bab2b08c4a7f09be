using System.Text.Json;
using System.Text.Json.Nodes;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.State;
using Mcr.Host.Mcrctl;
using Mcr.Host.Mcrctl.Screens;
using Mcr.Native.Rules;
using Mcr.Specs.Configuration;
using RuleEntry = Mcr.Actors.Control.RuleEntry;

namespace Mcr.Specs.Rules;

/// <summary>Outputs into a rule of another node, and inputs that are one: from text to rules and back.</summary>
public sealed class LegInputSpecs
{
    private const string ByLeg = "an input of this rule is of node a by a leg";

    private static readonly OutputDraft Out = new() { Interface = "eth2", Group = "239.2.2.2", Port = "6000" };
    private static readonly OutputDraft Into = new() { Node = "c", Rule = "clean" };
    private static readonly InputDraft Other = new() { Node = "b", Rule = "studio two" };

    private static readonly RuleDraft Studio = new() { Id = "studio", InputInterface = "eth0", InputGroup = "239.1.1.1", InputPort = "5000", Outputs = [Into, Out] };
    private static readonly RuleDraft Clean = new() { Name = "clean", InputNode = "a", InputRule = "studio", MoreInputs = [Other, new InputDraft { Interface = "eth1", Group = "239.1.1.1", Port = "5000" }], Select = "merge", Outputs = [Out] };

    [Fact]
    public void Output_should_be_the_rule_of_the_node_and_no_device_of_this_one()
    {
        ForwardingRule rule = TestRules.Parse(Studio with { Outputs = [Into with { Dscp = "ef", RateLimit = "5Mbit", MaxBurst = "8", Pace = "on", Priority = "3" }, Out] });
        Assert.Equal("output/1 rule=clean dscp=46 rate-limit=5000000 max-burst=8 pace=on priority=3 node=c", rule.Outputs[0].CanonicalText);
        Assert.Equal("rule clean of node c", $"{rule.Outputs[0]}");
        Assert.Equal([rule.Outputs[1]], rule.LocalOutputs);
        Assert.Equal(["eth0", "eth2"], rule.Devices);
        Assert.True(rule.HasLegs);
        Assert.Equal("eth0", rule.Home);
    }

    [Fact]
    public void Input_should_be_the_rule_of_the_node_and_no_place_of_this_one()
    {
        ForwardingRule rule = TestRules.Parse(Clean);
        Assert.Equal("rule studio of node a and rule studio two of node b and 239.1.1.1:5000 on eth1", rule.InputsText);
        Assert.Equal(["input/1 node=a rule=studio", "input/1 node=b rule=studio two", "input/1 interface=eth1 source=* group=239.1.1.1 port=5000"], rule.Inputs.Select(i => i.CanonicalText));
        Assert.Equal(RuleId.Of(rule.Input), rule.Id);
        Assert.Equal(["eth1", "eth2"], rule.Devices);
        Assert.Equal(ForwardingRule.FeedsHome, rule.Home);
        Assert.True(rule.HasLegs);
        Assert.False(rule.NeedsForce);
        Assert.NotEqual(RuleSetHash.Of([rule]), RuleSetHash.Of([TestRules.Parse(Clean with { InputRule = "other" })]));
    }

    [Theory]
    [InlineData(null, "clean", "node", "is missing, and rule = clean is of another node; give the node that has that rule")]
    [InlineData("c+d", "clean", "node", "'c+d' is 2 nodes, and rule = clean is of one; give an output for each of them")]
    [InlineData("c d", "clean", "node", "'c d' is no name of a node; those have 1 to 64 letters, digits, -, _ and ., and begin with a letter or a digit")]
    [InlineData("c", "", "rule", "'' is neither an id nor a name of a rule; give the id or the name of a rule of that node, which is 1 to 64 printable characters")]
    public void Output_that_cannot_be_should_be_refused_with_a_sentence(string? node, string rule, string field, string sentence) =>
        Assert.Equal([new RuleProblem($"outputs[0].{field}", sentence)], Problems(Studio with { Outputs = [new OutputDraft { Node = node, Rule = rule }] }));

    [Fact]
    public void Output_into_a_rule_should_take_nothing_that_the_rule_says()
    {
        Assert.Equal(
            ["outputs[0].interface", "outputs[0].group", "outputs[0].port", "outputs[0].ttl", "outputs[0].source", "outputs[0].pair"],
            Problems(Studio with { Outputs = [Into with { Interface = "eth1", Group = "239.2.2.2", Port = "6000", Ttl = "8", Source = "keep", Pair = "c+d" }] }).Select(p => p.Field));
        Assert.Equal(
            [new RuleProblem("outputs[0].rule", "'clean' gets what is sent there by a leg, which carries the payload only and not where it was sent to; give a rule with one group and one port for each that goes there")],
            Problems(Studio with { InputGroup = "239.1.1.0/28", Outputs = [Into] }));
    }

    [Theory]
    [InlineData(null, "studio", "inputs[0].node", "is missing, and rule = studio is of another node; give the node that has that rule, or an interface, a group and a port in place of rule")]
    [InlineData("a/b", "studio", "inputs[0].node", "'a/b' is no name of a node; those have 1 to 64 letters, digits, -, _ and ., and begin with a letter or a digit")]
    [InlineData("a", null, "inputs[0].rule", "is missing, and what comes from node a is of a rule there; give the id or the name of a rule of that node")]
    [InlineData("b", "studio two", "inputs[1]", "rule studio two of node b is inputs[0] once more; leave one out")]
    public void Input_that_cannot_be_should_be_refused_with_a_sentence(string? node, string? rule, string field, string sentence) =>
        Assert.Equal([new RuleProblem(field, sentence)], Problems(Clean with { InputNode = node, InputRule = rule }));

    [Fact]
    public void Input_of_another_rule_should_have_no_place_and_be_one_of_several()
    {
        Assert.Equal(
            ["interface", "group", "port", "source"],
            Problems(Clean with { MoreInputs = [Other with { Interface = "eth1", Group = "239.1.1.1", Port = "1", Source = "10.0.0.7" }] }).Select(p => p.Field["inputs[1].".Length..]));
        Assert.Equal(
            [new RuleProblem("input", "what a rule of another node sends is one of several inputs, and this rule has one and no select; give select and another input, or let that rule have an output with node, interface, group and port, which needs no rule here")],
            Problems(Clean with { MoreInputs = [], Select = null }));
        Assert.Equal(["select"], Problems(Clean with { Select = null }).Select(p => p.Field));
    }

    [Fact]
    public void What_a_leg_does_not_carry_and_a_chain_of_legs_should_be_refused()
    {
        Assert.Equal(
            [
                new RuleProblem("outputs[0].source", $"'keep' cannot be where {ByLeg}, which carries the payload only and not whom it came from; give rewrite, or an address"),
                new RuleProblem("outputs[0].ttl", $"'decrement' cannot be where {ByLeg}, which carries the payload only and not the time to live that it came with; give a number from 1 to 255"),
                new RuleProblem("outputs[1].node", $"{ByLeg}, and what comes by a leg is not sent on by another; give an interface of this node, or let the rules of the other nodes send there, too"),
            ],
            Problems(Clean with { Outputs = [Out with { Source = "keep", Ttl = "decrement" }, Out with { Node = "d" }] }));
        Assert.Equal(["outputs[0].node"], Problems(Clean with { Outputs = [Into] }).Select(p => p.Field));
        Assert.Equal(["inputs[1].node"], Problems(Clean with { Redundancy = "nodes=b+c" }).Select(p => p.Field));
    }

    [Theory]
    [InlineData(null, "outputs[0].node", "c is another node, and there are others in a cluster only: set mcr.cluster.enabled = on, or leave node out")]
    [InlineData("c", "outputs[0].node", "c is this node itself; give rule clean this rule's input, too, in place of this output")]
    public void Output_should_be_of_another_node_of_a_cluster(string? node, string field, string sentence) =>
        Assert.Equal(new RuleProblem(field, sentence), NodeCheck.WhyNot(TestRules.Parse(Studio), node));

    [Theory]
    [InlineData(null, "inputs[0].node", "a is another node, and there are others in a cluster only: set mcr.cluster.enabled = on, or give an interface, a group and a port in place of node and rule")]
    [InlineData("b", "inputs[1].node", "b is this node itself; give the interface, the group and the port that its rule studio two takes in, in place of node and rule")]
    public void Input_should_be_of_another_node_of_a_cluster(string? node, string field, string sentence)
    {
        Assert.Equal(new RuleProblem(field, sentence), NodeCheck.WhyNot(TestRules.Parse(Clean), node));
        Assert.Null(NodeCheck.WhyNot(TestRules.Parse(Clean), "c"));
    }

    [Fact]
    public void What_one_rule_sends_should_be_an_input_of_one_rule()
    {
        RuleSet rules = RuleSet.Empty.With(TestRules.Parse(Clean)).With(TestRules.Parse(Studio));
        RuleProblem problem = Assert.Single(rules.Check(TestRules.Parse(Clean with { Id = "more", Name = null, InputNode = null, InputRule = null, InputInterface = "eth0", InputGroup = "239.9.9.9", InputPort = "1", MoreInputs = [Other] })));
        Assert.Equal("inputs[1]", problem.Field);
        Assert.StartsWith("rule studio two of node b is an input of rule ", problem.Sentence, StringComparison.Ordinal);
        Assert.Equal(["outputs[1]"], rules.Check(TestRules.Parse(Studio with { Outputs = [Into, Into] })).Select(p => p.Field));
        Assert.Same(rules.Rules.First(r => r.Select is not null), rules.ReplacedBy(TestRules.Parse(Clean with { Select = "failover" })));
    }

    [Fact]
    public void Whatever_shows_it_should_make_it_again()
    {
        foreach (ForwardingRule rule in new[] { TestRules.Parse(Clean), TestRules.Parse(Studio with { Outputs = [Into with { Dscp = "ef" }, Out] }), TestRules.Parse(Clean with { InputNode = null, InputRule = null, InputInterface = "eth0", InputGroup = "239.9.9.9", InputPort = "1" }) })
        {
            Assert.Equal(rule, TestRules.Parse(ControlViews.Draft(Assert.IsType<ControlRequest.Add>(RequestCodec.Decode(RequestCodec.Encode(RuleRequest.Of(rule)))))));
            Assert.Equal(rule, OverlayText.Parse(OverlayText.Of(rule)).Rule);
            Assert.Equal(rule.CanonicalText, TestRules.Parse(ControlViews.Draft(AsListed(rule))).CanonicalText);
            using var directory = new SettingsDirectory();
            var text = new System.Text.StringBuilder();
            RuleText.Write(text, rule, null);
            Assert.Equal(rule, Assert.Single(directory.Settings($"{GeneratedRules.Cluster}\nmcr.rules = [\n{text}]").Rules).Rule);
        }
    }

    [Fact]
    public void Command_line_should_have_rule_and_node_in_place_of_group_and_port()
    {
        var problems = new List<string>();
        Assert.Equal(["clean@c 46", "239.2.2.2@eth1"], OutputSyntax.Parse(["clean@c?dscp=46,239.2.2.2:6000:eth1"], problems).Select(o => o.Rule is null ? $"{o.Group}@{o.Interface}" : $"{o.Rule}@{o.Node} {o.Dscp}"));
        Assert.Equal([new InputText { Rule = "studio", Node = "b" }], InputSyntax.Parse(["studio@b"], problems)!);
        Assert.Empty(problems);
        _ = OutputSyntax.Parse(["@c", "clean@", "clean@c?node=d"], problems);
        Assert.Equal(3, problems.Count);
        Assert.Equal("--outputs 'clean@c?node=d' has two node; leave one out", problems[2]);
    }

    [Fact]
    public void Lists_should_name_the_rule_and_its_node()
    {
        RuleEntry[] entries = [.. Listed(TestRules.Parse(Clean)), .. Listed(TestRules.Parse(Studio))];
        Assert.Equal("rule studio of a\nrule studio two of b\n239.1.1.1:5000:eth1", Places.Input(entries[0]).Replace(Places.Glue, ' '));
        Assert.Equal(["rule clean of c", "239.2.2.2:6000:eth2 ttl 1"], entries[1].Outputs.Select(o => Places.Output(o).Replace(Places.Glue, ' ')));
    }

    private static IReadOnlyList<RuleEntry> Listed(ForwardingRule rule) =>
        Assert.IsType<ControlResponse.Rules>(ControlViews.Rules([new RuleView(rule, RuleStatus.Active, DateTimeOffset.UnixEpoch, null, "mcrctl")])).Entries;

    /// <summary>What a list shows, less what only a list has.</summary>
    private static ControlRequest.Add AsListed(ForwardingRule rule)
    {
        ControlResponse shown = ControlViews.Rules([new RuleView(rule, RuleStatus.Active, DateTimeOffset.UnixEpoch, null, "mcrctl")]);
        JsonObject add = JsonNode.Parse(ResponseCodec.Encode(shown))!["Rules"]![0]!.DeepClone().AsObject();
        foreach (string member in add.Where(m => m.Value is null || m.Key is "status" or "why" or "since" or "origin").Select(m => m.Key).ToArray())
            add.Remove(member);
        return Assert.IsType<ControlRequest.Add>(RequestCodec.Decode(JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["version"] = 1, ["command"] = new JsonObject { ["Add"] = add } })));
    }

    private static IReadOnlyList<RuleProblem> Problems(RuleDraft draft)
    {
        Assert.Null(RuleParser.Parse(draft, out IReadOnlyList<RuleProblem> problems));
        return problems;
    }
}
