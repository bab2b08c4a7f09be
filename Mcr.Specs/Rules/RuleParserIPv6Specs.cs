using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

/// <summary>Rules of IPv6, input and outputs.</summary>
public sealed class RuleParserIPv6Specs
{
    private static readonly RuleDraft Good = new()
    {
        InputInterface = "eth0",
        InputGroup = "ff0e::1",
        InputPort = "5000",
        Outputs = [new OutputDraft { Interface = "eth1", Group = "ff0e::2", Port = "6000" }],
    };

    [Theory]
    [InlineData("FF0E:0:0::00AB", "ff0e::ab")]
    [InlineData("ff05:0:0:1:0:0:0:1", "ff05:0:0:1::1")]
    [InlineData("ff08:0:0:1:0:0:1:1", "ff08::1:0:0:1:1")]
    [InlineData("ff0e:0:1:2:3:4:5:6", "ff0e:0:1:2:3:4:5:6")]
    [InlineData("ff12::1", "ff12::1")]
    [InlineData("ff32:1::1", "ff32:1::1")]
    [InlineData("2001:DB8::1", "2001:db8::1")]
    [InlineData("fe80::1", "fe80::1")]
    [InlineData("::1", "::1")]
    public void Input_group_should_be_taken_and_written_as_RFC_5952_says(string text, string canonical)
    {
        ForwardingRule rule = Accept(Good with { InputGroup = text });
        Assert.Equal($"input/1 interface=eth0 source=* group={canonical} port=5000", rule.Input.CanonicalText);
        Assert.Equal(RuleId.Of(rule.Input), rule.Id);
    }

    [Theory]
    [InlineData("ff0e::1%eth0", "'ff0e::1%eth0' names an interface after '%'; give 'ff0e::1' alone, the interface has a field of its own")]
    [InlineData("fe80::1%2", "'fe80::1%2' names an interface after '%'; give 'fe80::1' alone, the interface has a field of its own")]
    [InlineData("::ffff:239.1.1.1", "'::ffff:239.1.1.1' is an IPv4 address written as IPv6; give '239.1.1.1'")]
    [InlineData("::ffff:a00:1", "'::ffff:a00:1' is an IPv4 address written as IPv6; give '10.0.0.1'")]
    [InlineData("::", "'::' is neither a multicast group nor a unicast address; use a group of ff00::/8, or the address of one host")]
    [InlineData("ff02::1", "'ff02::1' is reserved for protocols of the local segment (ff02::/16); choose another group, or force the rule if you mean it")]
    [InlineData("ff02:1::ffff", "'ff02:1::ffff' is reserved for protocols of the local segment (ff02::/16); choose another group, or force the rule if you mean it")]
    [InlineData("ff01::5", "'ff01::5' is reserved for one node's own use (ff01::/16); choose another group, or force the rule if you mean it")]
    [InlineData("ff02::6b", "'ff02::6b' is reserved for precision time (PTP), which a relay would make wrong; choose another group, or force the rule if you mean it")]
    [InlineData("ff0e::181", "'ff0e::181' is reserved for precision time (PTP), which a relay would make wrong; choose another group, or force the rule if you mean it")]
    [InlineData("ff05::184", "'ff05::184' is reserved for precision time (PTP), which a relay would make wrong; choose another group, or force the rule if you mean it")]
    [InlineData("ff3e::1", "'ff3e::1' is a source-specific group (ff3x::/32) and needs a source; add source = <address of the sender>, or force the rule")]
    [InlineData("ff35:0:8000::1", "'ff35:0:8000::1' is a source-specific group (ff3x::/32) and needs a source; add source = <address of the sender>, or force the rule")]
    public void Input_group_should_be_refused(string group, string sentence) => Refuse(Good with { InputGroup = group }, "input.group", sentence);

    [Theory]
    [InlineData("[ff0e::1]")]
    [InlineData("[ff0e::1]:5000")]
    [InlineData("ff0e::1::2")]
    [InlineData("ff0e:1:2:3:4:5:6:7:8")]
    [InlineData("ff0e::12345")]
    [InlineData("ff0e")]
    [InlineData("%eth0")]
    [InlineData("239.1.1.1%eth0")]
    public void What_is_no_address_should_be_refused(string text) =>
        Refuse(Good with { InputGroup = text }, "input.group", $"'{text}' is not an IP address; give a multicast group such as 239.1.1.1, or a unicast address of this host");

    [Theory]
    [InlineData("ff0e::180")]
    [InlineData("ff0e::185")]
    [InlineData("ff1e::181")]
    [InlineData("ff05::6b")]
    public void Groups_beside_the_reserved_ones_should_be_taken(string group) => Accept(Good with { InputGroup = group });

    [Theory]
    [InlineData("ff01::1")]
    [InlineData("ff02::1")]
    [InlineData("ff02::6b")]
    [InlineData("ff0e::181")]
    [InlineData("ff3e::1")]
    public void Force_should_take_reserved_and_source_specific_groups(string group)
    {
        Assert.True(Accept(Good with { InputGroup = group, Force = true }).NeedsForce);
        Assert.Equal(group != "ff3e::1", Accept(WithOutput(o => o with { Group = group }) with { Force = true }).NeedsForce);
        Assert.False(Accept(Good with { Force = true }).NeedsForce);
    }

    [Fact]
    public void Source_specific_group_should_be_taken_with_a_source()
    {
        ForwardingRule rule = Accept(Good with { InputGroup = "ff3e::1", InputSource = "2001:DB8::0:7" });
        Assert.Equal("input/1 interface=eth0 source=2001:db8::7 group=ff3e::1 port=5000", rule.Input.CanonicalText);
        Assert.Equal("[ff3e::1]:5000 from 2001:db8::7 on eth0", rule.Input.ToString());
        Assert.False(rule.NeedsForce);
    }

    [Theory]
    [InlineData("10.0.0.7", "'10.0.0.7' and the input 'ff0e::1' are of different address families; give the address that the sender has in the group's")]
    [InlineData("ff0e::7", "'ff0e::7' is not a unicast address; give the address of one sender, or leave it out")]
    [InlineData("::", "'::' is not a unicast address; give the address of one sender, or leave it out")]
    [InlineData("fe80::7%eth0", "'fe80::7%eth0' names an interface after '%'; give 'fe80::7' alone, the interface has a field of its own")]
    [InlineData("::ffff:10.0.0.7", "'::ffff:10.0.0.7' is an IPv4 address written as IPv6; give '10.0.0.7'")]
    public void Input_source_should_be_refused(string source, string sentence) => Refuse(Good with { InputSource = source }, "input.source", sentence);

    [Theory]
    [InlineData("239.2.2.2", "'239.2.2.2' and the input 'ff0e::1' are of different address families; a relay does not translate between IPv4 and IPv6")]
    [InlineData("ff02::2", "'ff02::2' is reserved for protocols of the local segment (ff02::/16); choose another group, or force the rule if you mean it")]
    [InlineData("::", "'::' is neither a multicast group nor a unicast address; use a group of ff00::/8, or the address of one host")]
    public void Output_group_should_be_refused(string group, string sentence) => Refuse(WithOutput(o => o with { Group = group }), "outputs[0].group", sentence);

    [Theory]
    [InlineData("ff3e::2", 1)]
    [InlineData("2001:db8::9", 64)]
    public void Output_should_be_taken(string group, int hopLimit)
    {
        RuleOutput output = Accept(WithOutput(o => o with { Group = group })).Outputs[0];
        Assert.Equal($"output/1 interface=eth1 group={group} port=6000 ttl={hopLimit}", output.CanonicalText);
        Assert.Equal($"[{group}]:6000 on eth1", output.ToString());
    }

    private static RuleDraft WithOutput(Func<OutputDraft, OutputDraft> change) => Good with { Outputs = [change(Good.Outputs[0])] };

    private static ForwardingRule Accept(RuleDraft draft) => TestRules.Parse(draft);

    private static void Refuse(RuleDraft draft, string field, string sentence)
    {
        Assert.Null(RuleParser.Parse(draft, out IReadOnlyList<RuleProblem> problems));
        Assert.Equal(new RuleProblem(field, sentence), Assert.Single(problems));
    }
}
