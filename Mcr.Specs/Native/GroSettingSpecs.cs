using Mcr.Native.Kernel;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;

namespace Mcr.Specs.Native;

/// <summary>UDP GRO forwarding of a device, as ethtool sees it.</summary>
public sealed class GroSettingSpecs
{
    private const string Gro = "generic-receive-offload";
    private const string Forwarding = "rx-udp-gro-forwarding";

    [Fact]
    public void Gro_should_be_on_as_long_as_it_is_wanted_and_then_be_as_it_was()
    {
        using NetworkNamespace place = Place();
        place.Tool("ethtool", "-K in0 gro off rx-udp-gro-forwarding off");
        using (GroSetting setting = Apply(place, on: true))
        {
            Assert.Null(setting.Problem);
            Assert.Equal(("on", "on"), (State(place, Gro), State(place, Forwarding)));
            place.Run(setting.Dispose);
        }

        Assert.Equal(("off", "off"), (State(place, Gro), State(place, Forwarding)));
    }

    [Fact]
    public void Gro_should_be_off_as_long_as_that_is_wanted_and_then_be_as_it_was()
    {
        using NetworkNamespace place = Place();
        place.Tool("ethtool", "-K in0 gro on rx-udp-gro-forwarding on");
        GroSetting setting = Apply(place, on: false);
        Assert.Null(setting.Problem);
        Assert.Equal(("on", "off"), (State(place, Gro), State(place, Forwarding))); // GRO itself is also TCP's
        place.Run(setting.Dispose);
        Assert.Equal(("on", "on"), (State(place, Gro), State(place, Forwarding)));
    }

    [Fact]
    public void What_was_so_already_should_be_left_so()
    {
        using NetworkNamespace place = Place();
        place.Tool("ethtool", "-K in0 gro on rx-udp-gro-forwarding on");
        GroSetting setting = Apply(place, on: true);
        Assert.Null(setting.Problem);
        place.Run(setting.Dispose);
        Assert.Equal(("on", "on"), (State(place, Gro), State(place, Forwarding)));
    }

    [Fact]
    public void Device_that_is_gone_should_be_a_sentence_and_another_of_its_name_be_left_alone()
    {
        using NetworkNamespace place = Place();
        place.Tool("ethtool", "-K in0 rx-udp-gro-forwarding off");
        GroSetting setting = Apply(place, on: true);
        place.Ip("link del in0");
        place.Ip("link add in0 type veth peer name other0");
        place.Tool("ethtool", "-K in0 rx-udp-gro-forwarding on");
        place.Run(setting.Dispose);
        Assert.Equal("on", State(place, Forwarding));
        Link link = Find(place);
        place.Ip("link del in0");
        Assert.Contains("UDP GRO forwarding of in0 stays as it is: features of in0: ENODEV", place.Run(() => GroSetting.Apply(link, on: true, null)).Problem, StringComparison.Ordinal);
    }

    private static NetworkNamespace Place()
    {
        NamespaceSupport.Require();
        NamespaceSupport.RequireProgram("ethtool");
        var place = new NetworkNamespace("gro");
        place.Ip("link add in0 type veth peer name other0");
        return place;
    }

    private static GroSetting Apply(NetworkNamespace place, bool on)
    {
        Link link = Find(place);
        return place.Run(() => GroSetting.Apply(link, on, null));
    }

    private static Link Find(NetworkNamespace place) => Devices.Find(place, "in0");

    private static string State(NetworkNamespace place, string feature) => Devices.Feature(place, "in0", feature);
}
