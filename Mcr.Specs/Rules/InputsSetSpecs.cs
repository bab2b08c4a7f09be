using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

/// <summary>Rules with several inputs beside others.</summary>
public sealed class InputsSetSpecs
{
    private static readonly ForwardingRule Merged = Several("merged", "239.2.2.2:6000:out0", "239.1.1.1:5000:in0", "239.1.1.1:5000:in1");

    private static readonly RuleSet Set = RuleSet.Empty.With(Merged);

    [Fact]
    public void Any_input_of_another_rule_should_be_refused()
    {
        Assert.Equal([$"input: 239.1.1.1:5000 on in1 is an input of rule {Merged.Id}, too, and what comes there goes to one rule; take rule {Merged.Id}'s outputs into this rule, or remove that rule first"], Texts(One("239.1.1.1:5000:in1", "239.3.3.3:6000:out0")));
        Assert.Equal(["inputs[1]"], Fields(Several("b", "239.3.3.3:6000:out0", "239.9.9.9:5000:in0", "239.1.1.1:5000:in1")));
        Assert.Equal(["inputs[0]", "inputs[1]"], Fields(Several("b", "239.3.3.3:6000:out0", "239.1.1.1:5000:in1", "239.1.1.1:5000:in0")));
        Assert.Equal(["inputs[1]"], RuleSet.Empty.With(One("239.1.1.1:5000:in1", "239.3.3.3:6000:out0")).Check(Merged).Select(p => p.Field));
        Assert.Empty(Fields(One("239.1.1.1:5000:in2", "239.3.3.3:6000:out0")));
    }

    [Fact]
    public void Rule_should_take_the_place_of_the_one_with_the_same_first_input()
    {
        ForwardingRule one = One("239.1.1.1:5000:in0", "239.2.2.2:6000:out0");
        Assert.Equal(Merged, Set.ReplacedBy(one));
        Assert.Empty(Set.Check(one));
        RuleSet replaced = Set.With(one);
        Assert.Equal([one], replaced.Rules);
        Assert.Empty(replaced.Check(One("239.1.1.1:5000:in1", "239.3.3.3:6000:out0"))); // which is free then
        Assert.Empty(replaced.Check(Merged));
        Assert.Empty(Set.Without(Merged.Id).Check(One("239.1.1.1:5000:in1", "239.3.3.3:6000:out0")));
        Assert.Null(Set.ReplacedBy(One("239.1.1.1:5000:in1", "239.3.3.3:6000:out0")));
    }

    [Fact]
    public void Output_that_is_any_input_should_be_refused_as_a_loop()
    {
        Assert.Equal([$"outputs[0]: 239.1.1.1:5000 on in1 is an input of rule {Merged.Id}: the output would loop; use another group, port or interface, or take rule {Merged.Id}'s outputs into this rule"], Texts(One("239.9.9.9:5000:in0", "239.1.1.1:5000:in1")));
        Assert.Equal([$"inputs[1]: 239.2.2.2:6000 on out0 is an output of rule {Merged.Id}: the output would loop; use another group, port or interface, or take this rule's outputs into rule {Merged.Id}"], Texts(Several("b", "239.3.3.3:6000:out0", "239.9.9.9:5000:in0", "239.2.2.2:6000:out0")));
        Assert.Equal(["outputs[0]: 239.1.1.9:5000 on in1 is one of the rule's own inputs: the output would loop; send to another group, port or interface"], Texts(Several("b", "239.1.1.9:5000:in1", "239.1.1.9:5000:in0", "239.1.1.9:5000:in1")));
    }

    [Fact]
    public void Prefixes_should_be_beside_its_inputs_but_not_loop_into_them()
    {
        Assert.Empty(Fields(One("239.1.0.0/16:5000:in1", "239.3.0.0/16:6000:out0"))); // the exact one wins
        Assert.Equal([$"outputs[0]: 239.1.0.0/16:5000 on in1 overlaps 239.1.1.1:5000 on in1, an input of rule {Merged.Id}: the output would loop; use other groups, ports or another interface"], Texts(One("239.9.0.0/16:5000:in0", "239.1.0.0/16:5000:in1")));
        RuleSet wide = RuleSet.Empty.With(One("239.9.0.0/16:5000:in0", "239.1.0.0/16:5000:in1"));
        Assert.Equal(["inputs[1]"], wide.Check(Merged).Select(p => p.Field));
    }

    private static IEnumerable<string> Texts(ForwardingRule rule) => Set.Check(rule).Select(p => $"{p}");

    private static IEnumerable<string> Fields(ForwardingRule rule) => Set.Check(rule).Select(p => p.Field);

    private static ForwardingRule One(string input, string output) => TestRules.Parse(Draft([input], output));

    private static ForwardingRule Several(string name, string output, params string[] inputs) => TestRules.Parse(Draft(inputs, output) with { Name = name, Select = "merge" });

    private static RuleDraft Draft(string[] inputs, string output)
    {
        string[][] places = [.. inputs.Append(output).Select(p => p.Split(':'))];
        return new RuleDraft
        {
            InputGroup = places[0][0],
            InputPort = places[0][1],
            InputInterface = places[0][2],
            InputJoin = places[0][0].Contains("/16", StringComparison.Ordinal) ? "none" : null,
            MoreInputs = [.. places[1..^1].Select(p => new InputDraft { Group = p[0], Port = p[1], Interface = p[2] })],
            Outputs = [new OutputDraft { Group = places[^1][0], Port = places[^1][1], Interface = places[^1][2] }],
        };
    }
}
