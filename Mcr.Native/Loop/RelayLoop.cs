using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Packet;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Native.Loop;

/// <summary>
/// The whole life of a datagram: receive, parse, match, queue, flush. One thread runs <see cref="Run"/>; nothing in it allocates,
/// locks, logs, awaits or throws. Others only publish a table or ask it to stop.
/// </summary>
internal sealed unsafe class RelayLoop : IDisposable
{
    /// <summary>How long the loop sleeps at most: the heartbeat moves at least five times a second.</summary>
    public const int MaxSleepMilliseconds = 200;

    /// <summary>Batches taken after a stop request, so that what had arrived before it is relayed and a flood cannot hold the exit up.</summary>
    private const int MaxDrainBatches = 1024;

    private readonly IFrameSource[] _sources;
    private readonly FrameBatch _batch = new();
    private readonly SendQueue _queue;
    private readonly WorkerSlot _slot;
    private readonly LoopWakeup _wakeup;
    private ForwardingTable _table = ForwardingTable.Empty; // the loop's own reference
    private ForwardingTable _published = ForwardingTable.Empty; // written by the control thread, read once a batch
    private volatile bool _stopping;

    public RelayLoop(IReadOnlyList<IFrameSource> sources, IDatagramSink sink, WorkerSlot slot, LoopWakeup wakeup, bool segmentation)
    {
        _sources = [.. sources];
        _slot = slot;
        _wakeup = wakeup;
        _queue = new SendQueue(sink, slot.EgressCounters, segmentation);
    }

    /// <summary>From any thread: the loop uses <paramref name="table"/> from its next batch on, and says so through <see cref="LoopWakeup"/>.</summary>
    public void Publish(ForwardingTable table)
    {
        Volatile.Write(ref _published, table);
        _wakeup.Wake();
    }

    /// <summary>From any thread: relay what has arrived, then return from <see cref="Run"/>.</summary>
    public void Stop()
    {
        _stopping = true;
        _wakeup.Wake();
    }

    public void Run()
    {
        while (!_stopping)
        {
            if (!Turn())
                _wakeup.Sleep(MaxSleepMilliseconds);
        }

        for (int i = 0; i < MaxDrainBatches && Turn(); i++)
        {
        }
    }

    /// <summary>One turn over all ingress sockets.</summary>
    /// <returns>true when there was something to do, so that there may be more.</returns>
    internal bool Turn()
    {
        bool busy = false;
        foreach (IFrameSource source in _sources)
        {
            int frames = source.Receive(_batch);
            TakePublishedTable();
            if (frames == 0)
                continue;
            for (int i = 0; i < frames; i++)
                Relay(i);
            _queue.Flush();
            busy = true;
        }

        _slot.Words[SlotLayout.HeartbeatWord]++;
        return busy;
    }

    public void Dispose()
    {
        _queue.Dispose();
        _batch.Dispose();
    }

    /// <summary>One frame: parse it, find its rule, queue it on the rule's outputs; or count why not.</summary>
    private void Relay(int i)
    {
        DropReason reason = Parse(i, out ParsedFrame frame);
        if (reason != DropReason.None)
        {
            _slot.Words[SlotLayout.DropsWord + (int)reason] += frame.Datagrams; // 1 where they could not be told apart
            return;
        }

        int datagrams = frame.Datagrams;
        if (!_table.Rules.TryFind(frame.Destination, frame.DestinationPort, frame.Source, out RuleEntry rule))
        {
            _slot.Words[SlotLayout.DropsWord + (int)DropReason.NoRule] += datagrams;
            return;
        }

        if (rule.Muted)
        {
            _slot.Words[SlotLayout.DropsWord + (int)DropReason.Muted] += datagrams;
            return;
        }

        _slot.Words[SlotLayout.MatchedWord] += datagrams;
        long* counters = _slot.Words + SlotLayout.RulesOffset + (rule.Counter * SlotLayout.WordsPerRule);
        counters[0] += datagrams;
        counters[1] += frame.PayloadLength;

        byte* payload = _batch.Frame(i) + frame.PayloadOffset;
        byte tos = (byte)(frame.Tos & 0xFC); // DSCP is copied; ECN is not ours to promise: not-ECT
        int end = rule.FirstOutput + rule.OutputCount;
        for (int output = rule.FirstOutput; output < end; output++)
            _queue.Queue(output, payload, frame.PayloadLength, frame.SegmentSize, tos, header: null, headerLength: 0);
    }

    /// <summary>What the socket said about the frame, then the frame itself.</summary>
    private DropReason Parse(int i, out ParsedFrame frame)
    {
        frame = default;
        int length = _batch.Length(i);
        if (length <= 0 || _batch.IsTruncated(i))
            return DropReason.Runt;
        Libc.virtio_net_hdr* vnet = _batch.Vnet(i);
        int segment = 0;
        if (vnet->gso_type != Libc.VIRTIO_NET_HDR_GSO_NONE)
        {
            // The other kind a UDP frame can have is UFO: one datagram that the kernel has yet to fragment.
            if (vnet->gso_type != Libc.VIRTIO_NET_HDR_GSO_UDP_L4)
                return DropReason.Fragment;
            segment = vnet->gso_size;
        }

        bool trusted = (vnet->flags & (Libc.VIRTIO_NET_HDR_F_NEEDS_CSUM | Libc.VIRTIO_NET_HDR_F_DATA_VALID)) != 0;
        DropReason reason = FrameParser.Parse(new ReadOnlySpan<byte>(_batch.Frame(i), length), segment, trusted, out frame);
        if (_batch.VlanId(i) != 0)
            return DropReason.Vlan;
        if (reason != DropReason.None)
            return reason;

        // A frame for another host is flooding or promiscuous mode; a unicast datagram must be for this host.
        byte type = _batch.PacketType(i);
        bool isMulticast = frame.Destination >> 28 == 14;
        return type == Libc.PACKET_OTHERHOST || (!isMulticast && type != Libc.PACKET_HOST) ? DropReason.OtherHost : DropReason.None;
    }

    private void TakePublishedTable()
    {
        ForwardingTable published = Volatile.Read(ref _published);
        if (ReferenceEquals(published, _table))
            return;
        _table = published;
        _queue.Use(published.Outputs);
        _slot.Words[SlotLayout.RulesetHashWord] = (long)published.Hash;
        Volatile.Write(ref _slot.Words[SlotLayout.GenerationWord], published.Generation);
        _wakeup.ConfirmAdoption();
    }
}
