using Mcr.Actors.Configuration;
using Mcr.Native.Rules;

namespace Mcr.Specs.Configuration;

/// <summary>Legs in files: outputs of other nodes, and where they end here.</summary>
public sealed class LegSettingsSpecs : IDisposable
{
    private const string Wanted = "give the first and the last of 1 to 1000 UDP ports from 1024 on, such as 4100-4199, one for each leg that ends here";

    private readonly SettingsDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("", null, 4100, 4199)]
    [InlineData("interface = wg0, ports = 5000-5999", "wg0", 5000, 5999)]
    [InlineData("ports = \"1024 - 1024\"", null, 1024, 1024)]
    [InlineData("ports = 65535", null, 65535, 65535)]
    public void Legs_should_end_where_it_is_said(string legs, string? device, int first, int last) =>
        Assert.Equal(new LegSettings(device, (ushort)first, (ushort)last), _directory.Settings($"mcr.cluster.legs {{ {legs} }}").Cluster.Legs);

    [Fact]
    public void Defaults_should_be_those_of_the_reference() => Assert.Equal(LegSettings.Default, _directory.Settings("").Cluster.Legs);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1023-1030")]
    [InlineData("5000-4999")]
    [InlineData("5000-6000")]
    [InlineData("65000-65536")]
    [InlineData("5000-5001-5002")]
    [InlineData("-5000")]
    public void Ports_should_be_refused(string ports) =>
        Assert.Equal([$"mcrd.hocon:1:28: mcr.cluster.legs.ports is '{ports}'; {Wanted}"], _directory.Problems($"mcr.cluster.legs {{ ports = \"{ports}\" }}"));

    [Fact]
    public void All_problems_should_be_told_at_once() => Assert.Equal(
        [
            "mcrd.hocon:1:32: mcr.cluster.legs.interface 'eth0:1' is not an interface name; names have no spaces, '/' or ':' (see: ip link), or leave it empty for the one with the address of cluster.advertise or cluster.listen",
            $"mcrd.hocon:1:50: mcr.cluster.legs.ports is '1'; {Wanted}",
            "mcrd.hocon:1:53: mcr.cluster.legs.port is not a key of this version; did you mean 'ports'?",
        ],
        _directory.Problems("mcr.cluster.legs { interface = \"eth0:1\", ports = 1, port = 1 }"));

    [Fact]
    public void Other_ports_should_take_a_restart() => Assert.Equal(
        ["cluster.legs.interface: \"\", now \"wg0\"", "cluster.legs.ports: \"4100-4199\", now \"4100-4100\""],
        SettingsDifference.Of(_directory.Settings(""), _directory.Settings("mcr.cluster.legs { interface = wg0, ports = 4100 }"), _ => false));

    [Fact]
    public void Outputs_should_name_their_nodes_as_text_or_list()
    {
        McrSettings settings = _directory.Settings($$"""
            {{GeneratedRules.Cluster}}
            mcr.rules = [ { input { interface = eth0, group = "239.1.1.1", port = 5000 }, outputs = [
              { interface = eth1, group = "239.2.2.2", port = 6000, node = [b, c] }
              { interface = eth2, group = "239.2.2.2", port = 6000, node = "b+c" }
              { interface = eth3, group = "239.2.2.2", port = 6000, node = c, pair = [d, c] }
              { interface = eth4, group = "239.2.2.2", port = 6000, node = d }
            ] } ]
            """);
        Assert.Equal(
            [("eth1", "b", "b+c"), ("eth1", "c", "b+c"), ("eth2", "b", "b+c"), ("eth2", "c", "b+c"), ("eth3", "c", "d+c"), ("eth4", "d", null)],
            Assert.Single(settings.Rules).Rule.Outputs.Select(o => (o.Interface, o.Node!, o.PairText)));
    }

    /// <summary>One output there may be several of the rule.</summary>
    [Fact]
    public void Problems_should_be_told_where_the_output_is_written()
    {
        string[] problems = _directory.Problems($$"""
            {{GeneratedRules.Cluster}}
            mcr.rules = [
              { input { interface = eth0, group = "239.1.1.1", port = 5000 }, outputs = [
                { interface = eth1, group = "239.2.2.2", port = 6000, node = [b, c, d] }
                { interface = eth0, group = "239.1.1.1", port = 5000 }
              ] }
              { input { interface = eth0, group = "239.1.1.1", port = 5001 }, outputs = [
                { interface = eth1, group = "239.2.2.2", port = 6000, node = [b, c] }
                { interface = eth2, group = "239.2.2.2", port = 6000, node = [b, {{GeneratedRules.Node}}], par = x }
                { interface = eth2, group = "239.2.2.2", port = 6000, node = b, pair = c }
              ] }
              { input { interface = eth0, group = "239.1.1.1", port = 5002 }, outputs = [
                { interface = eth1, group = "239.2.2.2", port = 6000, node = [b, c] }
                { interface = eth2, group = "239.2.2.2", port = 6000, node = {{GeneratedRules.Node}} }
              ] }
            ]
            """);
        Assert.Equal(
            [
                "mcrd.hocon:5:5: mcr.rules[0].outputs[1]: 239.1.1.1:5000 on eth0 is the rule's own input: the output would loop; send to another group, port or interface",
                "mcrd.hocon:9:80: mcr.rules[1].outputs[1].par is not a key of this version; did you mean 'pair'?",
                "mcrd.hocon:10:76: mcr.rules[1].outputs[2].pair: one node backs nobody up; give 2 to 8 such as b+c, or leave it out",
                "mcrd.hocon:14:66: mcr.rules[2].outputs[1].node: relay-a is this node itself; leave node out",
            ],
            problems);
    }

    [Theory]
    [InlineData(null, "b", null, "outputs[1].node: b is another node, and there are others in a cluster only: set mcr.cluster.enabled = on, or leave node out")]
    [InlineData("b", "b", null, "outputs[1].node: b is this node itself; leave node out")]
    [InlineData("a", "b", "b+a", "outputs[1].pair: a is this node itself, which has the rule's input and gets nothing of it by a leg; leave it out of the pair")]
    [InlineData("a", "b", "b+c", null)]
    [InlineData(null, null, null, null)]
    public void Rule_should_be_where_its_nodes_are_others(string? self, string? node, string? pair, string? problem)
    {
        ForwardingRule rule = TestRules.Rule("eth0", "239.1.1.1", 5000, "video", "239.2.2.2:6000:eth1", "239.2.2.2:6000:eth2");
        rule = rule with { Outputs = [rule.Outputs[0], rule.Outputs[1] with { Node = node, Pair = pair is null ? [] : [.. pair.Split('+')] }] };
        Assert.Equal(problem, NodeCheck.WhyNot(rule, self)?.ToString());
    }
}
