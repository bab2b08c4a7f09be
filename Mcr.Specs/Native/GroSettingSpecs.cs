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

    [Fact]
    public void What_is_changed_should_be_noted_down_before_and_forgotten_when_it_is_as_it_was()
    {
        using NetworkNamespace place = Place();
        place.Tool("ethtool", "-K in0 gro off rx-udp-gro-forwarding on");
        Link link = Find(place);
        var record = new FakeRecord();
        using (GroSetting setting = place.Run(() => GroSetting.Apply(link, on: true, record)))
        {
            Assert.Null(setting.Problem);
            Assert.Equal(["note rx-gro, which is off"], record.Journal);
            place.Run(setting.Dispose);
        }

        Assert.Equal(["note rx-gro, which is off", "forget rx-gro"], record.Journal);
        Assert.Equal(("off", "on"), (State(place, Gro), State(place, Forwarding)));
    }

    [Fact]
    public void What_cannot_be_noted_down_should_stay_as_it_is()
    {
        using NetworkNamespace place = Place();
        place.Tool("ethtool", "-K in0 gro off rx-udp-gro-forwarding off");
        Link link = Find(place);
        using GroSetting setting = place.Run(() => GroSetting.Apply(link, on: true, new FakeRecord { Refusal = "No space left on device" }));
        Assert.Equal("rx-gro of in0 stays off, since it cannot be noted down how it was: No space left on device", setting.Problem);
        Assert.Equal(("off", "off"), (State(place, Gro), State(place, Forwarding)));
    }

    [Fact]
    public void Note_of_a_predecessor_should_be_what_comes_back()
    {
        using NetworkNamespace place = Place();
        place.Tool("ethtool", "-K in0 gro on rx-udp-gro-forwarding on"); // as a predecessor left it
        Link link = Find(place);
        var record = new FakeRecord { Originals = { ["rx-gro"] = false, ["rx-udp-gro-forwarding"] = false } };
        GroSetting setting = place.Run(() => GroSetting.Apply(link, on: true, record));
        Assert.Empty(record.Journal);
        place.Run(setting.Dispose);
        Assert.Equal(("off", "off"), (State(place, Gro), State(place, Forwarding)));
        Assert.Empty(record.Originals);
    }

    /// <summary>Looks, when it is told to note something, whether that is so still.</summary>
    private sealed class FakeRecord : IFeatureRecord
    {
        public List<string> Journal { get; } = [];

        public Dictionary<string, bool> Originals { get; } = [];

        public string? Refusal { get; init; }

        public bool? Original(Link link, string feature) => Originals.TryGetValue(feature, out bool isOn) ? isOn : null;

        public string? Note(Link link, string feature, bool isOn)
        {
            Assert.Equal(isOn, DeviceFeatures.Read(link.Name, feature)?.IsOn);
            if (Refusal is null)
                Originals.Add(feature, isOn);
            Journal.Add($"note {feature}, which is {(isOn ? "on" : "off")}");
            return Refusal;
        }

        public void Forget(Link link, string feature)
        {
            Originals.Remove(feature);
            Journal.Add($"forget {feature}");
        }
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
