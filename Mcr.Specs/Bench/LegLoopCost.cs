using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Legs;
using Mcr.Native.Loop;
using Mcr.Native.Worker;
using Mcr.Specs.Legs;

namespace Mcr.Specs.Bench;

/// <summary>The whole loop without a kernel: one rule with one output, relaying plainly, into a leg and out of one.</summary>
internal sealed unsafe class LegLoopCost : IFrameSource, IDatagramSink
{
    private const int Batches = 64;
    private const int Frame = 42; // Ethernet, IPv4, UDP

    private readonly int _size;
    private readonly byte* _memory;
    private int _next;

    private LegLoopCost(byte[] frame, Action<int, Span<byte>> prepare)
    {
        _size = frame.Length;
        _memory = (byte*)NativeMemory.Alloc((nuint)(Batches * FrameBatch.Capacity), (nuint)_size);
        for (int i = 0; i < Batches * FrameBatch.Capacity; i++)
        {
            var bytes = new Span<byte>(_memory + ((long)i * _size), _size);
            frame.CopyTo(bytes);
            prepare(i, bytes[Frame..]);
        }
    }

    public static int Datagrams => Batches * FrameBatch.Capacity;

    public int Descriptor => -1;

    /// <returns>Nanoseconds a datagram of each round.</returns>
    public static double[] Plain(int payload, int rounds) => Run(
        Frames.Udp("10.0.0.1", "10.0.0.2", 5000, new byte[payload], withChecksum: false), static (_, _) => { }, rule => rule, EgressKind.Multicast, rounds);

    /// <inheritdoc cref="Plain"/>
    public static double[] Into(int payload, int rounds) => Run(
        Frames.Udp("10.0.0.1", "10.0.0.2", 5000, new byte[payload], withChecksum: false), static (_, _) => { }, rule => rule with { Outputs = [rule.Outputs[0] with { Leg = LegBench.LegOf(7) }] }, EgressKind.Leg, rounds);

    /// <inheritdoc cref="Plain"/>
    public static double[] OutOf(int payload, int rounds)
    {
        LegKey key = LegProbe.KeyOf(7);
        return Run(
            Frames.Udp("10.0.0.1", "10.0.0.2", 5000, new byte[LegHeader.Size + payload], withChecksum: false),
            (i, datagram) => new LegHeader(7, LegSender.FirstLife, LegProbe.Leg, i, 1).TryWrite(datagram, datagram[LegHeader.Size..], in key),
            rule => rule with { Leg = LegBench.LegOf(7) },
            EgressKind.Multicast,
            rounds);
    }

    public int Receive(FrameBatch batch)
    {
        if (_next == Batches)
            return 0;
        byte* first = _memory + ((long)_next++ * FrameBatch.Capacity * _size);
        for (int i = 0; i < FrameBatch.Capacity; i++)
            batch[i] = new ReceivedFrame { Data = first + ((long)i * _size), Length = _size, PacketType = Libc.PACKET_HOST };
        return FrameBatch.Capacity;
    }

    public void Release()
    {
    }

    public int Send(int descriptor, Libc.mmsghdr* messages, int count) => count;

    public void Dispose() => NativeMemory.Free(_memory);

    private static double[] Run(byte[] frame, Action<int, Span<byte>> prepare, Func<ResolvedRule, ResolvedRule> change, EgressKind kind, int rounds)
    {
        using WorkerSlot slot = WorkerSlot.Create();
        using var wakeup = new LoopWakeup([]);
        var source = new LegLoopCost(frame, prepare);
        using var loop = new RelayLoop([source], source, slot, wakeup, new WorkerOptions(0, Segmentation: true));
        var running = new RunningRules();
        running.Use(1, new EgressSocket(10, kind));
        loop.Publish(running.Replace(new ResolvedRuleSet(1, [change(new ResolvedRule(IPAddress.Parse("10.0.0.2"), 5000, null, 0, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 0)]))])));
        return [.. Enumerable.Range(0, rounds).Select(_ => source.Round(loop, slot))];
    }

    /// <summary>The same datagrams once more, and the end of the leg has never had them.</summary>
    private double Round(RelayLoop loop, WorkerSlot slot)
    {
        _next = Batches;
        loop.Turn(); // takes the rules
        if (slot.ReadLeg(0).IsInUse)
        {
            new Span<long>(slot.Leg(0), LegBlock.Words).Clear();
            ((LegReceiver*)slot.Leg(0))->Use(LegProbe.Leg, slot.Leg(0) + LegBlock.HistogramWord);
        }

        _next = 0;
        long sent = slot.Read(SlotLayout.SentWord);
        long began = Stopwatch.GetTimestamp();
        while (loop.Turn() > 0)
        {
        }

        double nanoseconds = Stopwatch.GetElapsedTime(began).TotalNanoseconds;
        sent = slot.Read(SlotLayout.SentWord) - sent;
        return sent == Datagrams ? nanoseconds / Datagrams : throw new BenchException($"{sent} of {Datagrams} datagrams were sent, and all should be");
    }
}
