using System.Diagnostics;
using System.Net;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Ingress;

/// <summary>Real memberships, read back from the kernel's own lists.</summary>
[Collection(SerialPackets.Name)]
public sealed class MembershipSpecs : IDisposable
{
    private const int Many = 2000;
    private const int Sources = 25; // more than a socket takes for one group (net.ipv4.igmp_max_msf is 10)

    private readonly NetworkNamespace _space;
    private GroupMembership _groups;

    public MembershipSpecs()
    {
        NamespaceSupport.Require();
        _space = new NetworkNamespace("membership");
        _groups = MakeDevice();
    }

    public void Dispose()
    {
        _groups.Dispose();
        _space.Dispose();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Two_thousand_groups_should_be_joined_and_left(bool six, bool withSource)
    {
        int before = Joined(six);
        IPAddress? source = withSource ? Source(six, 0) : null;

        TimeSpan took = Time(() => Each(six, g => _groups.Join(g, source)));
        TestContext.Current.TestOutputHelper!.WriteLine($"{Many} {(six ? "IPv6" : "IPv4")} groups{(withSource ? " with a source" : "")} on {_groups.Sockets} sockets in {took.TotalMilliseconds:F0} ms");
        Assert.Equal(before + Many, Joined(six));
        Assert.Equal(withSource ? Many : 0, Filters(six));
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(3)); // 0.3 s at most where little else runs

        // One leaves and another comes: into the place that got free.
        int sockets = _groups.Sockets;
        _space.Run(() => _groups.Leave(Group(six, 77), source));
        Assert.Equal(before + Many - 1, Joined(six));
        _space.Run(() => _groups.Join(Group(six, Many), source));
        Assert.Equal((before + Many, sockets), (Joined(six), _groups.Sockets));
        _space.Run(() => _groups.Leave(Group(six, Many), source));

        Each(six, g => _groups.Leave(g, source));
        Assert.Equal((before, 0, 0), (Joined(six), Filters(six), _groups.Sockets));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void More_sources_than_a_socket_takes_should_be_joined_and_left_one_by_one(bool six)
    {
        int before = Joined(six);
        int[] groups = [1, 2, 3];
        foreach (int source in Enumerable.Range(0, Sources))
        {
            foreach (int group in groups)
                _space.Run(() => _groups.Join(Group(six, group), Source(six, source)));
        }

        Assert.Equal((before + groups.Length, groups.Length * Sources), (Joined(six), Filters(six)));

        _space.Run(() => _groups.Leave(Group(six, 2), Source(six, 3)));
        Assert.Equal((before + groups.Length, (groups.Length * Sources) - 1), (Joined(six), Filters(six)));
        _space.Run(() => _groups.Join(Group(six, 2), Source(six, 3)));
        Assert.Equal(groups.Length * Sources, Filters(six));

        foreach (int source in Enumerable.Range(0, Sources))
            _space.Run(() => _groups.Leave(Group(six, 2), Source(six, source)));
        Assert.Equal((before + groups.Length - 1, (groups.Length - 1) * Sources), (Joined(six), Filters(six)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_group_should_be_joined_for_all_and_for_one_source_side_by_side(bool six)
    {
        int before = Joined(six);
        _space.Run(() =>
        {
            _groups.Join(Group(six, 1), Source(six, 1));
            _groups.Join(Group(six, 1), null);
            _groups.Join(Group(six, 1), Source(six, 2));
            _groups.Join(Group(six, 1), null); // a second time is once
        });
        Assert.Equal((before + 1, 2), (Joined(six), _groups.Sockets));

        _space.Run(() => _groups.Leave(Group(six, 1), null));
        Assert.Equal((before + 1, 2), (Joined(six), Filters(six)));

        _space.Run(() => _groups.Leave(Group(six, 1), Source(six, 1)));
        _space.Run(() => _groups.Leave(Group(six, 1), Source(six, 2)));
        Assert.Equal((before, 0, 0), (Joined(six), Filters(six), _groups.Sockets));
    }

    [Fact]
    public void A_device_that_was_deleted_and_made_again_should_take_all_groups_again()
    {
        foreach (bool six in new[] { false, true })
            Each(six, g => _groups.Join(g, null));
        _space.Ip("link del dev m0");
        LinuxException gone = Assert.Throws<LinuxException>(() => _space.Run(() => _groups.Join(Group(six: false, Many), null)));
        Assert.StartsWith($"join {Group(six: false, Many)}: the device is gone: ENODEV", gone.Message, StringComparison.Ordinal);
        Each(six: false, g => _groups.Leave(g, null)); // of no use, and no error
        _groups.Dispose();

        _groups = MakeDevice();
        int before = Joined(six: false);
        foreach (bool six in new[] { false, true })
            Each(six, g => _groups.Join(g, null));
        Assert.Equal(before + Many, Joined(six: false));
    }

    [Fact]
    public void A_limit_of_the_kernel_should_be_named()
    {
        _space.Run(() => File.WriteAllText("/proc/sys/net/ipv4/igmp_max_memberships", "0"));

        LinuxException full = Assert.Throws<LinuxException>(() => _space.Run(() => _groups.Join(Group(six: false, 1), null)));

        Assert.Contains("sysctl net.ipv4.igmp_max_memberships", full.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.66.0.1", true)]
    [InlineData("fd66::1", true)]
    [InlineData("fe80::66", true)]
    [InlineData("fd66::99", false)]
    public void A_unicast_address_should_be_claimed_where_it_is_ours(string address, bool ours)
    {
        IPAddress own = IPAddress.Parse(address);
        int index = Index(); // not within Run, which would wait for itself
        if (!ours)
        {
            LinuxException refused = Assert.Throws<LinuxException>(() => _space.Run(() => UnicastClaim.Open("m0", index, own, 5000)));
            Assert.StartsWith($"claim {new IPEndPoint(own, 5000)} on m0 (the input has to be an address of this host", refused.Message, StringComparison.Ordinal);
            return;
        }

        using UnicastClaim claim = _space.Run(() => UnicastClaim.Open("m0", index, own, 5000));
        LinuxException taken = Assert.Throws<LinuxException>(() => _space.Run(() => UnicastClaim.Open("m0", index, own, 5000)));
        Assert.Contains("(a program of this host listens there): EADDRINUSE", taken.Message, StringComparison.Ordinal);
    }

    private GroupMembership MakeDevice()
    {
        _space.Ip("link add m0 type veth peer name m1");
        _space.Ip("link set m1 up");
        _space.Ip("link set m0 up");
        _space.Ip("address add 10.66.0.1/24 dev m0");
        _space.Ip("address add fd66::1/64 dev m0 nodad");
        _space.Ip("address add fe80::66/64 dev m0 nodad");
        return new GroupMembership(Index());
    }

    private int Index() => Devices.Find(_space, "m0").Index;

    private void Each(bool six, Action<IPAddress> action) => _space.Run(() =>
    {
        for (int i = 0; i < Many; i++)
            action(Group(six, i));
    });

    private static IPAddress Group(bool six, int number) => IPAddress.Parse(six ? $"ff3e::6:{number + 1:x}" : $"239.66.{number / 250}.{(number % 250) + 1}");

    private static IPAddress Source(bool six, int number) => IPAddress.Parse(six ? $"fd66::1:{number + 1:x}" : $"10.66.1.{number + 1}");

    private static TimeSpan Time(Action action)
    {
        long began = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Groups of ours and of the kernel's that m0 is a member of: those in the lists by their own numbers.</summary>
    private int Joined(bool six) => six
        ? Lines("igmp6").Count(l => l.Contains(" m0 ", StringComparison.Ordinal) && l.Contains("ff3e", StringComparison.Ordinal))
        : Lines("igmp").Count(l => l.StartsWith('\t') && l.Trim().Split(' ')[0].EndsWith("42EF", StringComparison.OrdinalIgnoreCase)); // 239.66 in memory order

    private int Filters(bool six) => Lines(six ? "mcfilter6" : "mcfilter").Count(l => l.Contains(" m0 ", StringComparison.Ordinal));

    private string[] Lines(string list) => _space.Run(() => File.ReadAllLines($"/proc/thread-self/net/{list}"));
}
