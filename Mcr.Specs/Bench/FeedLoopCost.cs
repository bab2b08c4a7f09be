using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Loop;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Specs.Bench;

/// <summary>The whole loop without a kernel: one rule with one output, whose one input, or each of whose two, brings a stream of RTP from memory.</summary>
internal sealed unsafe class FeedLoopCost : IDatagramSink, IDisposable
{
    /// <summary>Of each input in a round.</summary>
    public const int Datagrams = 64 * FrameBatch.Capacity;

    private const int FirstFeed = 10;
    private const int Header = 42; // Ethernet, IPv4, UDP

    private readonly Memory[] _inputs;
    private readonly WorkerSlot _slot = WorkerSlot.Create();
    private readonly LoopWakeup _wakeup = new([]);
    private readonly RelayLoop _loop;
    private ushort _number;

    /// <param name="select">null: one input, relayed plainly.</param>
    /// <param name="loses">Whether an input has not got the datagram of that number.</param>
    public FeedLoopCost(int payload, SelectSettings? select, Func<int, int, bool> loses)
    {
        _inputs = [.. Enumerable.Range(0, select is null ? 1 : 2).Select(i => new Memory(Frames.Udp("10.0.0.1", "10.0.0.2", 5000, new byte[payload], withChecksum: false), number => loses(i, number)))];
        _loop = new RelayLoop(select is null ? [_inputs[0]] : [], this, _slot, _wakeup, new WorkerOptions(0, Segmentation: true));
        var running = new RunningRules(_slot);
        running.Use(1, new EgressSocket(10, EgressKind.Multicast));
        var group = IPAddress.Parse("10.0.0.2");
        var rule = new ResolvedRule(group, 5000, null, 0, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 0)]) { Select = select };
        for (int i = 0; select is not null && i < _inputs.Length; i++)
        {
            running.Use(FirstFeed + i, new FrameInlet(_inputs[i], 14, null, Datagrams));
            rule = rule with { Inputs = rule.Inputs.Add(new ResolvedInput(FirstFeed + i, group, 5000, null)) };
        }

        _loop.Publish(running.Replace(new ResolvedRuleSet(1, [rule])));
        _ = _loop.Turn();
    }

    /// <summary>The stream goes on.</summary>
    /// <returns>Nanoseconds a datagram that came in.</returns>
    public double Round()
    {
        int received = _inputs.Sum(i => i.Fill(_number));
        _number += Datagrams;
        long sent = _slot.Read(SlotLayout.SentWord);
        long began = Stopwatch.GetTimestamp();
        while (_loop.Turn() > 0)
        {
        }

        double nanoseconds = Stopwatch.GetElapsedTime(began).TotalNanoseconds;
        sent = _slot.Read(SlotLayout.SentWord) - sent;
        return sent == Datagrams ? nanoseconds / received : throw new BenchException($"{sent} of {Datagrams} datagrams were sent, and all should be");
    }

    public int Send(int descriptor, Libc.mmsghdr* messages, int count) => count;

    public void Dispose()
    {
        _loop.Dispose();
        _wakeup.Dispose();
        _slot.Dispose();
    }

    /// <summary>Frames that lie one behind another.</summary>
    private sealed class Memory(byte[] frame, Func<int, bool> loses) : IFrameSource
    {
        private readonly byte* _frames = (byte*)NativeMemory.Alloc(Datagrams, (nuint)frame.Length);
        private int _count;
        private int _next;

        public int Descriptor => -1;

        /// <returns>How many there are.</returns>
        public int Fill(ushort first)
        {
            _count = _next = 0;
            for (int i = 0; i < Datagrams; i++)
            {
                if (loses(i))
                    continue;
                var bytes = new Span<byte>(_frames + ((long)_count++ * frame.Length), frame.Length);
                frame.CopyTo(bytes);
                bytes[Header] = 0x80;
                BinaryPrimitives.WriteUInt16BigEndian(bytes[(Header + 2)..], (ushort)(first + i));
            }

            return _count;
        }

        public int Receive(FrameBatch batch)
        {
            int count = Math.Min(_count - _next, FrameBatch.Capacity);
            for (int i = 0; i < count; i++)
                batch[i] = new ReceivedFrame { Data = _frames + ((long)_next++ * frame.Length), Length = frame.Length, PacketType = Libc.PACKET_HOST };
            return count;
        }

        public void Release()
        {
        }

        public void Dispose() => NativeMemory.Free(_frames);
    }
}
