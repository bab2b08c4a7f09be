using System.Net;
using Mcr.Native.Ingress;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Ingress;

/// <summary>Reports without a leave, as a switch hears them; memberships that the kernel has forgotten.</summary>
public sealed class MembershipUpkeepSpecs : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2); // the kernel sends a report again within 1 s

    private static readonly (string Group, string? Source)[] Joined =
    [
        ("239.66.0.1", null), ("232.66.0.1", "10.66.0.7"), ("ff3e::66:1", null), ("ff3e::66:2", "fd66::7"),
    ];

    private static readonly string[] Groups = [.. Joined.Select(j => j.Group)];

    private readonly NetworkNamespace _host;
    private readonly NetworkNamespace _switch;
    private readonly GroupMembership _groups;
    private readonly MembershipWire _wire;

    public MembershipUpkeepSpecs()
    {
        NamespaceSupport.Require();
        _host = new NetworkNamespace("host");
        _switch = new NetworkNamespace("switch");
        NetworkNamespace.Connect(_host, "h0", "10.66.0.1/24", _switch, "s0", "10.66.0.2/24");
        _host.Ip("address add fe80::66/64 dev h0 nodad");
        _wire = new MembershipWire(_switch, "s0");
        _groups = new GroupMembership(Devices.Find(_host, "h0").Index);
    }

    public void Dispose()
    {
        _groups.Dispose();
        _wire.Dispose();
        _host.Dispose();
        _switch.Dispose();
    }

    [Fact]
    public void Carrier_that_comes_back_should_be_told_the_groups_by_us_and_none_should_be_left()
    {
        Join();
        _switch.Ip("link set s0 down");
        _switch.Ip("link set s0 up");
        List<string> kernel = _wire.Hear(_ => false, Silence, Groups);
        Assert.DoesNotContain("to_ex 239.66.0.1", kernel); // else there is no need for us

        _host.Run(_groups.Announce);
        string[] wanted = ["to_ex 239.66.0.1", "to_in 232.66.0.1 10.66.0.7", "to_ex ff3e::66:1", "to_in ff3e::66:2 fd66::7"];
        List<string> heard = _wire.Hear(h => !wanted.Except(h).Any(), Patience, Groups);
        heard.AddRange(_wire.Hear(_ => false, Silence, Groups));
        Assert.Equal(wanted.Order(), heard.Distinct().Order());
        Assert.Empty(_host.Run(_groups.Repair)); // all is as it was
    }

    [Fact]
    public void Querier_of_version_2_should_get_its_own_reports()
    {
        _host.Run(() => File.WriteAllText("/proc/sys/net/ipv4/conf/all/force_igmp_version", "2"));
        Join();
        _host.Run(_groups.Announce);
        List<string> heard = _wire.Hear(h => h.Contains("v2 239.66.0.1") && h.Contains("v2 232.66.0.1"), Patience, Groups);
        Assert.Contains("v2 239.66.0.1", heard);
        Assert.DoesNotContain(heard, h => h.StartsWith("leave", StringComparison.Ordinal));
    }

    [Fact]
    public void Memberships_that_vanish_with_the_ip_of_a_device_should_be_found_missing_and_joined_again()
    {
        MakeDeviceOfAnyMtu("d0");
        _host.Ip("link set d0 up");
        using var groups = new GroupMembership(Devices.Find(_host, "d0").Index);
        (string Group, string? Source)[] joined = [.. Joined, ("232.66.0.1", "10.66.0.8")]; // two sources of one group
        Each(joined, groups.Join);
        Assert.Empty(_host.Run(groups.Repair));
        _host.Ip("link set d0 mtu 67");
        IReadOnlyList<LostMembership> lost = _host.Run(groups.Repair);
        Assert.Equal(joined.Length, lost.Count);
        Assert.All(lost, l => Assert.NotNull(l.Refusal));
        Assert.Contains("join 239.66.0.1: the device is gone: ENODEV", lost[0].Refusal, StringComparison.Ordinal);

        _host.Ip("link set d0 mtu 1500");
        lost = _host.Run(groups.Repair);
        Assert.Equal(joined.Length, lost.Count);
        Assert.All(lost, l => Assert.Null(l.Refusal));
        Assert.Empty(_host.Run(groups.Repair));
    }

    /// <summary>Most devices refuse an MTU below 68.</summary>
    private void MakeDeviceOfAnyMtu(string name)
    {
        try
        {
            _host.Ip($"link add {name} type ifb");
        }
        catch (InvalidOperationException e)
        {
            Assert.Skip($"This spec needs a device of type ifb (modprobe ifb): {e.Message}");
        }
    }

    private void Join()
    {
        Each(Joined, _groups.Join);
        _wire.Hear(_ => false, Silence, Groups); // what joining says
    }

    private void Each((string Group, string? Source)[] memberships, Action<IPAddress, IPAddress?> join) => _host.Run(() =>
    {
        foreach ((string group, string? source) in memberships)
            join(IPAddress.Parse(group), source is null ? null : IPAddress.Parse(source));
    });
}
