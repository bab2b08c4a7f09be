using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Specs.Relay;

/// <summary>An output that cannot send costs the others nothing, and its losses are counted with their reason.</summary>
public sealed class EgressIsolationSpecs
{
    private static readonly IPEndPoint Sender = IPEndPoint.Parse("192.0.2.7:4321");
    private static readonly (byte[], int)[] Batch = [.. Enumerable.Range(0, 50).Select(i => (new byte[100 + i], 0))];

    [Theory]
    [InlineData(SourceMode.Rewrite)]
    [InlineData(SourceMode.Keep)]
    public void Firewall_should_refuse_one_output_and_no_other(SourceMode source)
    {
        NamespaceSupport.RequireProgram("nft");
        using var topology = new RelayTopology();
        Skip.WithoutFirewall(topology.Relay);
        topology.Relay.Tool("nft", "add rule ip guard out ip daddr 239.2.2.3 drop");
        using var wire = new Wire(topology.Destination, "dst0");
        string[] groups = source == SourceMode.Rewrite ? ["239.2.2.2", "239.2.2.3", "239.2.2.4"] : ["239.2.2.2", "10.2.0.2", "239.2.2.4"];
        if (source == SourceMode.Keep)
            topology.Relay.Tool("nft", "add rule ip guard out ip daddr 10.2.0.2 drop"); // packet sockets are below the firewall
        using var egress = new KernelEgress(topology.Relay, [.. groups.Select((g, i) => new RuleOutput("out0", IPAddress.Parse(g), (ushort)(6000 + i)) { Source = source })]);
        egress.Send(Batch, Sender);
        Assert.Equal(100, wire.Take(100, frame => new WireDatagram(frame) is { IsWhole: true, Port: 6000 or 6002 }).Count);
        Assert.Equal((50, 0, 50), (egress.Sent(0), egress.Errors(0), egress.Sent(2)));
        Assert.Equal((0, 50), (egress.Sent(1), egress.Errors(1, EgressError.Refused)));
    }

    [Fact]
    public void Device_that_is_down_should_be_counted_and_harm_no_other()
    {
        using var topology = new RelayTopology();
        using var wire = new Wire(topology.Destination, "dst0");
        using var egress = new KernelEgress(
            topology.Relay,
            new RuleOutput("out0", IPAddress.Parse("239.2.2.2"), 6000),
            new RuleOutput("out1", IPAddress.Parse("239.2.2.2"), 6001) { Source = SourceMode.Keep },
            new RuleOutput("out1", IPAddress.Parse("239.2.2.2"), 6002),
            new RuleOutput("out1", IPAddress.Parse("10.3.0.2"), 6003));
        topology.Relay.Ip("link set out1 down");
        egress.Send(Batch, Sender);
        Assert.Equal(50, wire.Take(50, 6000).Length);
        Assert.Equal(50, egress.Sent(0));
        Assert.Equal(50, egress.Errors(1, EgressError.Down));
        Assert.Equal(50, egress.Errors(2, EgressError.Down) + egress.Errors(2, EgressError.Unreachable));
        Assert.Equal(50, egress.Errors(3, EgressError.Down) + egress.Errors(3, EgressError.Unreachable));

        topology.Relay.Ip("link set out1 up");
        Assert.True(SpinWait.SpinUntil(() => topology.Relay.Run(() => LinkReader.Read().TryGet("out1", out Link? link) && link.IsRunning), 5_000));
        using var second = new Wire(topology.Destination, "dst1");
        egress.Send(Batch, Sender);
        Assert.Equal(100, second.Take(100, frame => new WireDatagram(frame) is { IsWhole: true, Port: 6001 or 6002 }).Count);
    }

    [Fact]
    public void Neighbour_that_does_not_answer_should_fill_its_own_queue_only()
    {
        using var topology = new RelayTopology();
        using var wire = new Wire(topology.Destination, "dst0");
        using var egress = new KernelEgress(
            topology.Relay,
            sendBuffer: 8192,
            [
                new RuleOutput("out0", IPAddress.Parse("10.2.0.99"), 6001), new RuleOutput("out0", IPAddress.Parse("10.2.0.98"), 6002) { Source = SourceMode.Keep },
                new RuleOutput("out0", IPAddress.Parse("239.2.2.2"), 6000), new RuleOutput("out0", IPAddress.Parse("10.2.0.2"), 6003),
            ]);
        for (int round = 0; round < 10; round++)
        {
            egress.Send(Batch.Take(5), Sender);
            Assert.Equal(10, wire.Take(10, frame => new WireDatagram(frame) is { IsWhole: true, Port: 6000 or 6003 }).Count);
        }

        Assert.Equal((50, 0, 50, 0), (egress.Sent(2), egress.Errors(2), egress.Sent(3), egress.Errors(3)));
        foreach (int silent in new[] { 0, 1 })
        {
            Assert.Equal(50, egress.Sent(silent) + egress.Errors(silent));
            Assert.Equal(egress.Errors(silent), egress.Errors(silent, EgressError.Full) + egress.Errors(silent, EgressError.Unreachable));
            Assert.True(egress.Errors(silent) > 0, egress.Describe(silent));
        }
    }

    [Fact]
    public void Rate_limit_and_burst_should_hold_on_real_sockets()
    {
        using var topology = new RelayTopology();
        using var egress = new KernelEgress(topology.Relay, new RuleOutput("out0", IPAddress.Parse("239.2.2.2"), 6000) { RateLimit = 8_000, MaxBurst = 4 });
        egress.Send(Enumerable.Range(0, 100).Select(_ => (new byte[1000], 0)), Sender);
        Assert.Equal((63, 37), (egress.Sent(0), egress.Errors(0, EgressError.RateLimit))); // a bucket of 65,535 bytes
        Assert.Equal(16, egress.Trains(0, 4)); // 15 of four, one of three
    }

    [Theory]
    [InlineData("10.2.0.66", false, "10.2.0.66, which is not an address of this host")]
    [InlineData("10.2.0.66", true, null)]
    [InlineData("10.2.0.1", false, null)]
    public void Source_should_be_of_this_host_unless_forced(string source, bool force, string? sentence)
    {
        using var topology = new RelayTopology();
        RuleOutput output = new("out0", IPAddress.Parse("239.2.2.2"), 6000) { Source = SourceMode.Address, SourceAddress = IPAddress.Parse(source), MaySpoof = force };
        if (sentence is null)
            new KernelEgress(topology.Relay, output).Dispose();
        else
            Assert.Contains(sentence, Assert.Throws<LinuxException>(() => new KernelEgress(topology.Relay, output)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Priority_should_be_that_of_the_socket()
    {
        using var topology = new RelayTopology();
        using var egress = new KernelEgress(topology.Relay,
            new RuleOutput("out0", IPAddress.Parse("239.2.2.2"), 6000) { Priority = 6, Dscp = 46 },
            new RuleOutput("out0", IPAddress.Parse("239.2.2.2"), 6000) { Priority = 2, Source = SourceMode.Keep },
            new RuleOutput("out0", IPAddress.Parse("10.2.0.2"), 6000) { Priority = 5, Source = SourceMode.Keep });
        Assert.Equal([6, 2, 5], egress.Sockets.Select(s => SocketOptions.Get(s.Descriptor, Libc.SOL_SOCKET, Libc.SO_PRIORITY)));
    }

    private static class Skip
    {
        /// <summary>nft may be there, and the kernel's part not.</summary>
        public static void WithoutFirewall(Mcr.Native.Namespaces.NetworkNamespace place)
        {
            try
            {
                place.Tool("nft", "add table ip guard");
                place.Tool("nft", "add chain ip guard out { type filter hook output priority 0 ; }");
            }
            catch (InvalidOperationException e)
            {
                Assert.Skip($"This spec needs a firewall, and this kernel has none: {e.Message}");
            }
        }
    }
}
