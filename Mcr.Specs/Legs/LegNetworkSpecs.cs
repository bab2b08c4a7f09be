using System.Net;
using System.Net.Sockets;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Legs;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;
using Mcr.Native.Packet;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Specs.Legs;

/// <summary>Two workers as mcrd runs them, but in this process, and the kernel's sockets and fragments between them. The leg goes from 10.2.0.1 to 10.2.0.2.</summary>
[Collection(SerialPackets.Name)]
public sealed class LegNetworkSpecs : IDisposable
{
    private const int Datagrams = 4000;
    private static readonly IPAddress To = IPAddress.Parse("10.2.0.2");

    private readonly RelayTopology _topology = new();
    private readonly UnicastClaim _claim;
    private readonly WorkerSlot _senderSlot = WorkerSlot.Create();
    private readonly WorkerSlot _receiverSlot = WorkerSlot.Create();
    private RelayWorker _sender;
    private RelayWorker _receiver;

    public LegNetworkSpecs()
    {
        _topology.Source.Ip("link set src0 mtu 9216"); // so that what arrives whole may be too long for the leg
        _topology.Relay.Ip("link set in0 mtu 9216");
        _claim = _topology.Destination.Run(() => UnicastClaim.Open("dst0", 0, To, LegBench.Port));
        _sender = StartSender();
        _receiver = StartReceiver();
    }

    public void Dispose()
    {
        Stop(_sender);
        Stop(_receiver);
        _claim.Dispose();
        _senderSlot.Dispose();
        _receiverSlot.Dispose();
        _topology.Dispose();
    }

    /// <summary>Whole ones, and such as the kernel cuts on the leg.</summary>
    [Theory]
    [InlineData(1000, 20, 20_000, false)]
    [InlineData(1472, 1, 20_000, true)]
    [InlineData(9000, 1, 5_000, true)]
    public void Stream_should_come_out_of_the_leg_as_it_went_in_also_when_both_workers_are_replaced(int size, int segments, int rate, bool isCut)
    {
        for (int round = 1; round <= 2; round++)
        {
            using var receiver = new StreamReceiver(_topology.Relay, "out1", "239.2.2.2", 6000, Datagrams, "--sha256");
            Summary sent = StreamSender.Send(_topology.Source, "src0", LegBench.Group, 5000, Datagrams, "--rate", $"{rate}", "--size", $"{size}", "--segments", $"{segments}", "--sha256");
            Summary received = receiver.Result();
            Assert.Equal((Datagrams, 0, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("reordered"), received.Number("duplicated")));
            Assert.Equal(sent["sha256"], received["sha256"]);
            McrdWaits.Until(() => _receiverSlot.ReadLeg(0).Count(LegOutcome.Good) == _senderSlot.ReadLegSender(0).Datagrams, () => $"{_receiverSlot.ReadLeg(0).Count(LegOutcome.Good)} of {_senderSlot.ReadLegSender(0).Datagrams} are good");
            LegReceiver taken = _receiverSlot.ReadLeg(0);
            Assert.Equal((0, 0, 0, 0), (taken.Lost, taken.Reordered, taken.Restarts, _receiverSlot.ReadDrops(DropReason.LegRefused)));
            Assert.InRange(taken.Latency.Current.Least, 0, 1_000_000_000); // one clock
            Assert.True(taken.Count(LegOutcome.Good) >= round * Datagrams); // mcrgen says a word more at its end
            Assert.Equal(isCut, _senderSlot.ReadLegSender(0).Fragmented > 0);
            Stop(_sender);
            Stop(_receiver);
            _sender = StartSender();
            _receiver = StartReceiver();
        }
    }

    /// <summary>And what is refused leaves no trace at the other end's receiver.</summary>
    [Fact]
    public void Strangers_at_the_legs_port_should_be_refused()
    {
        _topology.Relay.Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            for (int i = 0; i < 10; i++)
                socket.SendTo(LegProbe.Datagram(LegProbe.KeyOf(8), 7, 1, i, payload: new byte[100]), new IPEndPoint(To, LegBench.Port));
        });
        McrdWaits.Until(() => _receiverSlot.ReadDrops(DropReason.LegRefused) == 10, () => $"{_receiverSlot.ReadDrops(DropReason.LegRefused)} of 10 are refused");
        Assert.Equal((10, 0, 0), (_receiverSlot.ReadLeg(0).Count(LegOutcome.Altered), _receiverSlot.Read(SlotLayout.MatchedWord), _receiverSlot.Read(SlotLayout.SentWord)));
    }

    private static void Stop(RelayWorker worker)
    {
        worker.Stop();
        worker.Dispose();
    }

    private RelayWorker StartSender() => Start(
        _topology.Relay,
        "in0",
        _senderSlot,
        new OutputSocketRequest(EgressKind.Leg, 0, "", IsIpv6: false, 0, null, 1 << 20),
        new ResolvedRule(IPAddress.Parse(LegBench.Group), 5000, null, 0, [new ResolvedOutput(1, To, LegBench.Port, 0, new EgressOptions { Mtu = 1500 }) { Leg = LegBench.LegOf(7) }]));

    private RelayWorker StartReceiver()
    {
        Link link = Devices.Find(_topology.Destination, "dst1");
        return Start(
            _topology.Destination,
            "dst0",
            _receiverSlot,
            new OutputSocketRequest(EgressKind.Multicast, link.Index, link.Name, IsIpv6: false, 1, null, 1 << 20),
            new ResolvedRule(To, LegBench.Port, null, 0, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 0)]) { Leg = LegBench.LegOf(7) });
    }

    private static RelayWorker Start(NetworkNamespace place, string device, WorkerSlot slot, OutputSocketRequest output, ResolvedRule rule)
    {
        Link link = Devices.Find(place, device);
        using PacketSocket ingress = place.Run(() => PacketSocket.Open(link, 64 << 20));
        using OutputSocket egress = place.Run(() => OutputSocket.Open(output));
        var worker = new RelayWorker(slot, [ingress.Descriptor.Duplicate()], new WorkerOptions(0, Segmentation: true), new WorkerLog());
        worker.Execute(new WorkerMessage.Sockets([new PassedSocket(1, egress.Kind)]), [egress.Descriptor.Duplicate()]);
        byte[] rules = ResolvedRuleCodec.Encode(new ResolvedRuleSet(1, [rule]));
        Assert.Equal(new WorkerMessage.Applied(1, ResolvedRuleHash.Of([rule])), worker.Execute(new WorkerMessage.Rules(1, rules.Length), [MemoryFile.CreateSealed("spec", rules)]));
        return worker;
    }
}
