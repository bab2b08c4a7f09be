using System.Collections.Concurrent;
using System.Net;
using Mcr.Actors.Platform;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;
using Mcr.Native.Privileges;
using Mcr.Native.Worker;

namespace Mcr.Specs.Netlink;

/// <summary>The kernel's own news, in a namespace.</summary>
[Collection(SerialPackets.Name)]
public sealed class LinkMonitorSpecs : IDisposable
{
    private readonly NetworkNamespace _near;
    private readonly NetworkNamespace _far;
    private readonly BlockingCollection<LinkTable> _told = [];
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly LinkMonitor _monitor;

    public LinkMonitorSpecs()
    {
        NamespaceSupport.Require();
        _near = new NetworkNamespace("near");
        _far = new NetworkNamespace("far");
        NetworkNamespace.Connect(_near, "near0", "10.1.0.1/24", _far, "far0", "10.1.0.2/24");
        _monitor = Watch(_told.Add);
    }

    public void Dispose()
    {
        _monitor.Dispose();
        _near.Dispose();
        _far.Dispose();
        Assert.Empty(_failures);
    }

    [Fact]
    public void Monitor_should_tell_how_things_are_and_each_kind_of_change()
    {
        Link first = Await(l => l is { IsRunning: true });
        _far.Ip("link set far0 down");
        Link without = Await(l => l is { IsRunning: false, IsUp: true });
        Assert.Equal(first.CarrierDowns + 1, without.CarrierDowns);
        _far.Ip("link set far0 up");
        Assert.Equal(first.CarrierUps + 1, Await(l => l is { IsRunning: true }).CarrierUps);
        _near.Ip("link set near0 mtu 9000");
        Await(l => l is { Mtu: 9000 });
        _near.Ip("address add 10.7.7.7/32 dev near0");
        Await(l => l!.Addresses.Contains(IPAddress.Parse("10.7.7.7")));
        _near.Ip("address add fd77::7/64 dev near0 nodad");
        Await(l => l!.Addresses.Contains(IPAddress.Parse("fd77::7")));
        _near.Ip("link set near0 down");
        Await(l => l is { IsUp: false });
        _near.Ip("link set near0 name other0");
        Await(l => l is null);
        _near.Ip("link set other0 name near0");
        Assert.True(Await(l => l is not null).IsSameDevice(first));
    }

    [Fact]
    public void Device_that_comes_back_with_its_index_should_be_another_one()
    {
        using var away = new NetworkNamespace("away");
        using var gate = new ManualResetEventSlim(true);
        BlockingCollection<LinkTable> told = [];
        using LinkMonitor slow = Watch(table =>
        {
            told.Add(table);
            gate.Wait();
        });
        Assert.True(told.Take().TryGet("near0", out Link? first));
        gate.Reset();
        _near.Ip("link set near0 mtu 1400"); // it is told, and waits
        Assert.NotNull(told.Take());
        _near.Tool("sh", $"-c \"ip link set near0 netns {away.Path} && nsenter --net={away.Path} ip link set near0 netns {_near.Path}\"");
        gate.Set();
        Assert.True(told.Take().TryGet("near0", out Link? again));
        Assert.Equal(first.Index, again.Index);
        Assert.NotEqual(first.Incarnation, again.Incarnation);
    }

    /// <summary>A watch that ends is started again: an interface whose device has been the same meanwhile is not to be torn down, and a new device to be known as such.</summary>
    [Fact]
    public void Watch_that_is_started_again_should_know_which_devices_came_back_before_and_meanwhile()
    {
        var platform = new LinuxPlatform(new WorkerProgram("", new Dictionary<string, string>()), Capabilities.Read(), new LinuxPlatformOptions(0, 0, false, "", 0, 0), Orphans.Adopt("/nonexistent", _ => { }));
        using var away = new NetworkNamespace("away");
        string go = $"ip link set near0 netns {away.Path}";
        string comeBack = $"nsenter --net={away.Path} ip link set near0 netns {_near.Path}";
        Link? first = null;
        Link again = null!;
        Watching(told =>
        {
            Assert.True(told.Take().TryGet("near0", out first));
            _near.Tool("sh", $"-c \"{go} && {comeBack}\"");
            while (!told.Take().TryGet("near0", out again!) || again.IsSameDevice(first))
            {
                // as it was, or gone
            }
        });
        Watching(told =>
        {
            Assert.True(told.Take().TryGet("near0", out Link? same));
            Assert.True(same.IsSameDevice(again));
        });

        // It goes and comes while nobody watches; somebody has only seen that it was not there.
        _near.Tool("sh", $"-c \"{go}\"");
        Watching(told => Assert.False(told.Take().TryGet("near0", out _)));
        _near.Tool("sh", $"-c \"{comeBack}\"");
        Watching(told =>
        {
            Assert.True(told.Take().TryGet("near0", out Link? other));
            Assert.Equal(again.Index, other.Index);
            Assert.False(other.IsSameDevice(again));
        });

        void Watching(Action<BlockingCollection<LinkTable>> body)
        {
            using BlockingCollection<LinkTable> told = [];
            using IDisposable watch = _near.Run(() => platform.WatchLinks(told.Add, _failures.Enqueue));
            body(told);
        }
    }

    [Fact]
    public void News_that_were_lost_should_cost_nothing()
    {
        using var gate = new ManualResetEventSlim();
        LinkTable? last = null;
        using LinkMonitor slow = Watch(table =>
        {
            gate.Wait();
            last = table;
        });
        string batch = Path.GetTempFileName();
        File.WriteAllLines(batch, Enumerable.Range(1501, 1500).Select(mtu => $"link set near0 mtu {mtu}")); // the socket holds the news of some hundred
        _near.Ip($"-batch {batch}");
        File.Delete(batch);
        gate.Set();
        McrdWaits.Until(() => last is not null && last.TryGet("near0", out Link? link) && link.Mtu == 3000, "the last MTU");
    }

    [Fact]
    public void A_hundred_monitors_should_leave_no_descriptor_and_no_thread()
    {
        int descriptors = Descriptors();
        int threads = LinkThreads();
        for (int i = 0; i < 100; i++)
            Watch(_ => { }).Dispose();
        Assert.InRange(Descriptors(), 0, descriptors); // what others had left is closed meanwhile
        Assert.Equal(threads, LinkThreads());
    }

    private LinkMonitor Watch(Action<LinkTable> onChange) => _near.Run(() => new LinkMonitor(new LinkIncarnations(), onChange, _failures.Enqueue));

    /// <summary>Of near0, which may be missing.</summary>
    private Link Await(Func<Link?, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            _told.Take(patience.Token).TryGet("near0", out Link? link);
            if (isSo(link))
                return link!;
        }
    }

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;

    private static int LinkThreads() => Directory.GetDirectories("/proc/self/task").Count(t => File.ReadAllText($"{t}/comm").Trim() == "links");
}
