using System.Net;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;
using Mcr.Native.Privileges;
using Mcr.Native.Worker;

namespace Mcr.Specs.Ingress;

/// <summary>Feed sockets on real devices, and the port that has them.</summary>
public sealed class FeedListenerSpecs : IDisposable
{
    private static readonly IPAddress Group = IPAddress.Parse("239.1.1.1");
    private static readonly byte[] Wanted = Frames.Udp("10.1.0.1", "239.1.1.1", 5000, SeenFrame.Numbered(1, 100));
    private static readonly byte[] Last = Frames.Udp("10.1.0.1", "239.1.1.1", 5000, SeenFrame.Numbered(99, 100));

    private readonly NetworkNamespace _near;
    private readonly NetworkNamespace _far;
    private readonly FrameSender _sender;
    private readonly Link _device;
    private readonly EgressKey _key;

    public FeedListenerSpecs()
    {
        NamespaceSupport.Require();
        _near = new NetworkNamespace("near");
        _far = new NetworkNamespace("far");
        NetworkNamespace.Connect(_near, "near0", "10.1.0.1/24", _far, "far0", "10.1.0.2/24");
        _sender = new FrameSender(_near, "near0");
        _device = Devices.Find(_far, "far0");
        _key = FeedResolution.KeyOf(_device);
    }

    public void Dispose()
    {
        _sender.Dispose();
        _near.Dispose();
        _far.Dispose();
    }

    [Fact]
    public void Frames_of_wanted_groups_should_come_whole_with_fragments_and_nothing_else_should()
    {
        using FeedListener feed = Open();
        using RingReader reader = Reader(feed.Of(0));
        Join(feed, Hear(Group));
        byte[] large = Frames.Udp("10.1.0.1", "239.1.1.1", 5000, SeenFrame.Numbered(2, 2000));
        byte[][] pieces = FragmentFrames.Split(large, 7, 800);
        byte[][] sent =
        [
            Frames.Udp("10.1.0.1", "239.1.1.2", 5000, SeenFrame.Numbered(50, 100)), // another group
            Wanted,
            FrameSender.Tagged(Wanted, 5), // of a VLAN
            Wanted.With8(FrameEdits.Ip + 9, 2), // no UDP
            .. pieces,
            Last,
        ];
        foreach (byte[] frame in sent)
            _sender.Send(FrameSender.ToGroup(frame));
        List<SeenFrame> seen = reader.Take(2 + pieces.Length);
        Assert.Equal([1, 99], [seen[0].Number, seen[^1].Number]);
        Assert.Equal(2 + pieces.Length, seen.Count);
        Assert.All(seen, f => Assert.NotEqual(ReceivedFrame.UnknownArrival, f.Arrival));

        Leave(feed, Hear(Group));
        Join(feed, Hear(IPAddress.Parse("239.1.1.9")));
        _sender.Send(FrameSender.ToGroup(Wanted));
        _sender.Send(FrameSender.ToGroup(Frames.Udp("10.1.0.1", "239.1.1.9", 5000, SeenFrame.Numbered(3, 100))));
        Assert.Equal(3, Assert.Single(reader.Take(1)).Number);
    }

    [Fact]
    public void Groups_should_be_joined_on_the_device_from_their_sources_and_left_with_the_socket()
    {
        using FeedListener feed = Open();
        Join(feed, new Membership(Group, null, 0) { Feed = _key });
        Join(feed, new Membership(IPAddress.Parse("239.1.1.2"), IPAddress.Parse("10.1.0.7"), 0) { Feed = _key });
        IReadOnlySet<(IPAddress, IPAddress?)> joined = Memberships();
        Assert.Contains((Group, null), joined);
        Assert.Contains((IPAddress.Parse("239.1.1.2"), IPAddress.Parse("10.1.0.7")), joined);
        var six = IPAddress.Parse("ff15::9");
        Join(feed, new Membership(six, null, 0) { Feed = _key });
        Assert.Equal(3, feed.Joined);
        _far.Ip("link set far0 mtu 1000"); // which takes IPv6 away, and the group with it
        _far.Ip("link set far0 mtu 1500");
        Assert.Equal((six, null), _far.Run(feed.Repair).Select(m => (m.Group, m.Refusal)).Single());
        Assert.Contains((six, null), Memberships());
        _far.Run(feed.Close);
        Assert.DoesNotContain((Group, null), Memberships());
    }

    /// <summary>Until all of its groups are known to it, a later mcrd takes nothing away from a worker that goes on.</summary>
    [Fact]
    public void Inherited_socket_should_let_through_what_it_did_until_everything_is_joined()
    {
        using FeedListener before = Open();
        TaggedSocket passed = before.Of(0);
        Join(before, Hear(Group));
        Assert.Equal(_key, EgressKeyText.Read(passed.Tag));
        using var after = FeedListener.Adopt(_key, passed.Socket.Descriptor.Duplicate(), passed.Passed(1).Feed, new KeptDescriptors());
        using RingReader reader = Reader(after.Of(0));
        Join(after, Hear(IPAddress.Parse("239.1.1.2")));
        _sender.Send(FrameSender.ToGroup(Wanted));
        Assert.Equal(1, Assert.Single(reader.Take(1)).Number);
        _far.Run(after.DropInherited);
        _sender.Send(FrameSender.ToGroup(Wanted));
        _sender.Send(FrameSender.ToGroup(Frames.Udp("10.1.0.1", "239.1.1.2", 5000, SeenFrame.Numbered(2, 100))));
        Assert.Equal(2, Assert.Single(reader.Take(1)).Number);
    }

    [Fact]
    public void Port_of_no_device_should_hear_nothing_and_count_what_its_feeds_drop()
    {
        using IInterfacePort port = _far.Run(() => Platform().OpenInterface(FeedsHome.Link, new PortOptions(FeedsHome.Settings(FeedsHome.Link.Name, new InterfaceOptions())) { Devices = _ => new InterfaceOptions { Ingress = IngressMode.Mmsg } }));
        Assert.Empty(port.TakeNotes());
        Assert.Null(_far.Run(() => port.OpenFeed(3, _key, _device)));
        foreach (Membership membership in new[] { Hear(Group), new Membership(Group, null, 0) { Feed = _key }, new Membership(IPAddress.Parse("10.1.0.2"), null, 5000) { Feed = _key } })
            Assert.Null(_far.Run(() => port.Join(membership)));
        Assert.Equal(1, _far.Run(port.Announce));
        Assert.Equal("", string.Join('\n', _far.Run(port.Repair).Sentences));

        // On the device, and on no other: the address is taken there.
        IPAddress own = IPAddress.Parse("10.1.0.2");
        Assert.True(Assert.Throws<LinuxException>(() => _far.Run(() => UnicastClaim.Open("far0", _device.Index, own, 5000))).Errno == Libc.EADDRINUSE);
        _far.Run(() => UnicastClaim.Open("lo", 1, own, 5000)).Dispose();
        byte[] frame = FrameSender.ToGroup(Frames.Udp("10.1.0.1", "239.1.1.1", 5000, new byte[1400]));
        for (int i = 0; i < 100_000 && port.ReadCounters(0).KernelDrops == 0; i++)
            _sender.Send(frame); // nobody reads
        Assert.NotEqual(0, port.ReadCounters(0).KernelDrops);
        long drops = port.ReadCounters(0).KernelDrops;
        _far.Run(() => port.CloseEgress(3));
        _sender.Send(frame);
        Assert.Equal(drops, port.ReadCounters().KernelDrops);
    }

    [Fact]
    public void Claims_of_feeds_should_survive_as_tags()
    {
        Membership[] claims = [new(IPAddress.Parse("10.1.0.2"), null, 5000) { Feed = _key }, new(IPAddress.Parse("fe80::1"), null, 1), new(IPAddress.Parse("fe80::1"), null, 1) { Feed = _key }];
        Assert.Equal(claims, claims.Select(c => KeptTag.ReadClaim(KeptTag.Claim(c))!));
        Assert.Null(KeptTag.ReadClaim("claim 10.1.0.2:5000 2/far0"));
    }

    private FeedListener Open(IngressMode mode = IngressMode.Ring) => _far.Run(() => FeedListener.Open(_key, _device, mode, 4 << 20, new KeptDescriptors()));

    private Membership Hear(IPAddress group) => new(group, null, 0) { Feed = _key, IsHeardOnly = true };

    private void Join(FeedListener feed, Membership membership) => _far.Run(() => feed.Join(membership));

    private void Leave(FeedListener feed, Membership membership) => _far.Run(() => feed.Leave(membership));

    private IReadOnlySet<(IPAddress, IPAddress?)> Memberships() => _far.Run(() => KernelMemberships.Of(_device.Index));

    /// <summary>As a worker reads it: what it has been told of the socket is all it knows.</summary>
    private static RingReader Reader(TaggedSocket passed)
    {
        PassedSocket told = passed.Passed(1);
        return new RingReader(PacketSocket.Adopt(passed.Socket.Descriptor, told.Feed.LinkHeader, told.Feed.Ring));
    }

    private static LinuxPlatform Platform() =>
        new(new WorkerProgram("", new Dictionary<string, string>()), Capabilities.Read(), new LinuxPlatformOptions(1 << 20, 1 << 20, false, "/nonexistent", 0, 0), Orphans.Adopt("/nonexistent", _ => { }));
}
