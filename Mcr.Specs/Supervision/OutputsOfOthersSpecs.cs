using System.Net;
using Mcr.Actors.Events;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Platform;
using Mcr.Actors.Redundancy;
using Mcr.Native.Kernel;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using static Mcr.Specs.Supervision.FakePlatform;

namespace Mcr.Specs.Supervision;

/// <summary>An output of another node is on no device of this one, whatever devices here are called.</summary>
public sealed class OutputsOfOthersSpecs
{
    private static readonly Link In = Device("in0", 1);
    private static readonly Link Out = Device("out0", 2);
    private static readonly LinkTable Links = new([In, Out]);
    private static readonly LinkTable Down = new([In, Out with { IsRunning = false }]);

    /// <summary>Sent out as it came in, by the device of that name of node b, and out of one here.</summary>
    private static readonly ForwardingRule Both = Rule("b", null);
    private static readonly ForwardingRule There = Rule("b", "c");

    [Fact]
    public void Rule_should_be_as_fit_as_its_input_and_its_own_outputs()
    {
        Assert.Null(Health.WhyUnfit(There, Down));
        Assert.Null(Health.WhyDegraded(There, Down));
        Assert.Equal("its input in0 does not exist", Health.WhyUnfit(There, new LinkTable([Out])));
        Assert.Null(Health.WhyUnfit(Both, Down)); // the other way still goes
        Assert.Equal("its output out0 has no carrier", Health.WhyDegraded(Both, Down));
        Assert.Equal("its output out0 has no carrier", Health.WhyUnfit(Rule([null]), Down));
    }

    [Fact]
    public void Rule_with_several_inputs_should_be_as_fit_as_the_best_of_them()
    {
        ForwardingRule rule = There with { MoreInputs = [There.Input with { Interface = "in1" }], Select = new SelectSettings(SelectMode.Failover, null) };
        Assert.Null(Health.WhyUnfit(rule, Links)); // in1 does not exist
        Assert.Null(Health.WhyUnfit(rule, new LinkTable([Device("in1", 3), Out])));
        Assert.Equal("its input in0 is down and in1 does not exist", Health.WhyUnfit(rule, new LinkTable([In with { IsUp = false }, Out])));
        Assert.True(LinkNews.Of(rule.Home, [rule], Links, new LinkTable([In, Device("in1", 3), Out])).ConcernsPlan);
        Assert.False(LinkNews.Of(rule.Home, [rule], Links, Down).ConcernsPlan);
    }

    [Fact]
    public void Rule_whose_outputs_are_all_elsewhere_should_be_deaf()
    {
        Assert.Equal("its outputs leave other nodes, and no interface of this one", Health.WhyDeaf(There, Links));
        Assert.Null(Health.WhyDeaf(Both, Links));
    }

    [Fact]
    public void Devices_of_that_name_should_be_no_news_of_it()
    {
        Assert.False(LinkNews.Of("in0", [There], Links, Down).ConcernsPlan);
        Assert.True(LinkNews.Of("in0", [Both], Links, Down).ConcernsPlan);
    }

    [Fact]
    public void Route_out_of_a_device_of_that_name_should_duplicate_nothing()
    {
        var tables = new HostTables([new MulticastRoute(IPAddress.Parse("239.1.1.1"), IPAddress.Any, "in0", ["out0"])], []);
        Assert.Empty(Duplicates.Find([There], tables).Routes);
        Assert.Equal(["out0"], Assert.Single(Duplicates.Find([Both], tables).Routes).Value.Outputs);
    }

    [Fact]
    public void Counters_should_be_told_apart_by_node()
    {
        OutputCounter counter = new PortPlanner(Allocations.Empty, 1).TakeCounter(Both.Outputs[0]);
        Assert.Equal("b", counter.Node);
        Assert.True(counter.IsOf(Both.Outputs[0]));
        Assert.False(counter.IsOf(Both.Outputs[1]));
        Assert.False(counter.IsOf(There.Outputs[1]));
    }

    private static ForwardingRule Rule(params string?[] nodes)
    {
        ForwardingRule rule = TestRules.Rule("in0", "239.1.1.1", 5000, "video", "239.1.1.1:5000:out0");
        return rule with { Outputs = [.. nodes.Select(node => rule.Outputs[0] with { Node = node })] };
    }
}
