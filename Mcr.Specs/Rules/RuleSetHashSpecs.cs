using System.Net;
using CsCheck;
using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

public sealed class RuleSetHashSpecs
{
    private static readonly ForwardingRule[] Rules =
    [
        RuleSetSpecs.Rule("a", "eth0 239.1.1.1 5000", "eth1 239.2.2.2 6000"),
        RuleSetSpecs.Rule("b", "eth0 239.1.1.2 5000", "eth1 239.2.2.2 6001", "eth2 10.0.0.9 6002") with { Name = "news" },
        RuleSetSpecs.Rule("c", "eth0 239.1.1.3 5000", "eth1 239.2.2.2 6003"),
    ];

    /// <summary>Nodes of different versions compare these.</summary>
    [Fact]
    public void Hash_should_be_the_recorded_one()
    {
        Assert.Equal("e3b0c44298fc1c14", RuleSetHash.Of([]));
        Assert.Equal("32f88279b0b7baab", RuleSetHash.Of(Rules));
    }

    [Fact]
    public void Order_should_not_count() => Gen.Shuffle(Rules).Sample(shuffled => RuleSetHash.Of(shuffled) == RuleSetHash.Of(Rules));

    [Fact]
    public void Everything_that_a_rule_does_should_count()
    {
        ForwardingRule rule = Rules[0];
        RuleOutput output = rule.Outputs[0];
        ForwardingRule[] others =
        [
            rule,
            rule with { Id = new RuleId("z") },
            rule with { Name = "z" },
            rule with { Input = rule.Input with { Interface = "eth9" } },
            rule with { Input = rule.Input with { Group = IPAddress.Parse("239.1.1.9") } },
            rule with { Input = rule.Input with { Port = 9 } },
            rule with { Input = rule.Input with { Source = IPAddress.Parse("10.0.0.1") } },
            rule with { Outputs = [output with { Interface = "eth9" }] },
            rule with { Outputs = [output with { Group = IPAddress.Parse("239.1.1.9") }] },
            rule with { Outputs = [output with { Port = 9 }] },
            rule with { Outputs = [output with { Ttl = 9 }] },
            rule with { Outputs = [output, output with { Port = 9 }] },
            rule with { Outputs = [output with { Port = 9 }, output] },
        ];
        Assert.Distinct(others.Select(r => RuleSetHash.Of([r])).Append(RuleSetHash.Of([])).Append(RuleSetHash.Of(Rules)));
    }

    [Fact]
    public void Default_ttl_should_be_the_same_as_its_value() =>
        Assert.Equal(RuleSetHash.Of([Rules[0]]), RuleSetHash.Of([Rules[0] with { Outputs = [Rules[0].Outputs[0] with { Ttl = 1 }] }]));
}
