using System.Net;
using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

/// <summary>Ids are in operators' scripts and other nodes' memories: the recorded ones hold for ever.</summary>
public sealed class RuleIdSpecs
{
    [Theory]
    [InlineData("eth0", "239.1.1.1", 5000, null, "input/1 interface=eth0 source=* group=239.1.1.1 port=5000", "f51cecf46ab541f5")]
    [InlineData("eth0", "232.1.1.1", 5000, "10.0.0.7", "input/1 interface=eth0 source=10.0.0.7 group=232.1.1.1 port=5000", "2a5903c1b8c6df9a")]
    [InlineData("eth1", "10.0.0.2", 65_535, null, "input/1 interface=eth1 source=* group=10.0.0.2 port=65535", "672064a302685f0b")]
    [InlineData("eth0", "FF05:0:0::00AB", 1, null, "input/1 interface=eth0 source=* group=ff05::ab port=1", "9c485a4d7a89f049")]
    public void Id_should_be_made_of_the_canonical_text(string device, string group, int port, string? source, string text, string id)
    {
        var input = new RuleInput(device, IPAddress.Parse(group), (ushort)port, source is null ? null : IPAddress.Parse(source));
        Assert.Equal(text, input.CanonicalText);
        Assert.Equal(id, RuleId.Of(input).Value);
        Assert.True(RuleId.IsValid(id));
    }

    [Fact]
    public void Every_part_of_the_input_should_count()
    {
        var input = new RuleInput("eth0", IPAddress.Parse("239.1.1.1"), 5000);
        RuleInput[] others =
        [
            input,
            input with { Interface = "eth1" },
            input with { Group = IPAddress.Parse("239.1.1.2") },
            input with { Port = 5001 },
            input with { Source = IPAddress.Parse("10.0.0.1") },
        ];
        Assert.Distinct(others.Select(RuleId.Of));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("Az09._-", true)]
    [InlineData("", false)]
    [InlineData("a ", false)]
    [InlineData("a\n", false)]
    [InlineData("é", false)]
    [InlineData("a:b", false)]
    public void Id_should_be_of_few_characters(string text, bool valid) => Assert.Equal(valid, RuleId.IsValid(text));
}
