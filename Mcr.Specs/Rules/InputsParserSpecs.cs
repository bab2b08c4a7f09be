using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

/// <summary>Rules with several inputs, one by one.</summary>
public sealed class InputsParserSpecs
{
    private static readonly InputDraft Second = new() { Interface = "eth1", Group = "239.1.1.2", Port = "5001", Source = "10.0.0.7" };

    private static readonly RuleDraft Draft = new()
    {
        InputInterface = "eth0",
        InputGroup = "239.1.1.1",
        InputPort = "5000",
        MoreInputs = [Second],
        Select = "merge",
        Outputs = [new OutputDraft { Interface = "eth2", Group = "239.2.2.2", Port = "6000" }],
    };

    [Fact]
    public void Rule_should_have_all_inputs_in_order_and_the_id_of_the_first()
    {
        ForwardingRule rule = TestRules.Parse(Draft);
        Assert.Equal(["239.1.1.1:5000 on eth0", "239.1.1.2:5001 from 10.0.0.7 on eth1"], rule.Inputs.Select(i => $"{i}"));
        Assert.Equal(RuleId.Of(rule.Input), rule.Id);
        Assert.Equal(SelectMode.Merge, rule.Select!.Mode);
        Assert.Equal((ForwardingRule.FeedsHome, "merge"), (rule.Home, rule.SelectText));
        Assert.Equal(["eth0", "eth1", "eth2"], rule.Devices);
        Assert.Equal("239.1.1.1:5000 on eth0 and 239.1.1.2:5001 from 10.0.0.7 on eth1", rule.InputsText);
    }

    [Theory]
    [InlineData("merge", "ts", true)]
    [InlineData("merge", "moldudp64", true)]
    [InlineData("merge,by=moldudp64", "rtp", true)]
    [InlineData("merge,by=moldudp64", "ts", true)]
    [InlineData("merge,by=moldudp64", "moldudp64", false)]
    [InlineData("merge", "rtp", false)]
    [InlineData("merge", "off", false)]
    [InlineData("merge", "sequence offset=2 width=16", false)]
    [InlineData("merge,by=content", "ts", false)]
    [InlineData("failover", "ts", false)]
    [InlineData("failover,max-loss=1%", "ts", true)]
    public void Payloads_of_two_kinds_should_be_refused(string select, string analyse, bool isRefused)
    {
        _ = RuleParser.Parse(Draft with { Select = select, Analyse = analyse }, out IReadOnlyList<RuleProblem> problems);
        Assert.Equal(isRefused ? ["analyse"] : [], problems.Select(p => p.Field));
    }

    [Fact]
    public void What_it_is_should_be_told_by_each_input_and_by_how_they_are_selected()
    {
        ForwardingRule rule = TestRules.Parse(Draft);
        ForwardingRule one = TestRules.Parse(Draft with { MoreInputs = [], Select = null });
        Assert.Equal($"{one.CanonicalText} select=merge input/1 interface=eth1 source=10.0.0.7 group=239.1.1.2 port=5001", rule.CanonicalText);
        ForwardingRule[] others =
        [
            one,
            TestRules.Parse(Draft with { Select = "failover" }),
            TestRules.Parse(Draft with { Select = "merge,hold=0" }),
            TestRules.Parse(Draft with { MoreInputs = [Second with { Port = "5002" }] }),
            TestRules.Parse(Draft with { MoreInputs = [Second, Second with { Port = "5002" }] }),
        ];
        Assert.All(others, other => Assert.NotEqual(rule, other));
        Assert.All(others, other => Assert.NotEqual(RuleSetHash.Of([rule]), RuleSetHash.Of([other])));
        Assert.Equal(rule, TestRules.Parse(Draft));
        Assert.Equal(rule.GetHashCode(), TestRules.Parse(Draft).GetHashCode());
        Assert.NotEqual(TestRules.Parse(Draft with { MoreInputs = [Second, Second with { Port = "5002" }] }), TestRules.Parse(Draft with { MoreInputs = [Second with { Port = "5002" }, Second] })); // the order is which is preferred
    }

    [Fact]
    public void One_group_should_be_taken_on_two_devices_and_from_two_senders()
    {
        Assert.Equal(2, TestRules.Parse(Draft with { MoreInputs = [Second with { Group = "239.1.1.1", Port = "5000", Source = null }] }).Inputs.Count());
        Assert.Equal(2, TestRules.Parse(Draft with { InputSource = "10.0.0.8", MoreInputs = [Second with { Interface = "eth0", Group = "239.1.1.1", Port = "5000" }] }).Inputs.Count());
    }

    [Fact]
    public void Force_should_be_for_all_inputs()
    {
        RuleDraft reserved = Draft with { MoreInputs = [Second with { Group = "224.0.0.9" }, Second with { Group = "232.1.1.1", Source = null }] };
        Assert.Equal(["inputs[1].group", "inputs[2].group"], Problems(reserved).Select(p => p.Field));
        ForwardingRule forced = TestRules.Parse(reserved with { Force = true });
        Assert.True(forced.NeedsForce);
        Assert.False((forced with { MoreInputs = [], Select = null }).NeedsForce);
    }

    [Fact]
    public void Up_to_eight_inputs_should_do()
    {
        InputDraft[] more = [.. Enumerable.Range(1, 8).Select(i => Second with { Port = $"{5000 + i}" })];
        Assert.Equal(8, TestRules.Parse(Draft with { MoreInputs = more[..7] }).Inputs.Count());
        Assert.Equal(["inputs: 9 inputs are more than the 8 that one rule may have; leave some out"], Texts(Draft with { MoreInputs = more }));
    }

    [Fact]
    public void Several_inputs_and_select_should_be_refused_without_each_other()
    {
        Assert.Equal(["select: is missing, and there are 2 inputs; give failover (the first input that is well), or merge (each datagram once, from whichever has it first)"], Texts(Draft with { Select = null }));
        Assert.Equal(["select: is for rules with several inputs, and this one has one; give 2 to 8 inputs, or leave it out"], Texts(Draft with { MoreInputs = [] }));
    }

    [Fact]
    public void What_cannot_be_one_stream_should_be_refused_where_it_is() => Assert.Equal(
        [
            "select.skew: '9s' is no time by how much one input may be behind another; give 1ms to 450ms, in whole milliseconds",
            "inputs[0].join: is for a rule with one input, and with select each input is one group, which is joined; leave it out",
            "inputs[2].interface: is missing; give the name of a network interface, such as eth0",
            "inputs[2].source: '239.1.1.9' is not a unicast address; give the address of one sender, or leave it out",
            "inputs[1].group: '239.1.0.0/24' is a prefix, and select makes one stream of inputs that are one group each; give one group, and a rule for each of the others",
            "inputs[1].port: '5000-5001' is a range, and select makes one stream of inputs that are one port each; give one port, and a rule for each of the others",
            "inputs[3].group: 'ff3e::1' and '239.1.1.1' of inputs[0] are of different address families; a relay does not translate between IPv4 and IPv6",
            "inputs[4]: 239.1.1.1:5000 on eth0 is inputs[0] once more; leave one out",
        ],
        Texts(Draft with
        {
            Select = "merge,skew=9s",
            InputJoin = "none",
            MoreInputs =
            [
                Second with { Group = "239.1.0.0/24", Port = "5000-5001" },
                Second with { Interface = null, Source = "239.1.1.9" },
                Second with { Group = "ff3e::1", Source = "2001:db8::1" },
                new InputDraft { Interface = "eth0", Group = "239.1.1.1", Port = "5000" },
            ],
        }));

    [Fact]
    public void Prefix_as_the_first_input_should_be_refused_too() => Assert.Equal(
        ["inputs[0].group", "inputs[0].port"],
        Problems(Draft with { InputGroup = "239.1.0.0/24", InputPort = "5000-5003", Outputs = [new OutputDraft { Interface = "eth2", Group = "239.2.2.0/24", Port = "6000-6003" }] }).Select(p => p.Field));

    private static IEnumerable<string> Texts(RuleDraft draft) => Problems(draft).Select(p => $"{p}");

    private static IReadOnlyList<RuleProblem> Problems(RuleDraft draft)
    {
        Assert.Null(RuleParser.Parse(draft, out IReadOnlyList<RuleProblem> problems));
        return problems;
    }
}
