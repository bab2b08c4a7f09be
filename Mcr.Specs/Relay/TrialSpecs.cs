using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Mcr.Actors.Platform;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;
using Mcr.Native.Privileges;
using Mcr.Native.Worker;

namespace Mcr.Specs.Relay;

public sealed class TrialSpecs(ITestOutputHelper output)
{
    [Fact]
    public void Worker_relays()
    {
        using var a = new NetworkNamespace("a");
        using var b = new NetworkNamespace("b");
        NetworkNamespace.Connect(a, "va", "10.1.0.1/24", b, "vb", "10.1.0.2/24");
        using var c = new NetworkNamespace("c");
        NetworkNamespace.Connect(b, "vo", "10.2.0.1/24", c, "vc", "10.2.0.2/24");
        string dir = Path.Combine(Path.GetTempPath(), "mcr-trial-" + Environment.ProcessId);
        AppContext.SetData("x", "y");
        using var staging = WorkerStaging.Prepare(dir, "");
        foreach (string f in Directory.GetFiles(Path.GetDirectoryName(staging.Program.Path)!)) output.WriteLine(f);
        var platform = new LinuxPlatform(staging.Program, Capabilities.Read(), new LinuxPlatformOptions(64 << 20, 16 << 20, true));
        var events = new BlockingCollection<WorkerEvent>();
        var group = IPAddress.Parse("239.1.1.1");
        (IInterfacePort port, IWorkerProcess worker) = b.Run(() =>
        {
            LinkTable links = platform.ReadLinks();
            foreach (var l in links.Links) output.WriteLine($"{l} {string.Join(",", l.Addresses)}");
            links.TryGet("vb", out Link? link);
            links.TryGet("vo", out Link? vo);
            IInterfacePort p = platform.OpenInterface(link!, new PortOptions(0, []));
            Assert.Null(p.OpenEgress(1, new EgressKey(vo!.Index, "vo", 4, null)));
            Assert.Null(p.Join(new Membership(group, null, 0)));
            IWorkerProcess w = p.StartWorker(events.Add);
            w.Send(new UseSockets([1]));
            w.Send(new UseRules(new ResolvedRuleSet(1, [new ResolvedRule(group, 5000, null, false, 0, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 0)])])));
            return (p, w);
        });
        Assert.True(events.TryTake(out WorkerEvent? e, 5000)); output.WriteLine(e.ToString());
        foreach (string l in File.ReadAllLines($"/proc/{worker.Pid}/status").Where(l => l.StartsWith("Uid") || l.StartsWith("Cap") || l.StartsWith("NoNew") || l.StartsWith("Seccomp") || l.StartsWith("VmRSS") || l.StartsWith("Threads"))) output.WriteLine(l);
        Assert.True(events.TryTake(out e, 5000)); output.WriteLine(e.ToString());
        using Socket rx = c.Run(() =>
        {
            var s = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            s.Bind(new IPEndPoint(IPAddress.Any, 6000));
            s.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(IPAddress.Parse("239.2.2.2"), IPAddress.Parse("10.2.0.2")));
            s.ReceiveTimeout = 3000;
            return s;
        });
        using Socket tx = a.Run(() =>
        {
            var s = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            s.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Parse("10.1.0.1").GetAddressBytes());
            return s;
        });
        tx.SendTo("hello"u8.ToArray(), new IPEndPoint(group, 5000));
        byte[] buffer = new byte[100];
        EndPoint from = new IPEndPoint(0, 0);
        int n = rx.ReceiveFrom(buffer, ref from);
        output.WriteLine($"{n} from {from}");
        output.WriteLine(port.ReadCounters().ToString());
        worker.Send(new StopWorker());
        Assert.True(events.TryTake(out e, 5000)); output.WriteLine(e.ToString());
        port.Dispose();
    }
}
