using Mcr.Actors.Configuration;
using Mcr.Native.Rules;

namespace Mcr.Specs.Configuration;

/// <summary>Rules with several inputs in files.</summary>
public sealed class InputsSettingsSpecs : IDisposable
{
    private const string Outputs = "outputs = [ { interface = eth2, group = \"239.2.2.2\", port = 6000 } ]";
    private const string First = "{ interface = eth0, group = \"239.1.1.1\", port = 5000 }";
    private const string Second = "{ interface = eth1, group = \"239.1.1.2\", port = 5001, source = \"10.0.0.7\" }";

    private readonly SettingsDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("select = merge", "merge")]
    [InlineData("select = \"failover,max-loss=1%\"", "failover,max-loss=1%")]
    [InlineData("select { mode = merge, by = \"sequence offset=4 width=32\", skew = 100 ms, hold = 0, buffer = 64MiB }", "merge,by=sequence offset=4 width=32,skew=100ms,hold=0,buffer=64MiB")]
    [InlineData("select { mode = failover, receive-timeout = 50ms, min-rate = 500, max-loss = 0.5%, by = moldudp64, revert = off, revert-after = 0s }", "failover,receive-timeout=50ms,min-rate=500,max-loss=0.5%,by=moldudp64,revert=off,revert-after=0")]
    public void Select_should_be_text_or_object(string select, string canonical)
    {
        ForwardingRule rule = Assert.Single(_directory.Settings($"mcr.rules = [ {{ inputs = [ {First}, {Second} ], {select}, {Outputs} }} ]").Rules).Rule;
        Assert.Equal(canonical, rule.SelectText);
        Assert.Equal(["239.1.1.1:5000 on eth0", "239.1.1.2:5001 from 10.0.0.7 on eth1"], rule.Inputs.Select(i => $"{i}"));
    }

    [Fact]
    public void List_of_one_should_be_the_same_as_an_input()
    {
        ForwardingRule one = Assert.Single(_directory.Settings($"mcr.rules = [ {{ input {First}, {Outputs} }} ]").Rules).Rule;
        Assert.Equal(one, Assert.Single(_directory.Settings($"mcr.rules = [ {{ inputs = [ {First} ], {Outputs} }} ]").Rules).Rule);
        Assert.Equal(GroupRange.Bits(one.Input.Group) - 8, Assert.Single(_directory.Settings("mcr.rules = [ { inputs = [ { interface = eth0, group = \"239.1.1.0/24\", port = 5000, join = none } ], outputs = [ { interface = eth2, group = \"239.2.2.0/24\", port = 6000 } ] } ]").Rules).Rule.Input.Range.Length);
    }

    [Theory]
    [InlineData($"input {First}, inputs = [ {First}, {Second} ], select = merge", "mcrd.hocon:1:23: mcr.rules[0].input cannot be beside inputs; move it there, as the first of them")]
    [InlineData("inputs = []", "mcrd.hocon:1:26: mcr.rules[0].inputs is empty; give 2 to 8 inputs, or one input { … }")]
    [InlineData("inputs = [ eth0 ]", "mcrd.hocon:1:28: mcr.rules[0].inputs[0] is 'eth0'; give an object: { interface = eth0, group = \"239.1.1.1\", port = 5000 }")]
    [InlineData("inputs = eth0", "mcrd.hocon:1:26: mcr.rules[0].inputs is 'eth0'; give an array: [ … ]")]
    [InlineData($"inputs = [ {First}, {Second} ]", "mcrd.hocon:1:15: mcr.rules[0].select: is missing, and there are 2 inputs; give failover (the first input that is well), or merge (each datagram once, from whichever has it first)")]
    [InlineData($"input {First}, select = merge", "mcrd.hocon:1:88: mcr.rules[0].select: is for rules with several inputs, and this one has one; give 2 to 8 inputs, or leave it out")]
    [InlineData($"inputs = [ {First}, {First} ], select = merge", "mcrd.hocon:1:84: mcr.rules[0].inputs[1]: 239.1.1.1:5000 on eth0 is inputs[0] once more; leave one out")]
    [InlineData($"inputs = [ {First}, {Second} ], select {{ mode = merge, skew = 1s }}", "mcrd.hocon:1:193: mcr.rules[0].select.skew: '1s' is no time by how much one input may be behind another; give 1ms to 450ms, in whole milliseconds")]
    [InlineData($"inputs = [ {First}, {Second} ], select {{ mode = merge, skev = 50ms }}", "mcrd.hocon:1:186: mcr.rules[0].select.skev is not a key of this version; did you mean 'skew'?")]
    [InlineData($"inputs = [ {First}, {{ interface = eth1, group = \"239.1.1.2\", port = 70000 }} ], select = merge", "mcrd.hocon:1:132: mcr.rules[0].inputs[1].port: '70000' is not a UDP port; use a number from 1 to 65535")]
    [InlineData($"inputs = [ {First}, {{ interface = eth1, group = \"239.1.1.2\", port = 5001, join = all }} ], select = merge", "mcrd.hocon:1:138: mcr.rules[0].inputs[1].join is not a key of this version; known keys are group, interface, node, port, rule, source")]
    [InlineData("inputs = [ { interface = eth0, group = \"239.1.1.1\", port = 0 } ]", "mcrd.hocon:1:76: mcr.rules[0].inputs[0].port: '0' is not a UDP port; use a number from 1 to 65535")]
    public void What_cannot_be_should_be_told_where_it_is_written(string inputs, string problem) =>
        Assert.Contains(problem, _directory.Problems($"mcr.rules = [ {{ {inputs}, {Outputs} }} ]"));

    /// <summary>One after another, whichever of the two is first.</summary>
    [Fact]
    public void Input_of_two_rules_should_be_refused_where_it_is_written()
    {
        string several = $"{{ id = a, inputs = [ {First}, {Second} ], select = merge, {Outputs} }}";
        string one = $"{{ id = b, input {Second}, outputs = [ {{ interface = eth2, group = \"239.2.2.3\", port = 6000 }} ] }}";
        Assert.StartsWith("mcrd.hocon:3:17: mcr.rules[1].input: 239.1.1.2:5001 from 10.0.0.7 on eth1 is an input of rule a, too, and what comes there goes to one rule;", Assert.Single(_directory.Problems($"mcr.rules = [\n{several}\n{one} ]")), StringComparison.Ordinal);
        Assert.StartsWith("mcrd.hocon:3:78: mcr.rules[1].inputs[1]: 239.1.1.2:5001 from 10.0.0.7 on eth1 is an input of rule b, too,", Assert.Single(_directory.Problems($"mcr.rules = [\n{one}\n{several} ]")), StringComparison.Ordinal);
    }

    /// <summary>What is written down is what a person would write.</summary>
    [Fact]
    public void Rule_should_be_written_as_a_list()
    {
        McrSettings settings = _directory.Settings($"mcr.rules = [ {{ inputs = [ {First}, {Second} ], select = \"merge,hold=0\", {Outputs} }} ]");
        string text = ConfigText.Write([], settings, settings.Rules);
        Assert.Contains("""
                { select = "merge,hold=0"
                  inputs = [
                    { interface = "eth0", group = "239.1.1.1", port = 5000 }
                    { interface = "eth1", group = "239.1.1.2", port = 5001, source = "10.0.0.7" }
                  ]
                  outputs = [
            """, text, StringComparison.Ordinal);
    }
}
