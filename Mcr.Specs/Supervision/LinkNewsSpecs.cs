using System.Net;
using Mcr.Actors.Interfaces;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using static Mcr.Specs.Supervision.FakePlatform;

namespace Mcr.Specs.Supervision;

/// <summary>Which changes of the machine's devices an interface has to do something about.</summary>
public sealed class LinkNewsSpecs
{
    private static readonly ForwardingRule[] Rules = [TestRules.Rule("in0", "239.1.1.1", 5000, null, "239.2.2.2:6000:out0")];
    private static readonly Link In = Device("in0", 1);
    private static readonly Link Out = Device("out0", 2);
    private static readonly Link Else = Device("eth9", 9);

    [Fact]
    public void Nothing_known_before_should_be_planned()
    {
        Assert.Equal(new LinkNews(true, false, false), LinkNews.Of("in0", Rules, null, new LinkTable([In])));
    }

    [Fact]
    public void Device_of_nobody_should_concern_nobody()
    {
        Assert.Equal(default, News(Else with { Mtu = 9000 }));
        Assert.Equal(default, News(Else with { Name = "eth8" }));
    }

    [Fact]
    public void Address_of_any_device_should_concern_a_unicast_input()
    {
        ForwardingRule[] rules = [TestRules.Rule("in0", "10.9.0.2", 5000, null, "239.2.2.2:6000:out0")];
        var after = new LinkTable([In, Out, Else with { Addresses = [IPAddress.Parse("10.9.0.3")] }]);
        Assert.Equal(new LinkNews(true, false, false), LinkNews.Of("in0", rules, new LinkTable([In, Out, Else]), after));
    }

    [Fact]
    public void Output_should_concern_the_plan_but_not_for_how_often_its_carrier_went()
    {
        Assert.Equal(new LinkNews(true, false, false), News(Out with { Mtu = 9000 }));
        Assert.Equal(default, News(Out with { CarrierUps = 3, CarrierDowns = 3 }));
    }

    [Fact]
    public void Carrier_should_be_back_when_it_is_there_and_was_gone_in_between()
    {
        Assert.Equal(new LinkNews(false, true, true), News(In with { CarrierUps = 1, CarrierDowns = 1 }));
        Assert.Equal(new LinkNews(true, true, false), News(In with { IsRunning = false, CarrierDowns = 1 }));
        Assert.Equal(new LinkNews(true, true, false), News(In with { Mtu = 9000 }));
    }

    [Fact]
    public void Another_device_of_the_same_name_should_be_a_matter_of_the_plan_only()
    {
        Assert.Equal(new LinkNews(true, false, false), News(In with { Index = 7, CarrierUps = 2 }));
        Assert.Equal(new LinkNews(true, false, false), News(In with { Incarnation = 1, CarrierUps = 2 }));
    }

    private static LinkNews News(Link changed) => LinkNews.Of("in0", Rules, new LinkTable([In, Out, Else]), new LinkTable([.. new[] { In, Out, Else }.Where(l => l.Index != changed.Index && l.Name != changed.Name), changed]));
}
