using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Interop;
using Mcr.Native.Legs;
using Mcr.Native.Packet;
using Mcr.Native.Trace;
using Mcr.Native.Worker;

namespace Mcr.Specs.Legs;

/// <summary>Both ends of a leg, and the way between them in a spec's hands.</summary>
internal sealed class LegBench : IDisposable
{
    public const string Group = "239.1.1.1";
    public const string Address = "10.0.0.2";
    public const ushort Port = 7000;

    /// <summary>Entries in the slots: where it begins, and where it ends.</summary>
    public const int Output = 5;

    /// <inheritdoc cref="Output"/>
    public const int RuleCounter = 9;

    private const int WireMtu = 1500;

    private uint _fragmentId;

    public LegBench(EgressOptions options = default, bool segmentation = true, TraceSettings? trace = null)
    {
        Sender = new LegEnd(
            new ResolvedRule(IPAddress.Parse(Group), 5000, null, 3, [new ResolvedOutput(1, IPAddress.Parse(Address), Port, Output, options) { Leg = LegOf(7) }]) { Trace = trace },
            EgressKind.Leg,
            segmentation);
        Receiver = new LegEnd(
            new ResolvedRule(IPAddress.Parse(Address), Port, null, RuleCounter, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 0)]) { Leg = LegOf(7), Trace = trace },
            EgressKind.Multicast,
            segmentation);
    }

    public LegEnd Sender { get; }

    public LegEnd Receiver { get; }

    public LegSender Sent => Sender.Slot.ReadLegSender(Output);

    public LegReceiver Taken => Receiver.Slot.ReadLeg(RuleCounter);

    public long Refused => Receiver.Slot.ReadDrops(DropReason.LegRefused);

    /// <summary>What the receiving end has sent, in all.</summary>
    public long Relayed => Receiver.Slot.Read(SlotLayout.SentWord);

    public static ResolvedLeg LegOf(params ushort[] keys) => new(LegProbe.Leg, [.. keys.Select(k => new ResolvedLegKey(k, LegProbe.KeyOf(k)))]);

    /// <summary>Any bytes, others for each number.</summary>
    public static byte[] Payload(int length, int number = 0)
    {
        byte[] payload = new byte[length];
        new Random(number + (length << 8)).NextBytes(payload);
        return payload;
    }

    /// <summary>The sending end relays these.</summary>
    /// <returns>What leaves for the other end.</returns>
    public byte[][] Send(params byte[][] payloads)
    {
        foreach (byte[] payload in payloads)
            Put(payload);
        Sender.Turn();
        return Sender.Take();
    }

    /// <summary>One frame for the sending end: a datagram, or a merged run of equal ones.</summary>
    public void Put(byte[] payload, int segment = 0, long arrival = 0) =>
        Sender.Source.Add(Frames.Udp("10.0.0.1", Group, 5000, payload, withChecksum: segment == 0), segment, trusted: segment > 0, arrival: arrival);

    /// <summary>The receiving end gets these; what is longer than the wire takes, in fragments.</summary>
    /// <returns>What it sends.</returns>
    public byte[][] Arrive(IEnumerable<byte[]> datagrams, long arrival = 0)
    {
        foreach (byte[] datagram in datagrams)
        {
            byte[] frame = Frames.Udp("10.0.0.1", Address, Port, datagram);
            if (frame.Length - 14 <= WireMtu)
                Receiver.Source.Add(frame, type: Libc.PACKET_HOST, arrival: arrival);
            else
                FragmentFrames.Split(frame, ++_fragmentId, 1480).ToList().ForEach(f => Receiver.Source.Add(f, type: Libc.PACKET_HOST, arrival: arrival));
        }

        Receiver.Turn();
        return Receiver.Take();
    }

    /// <summary>As GRO makes one frame of equal datagrams, the last of which may be shorter.</summary>
    public byte[][] ArriveMerged(byte[][] datagrams)
    {
        Receiver.Source.Add(Frames.Udp("10.0.0.1", Address, Port, [.. datagrams.SelectMany(d => d)], withChecksum: false), datagrams[0].Length, trusted: true, type: Libc.PACKET_HOST);
        Receiver.Turn();
        return Receiver.Take();
    }

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
    }
}
