using System.Runtime.CompilerServices;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Packet;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using Mcr.Native.Trace;
using Mcr.Native.Worker;

namespace Mcr.Native.Loop;

/// <summary>
/// The whole life of a datagram: receive, parse, match, queue, flush. One thread runs <see cref="Run"/>; nothing in it allocates,
/// locks, logs, awaits or throws. Others only publish a table or ask it to stop.
/// </summary>
internal sealed unsafe partial class RelayLoop : IDisposable
{
    /// <summary>How long the loop sleeps at most: the heartbeat moves at least five times a second.</summary>
    public const int MaxSleepMilliseconds = 200;

    /// <summary>Batches taken after a stop request, so that what had arrived before it is relayed and a flood cannot hold the exit up.</summary>
    private const int MaxDrainBatches = 1024;

    /// <summary>Frames ahead of the one at hand: some hundred nanoseconds, as long as memory takes.</summary>
    private const int PrefetchDistance = 2;

    private const int UsualHeaders = 28 + 12; // IPv4, UDP, RTP

    private readonly FrameInlet[] _inlets;
    private readonly FrameBatch _batch = new();
    private readonly SendQueue _queue;
    private readonly WorkerSlot _slot;
    private readonly LoopWakeup _wakeup;
    private readonly Reassembly? _reassembly;
    private readonly LatencyMeter _latency = new();
    private readonly Tracer _tracer;
    private readonly TakeoverWatch _takeovers;
    private ForwardingTable _table = ForwardingTable.Empty; // the loop's own reference
    private ForwardingTable _published = ForwardingTable.Empty; // written by the control thread, read once a batch
    private readonly bool _spins;
    private RestPolicy _rest; // not readonly: it keeps count
    private readonly LoopOrders _orders;
    private readonly long _maxAge; // nanoseconds; 0: any
    private readonly int _queueFrames; // at most, in the ingress queue
    private long _staleBefore; // wall clock, as arrivals are; 0 once the loop has caught up with what had queued up before it began
    private int _queuedLeft; // what may be of that
    private bool _readsPackets; // of MPEG-TS, in the last frame that was analysed
    private long _flowsSince; // wall clock: when this worker was last given flows that another may have had; 0: never
    private volatile bool _stopping;

    public RelayLoop(IReadOnlyList<IFrameSource> sources, IDatagramSink sink, WorkerSlot slot, LoopWakeup wakeup, WorkerOptions options, TimeProvider? clock = null)
    {
        _slot = slot;
        _wakeup = wakeup;
        _queueFrames = LoopOrders.QueueFrames(options.Ring);
        _orders = new LoopOrders(wakeup, _queueFrames);
        _spins = options.Spin;
        _maxAge = options.MaxAgeMilliseconds * 1_000_000L;
        _rest = new RestPolicy(options.Spin ? 0 : options.CoalesceMicroseconds);
        _tracer = new Tracer(slot);
        _takeovers = new TakeoverWatch(slot, _queueFrames);
        _queue = new SendQueue(sink, slot.EgressCounters, options.Segmentation, slot.LegSenders, () => _takeovers.IsLate);
        _reassembly = options.Reassemble ? new Reassembly(slot, options.LinkHeader, clock ?? TimeProvider.System) : null;
        _inlets = [.. sources.Select(s => new FrameInlet(s, options.LinkHeader, _reassembly, _queueFrames))];
    }

    /// <summary>From any thread: the loop uses <paramref name="table"/> from its next batch on, and says so through <see cref="LoopWakeup"/>.</summary>
    public void Publish(ForwardingTable table)
    {
        Volatile.Write(ref _published, table);
        _wakeup.Wake();
    }

    /// <summary>For the control thread: to hold the loop, or to have it say when it has drained.</summary>
    public LoopOrders Orders => _orders;

    /// <summary>From any thread: relay what has arrived, then return from <see cref="Run"/>.</summary>
    public void Stop()
    {
        _stopping = true;
        _wakeup.Wake();
    }

    public void Run()
    {
        Begin();
        while (!_stopping)
        {
            if (_orders.Look())
            {
                TurnHeld();
                continue;
            }

            int frames = Turn();
            if (frames > 0)
                Rest(frames);
            else if (_spins || _queue.NextDue != long.MaxValue) // what is paced is due within a millisecond
                Thread.SpinWait(1); // a pause instruction or some: kinder to the other half of the core
            else if (_rest.AfterNone() is > 0 and int microseconds)
                LoopWakeup.Rest(microseconds);
            else
                _wakeup.Sleep(SleepMilliseconds());
        }

        for (int i = 0; i < MaxDrainBatches && Turn() > 0; i++)
        {
        }

        EndFeeds(FeedTable.None);
        _queue.SendDue(long.MaxValue);
    }

    /// <summary>What has queued up until now may be too old, or others' by now.</summary>
    internal void Begin()
    {
        long now = WallClock.Nanoseconds;
        long wantedSince = _slot.Read(SlotLayout.WantedSinceWord);
        if (wantedSince > now)
            wantedSince = 0; // the clock was set back since
        _staleBefore = Math.Max(_maxAge == 0 ? 0 : now - _maxAge, wantedSince);
        _queuedLeft = _queueFrames + Volatile.Read(ref _published).Feeds.QueueFrames;
    }

    /// <summary>One turn over all ingress sockets, and feeds.</summary>
    /// <returns>How many frames there were; none: there is nothing more to do.</returns>
    internal int Turn()
    {
        int taken = 0;
        bool isFull = false;
        long clipped = _slot.Words[SlotLayout.ClippedWord];
        if (_takeovers.IsActive && _takeovers.Look())
            _queue.DropLate();
        SendPaced();
        TakePublishedTable(); // also where nothing is received but by feeds
        foreach (FrameInlet inlet in _inlets)
        {
            int frames = inlet.Source.Receive(_batch);
            TakePublishedTable();
            if (frames == 0)
                continue;
            _flowsSince = _slot.Read(SlotLayout.FlowsSinceWord); // written before any of their frames could come
            for (int i = 0; i < frames; i++)
            {
                if (_readsPackets && i + PrefetchDistance < frames)
                    PrefetchPackets(inlet, ref _batch[i + PrefetchDistance]);
                Relay(inlet, ref _batch[i]);
            }

            _queue.Flush();
            Observe();
            inlet.Release();
            taken += frames;
            isFull |= frames == FrameBatch.Capacity;
        }

        if (!_table.Feeds.IsEmpty)
            taken += TurnFeeds(ref isFull);
        isFull |= _slot.Words[SlotLayout.ClippedWord] != clipped; // places in the batch that frames of no use had

        if (_staleBefore != 0 && (!isFull || (_queuedLeft -= taken) <= 0))
            _staleBefore = 0;
        if (_takeovers.IsActive)
            _takeovers.EndTurn(taken, isFull);
        _reassembly?.Expire();
        _slot.Words[SlotLayout.HeartbeatWord]++;
        if (_orders.IsDraining && _orders.HasDrained(taken, isFull))
        {
            // What is paced here would be overtaken by what the next one sends.
            _queue.SendDue(long.MaxValue);
            _orders.Confirm();
        }

        return taken;
    }

    /// <summary>Everything but receiving.</summary>
    private void TurnHeld()
    {
        TakePublishedTable();
        SendPaced();
        _reassembly?.Expire();
        _slot.Words[SlotLayout.HeartbeatWord]++;
        _orders.Confirm();
        if (_queue.NextDue != long.MaxValue)
            Thread.SpinWait(1);
        else
            _wakeup.SleepUntilWoken(MaxSleepMilliseconds);
    }

    private void SendPaced()
    {
        if (_queue.NextDue != long.MaxValue)
            _queue.SendDue(System.Diagnostics.Stopwatch.GetTimestamp());
    }

    /// <summary>The batch has been sent: how long that took, and what became of what is traced.</summary>
    private void Observe()
    {
        if (!_latency.HasNotes && !_tracer.HasRecords)
            return;
        long now = WallClock.Nanoseconds;
        _latency.Settle(now);
        if (_tracer.HasRecords)
            _tracer.Publish(now);
    }

    public void Dispose()
    {
        _queue.Dispose();
        _latency.Dispose();
        _takeovers.Dispose();
        _batch.Dispose();
        foreach (FrameInlet inlet in _inlets)
            inlet.Source.Dispose();
    }

    private void Rest(int frames)
    {
        // Nanoseconds on Linux: the frequency is 10⁹.
        int microseconds = _rest.After(frames, isFull: frames >= FrameBatch.Capacity, _rest.NeedsTime ? System.Diagnostics.Stopwatch.GetTimestamp() : 0);
        if (microseconds > 0)
            LoopWakeup.Rest(microseconds);
    }

    /// <summary>One frame: find its rule, queue it on the rule's outputs; or count why not.</summary>
    [SkipLocalsInit] // 400 bytes of them, for each frame
    private void Relay(FrameInlet inlet, ref ReceivedFrame received)
    {
        if (!TryRead(inlet, _table.Rules, ref received, out ParsedFrame frame, out byte* data, out RuleEntry rule))
            return;
        if (rule.Leg != 0)
            RelayFromLeg(in rule, in frame, data, received.Arrival);
        else
            Forward(in rule, in frame, data, received.Arrival, frame.Datagrams);
    }

    /// <summary>Parses a frame (a fragment waits for the others) and finds whose it is; or counts why there is nothing to relay.</summary>
    /// <param name="data">What the payload offset counts from.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryRead(FrameInlet inlet, RuleTable rules, ref ReceivedFrame received, out ParsedFrame frame, out byte* data, out RuleEntry rule)
    {
        Unsafe.SkipInit(out rule);
        data = received.Data;
        DropReason reason = FrameReader.Parse(in received, inlet.LinkHeader, out frame);
        if (reason == DropReason.Fragment && inlet.Reassembly is { } reassembly && !reassembly.Add(in received, ref reason, ref frame, ref data))
            return false;
        if (reason == DropReason.None && received.Arrival < _staleBefore && received.Arrival != ReceivedFrame.UnknownArrival)
            reason = DropReason.Stale;
        if (reason != DropReason.None)
        {
            Drop(rules, in frame, received.Arrival, reason);
            return false;
        }

        if (rules.TryFind(frame.Destination, frame.DestinationPort, frame.Source, out rule))
            return true;
        _slot.Words[SlotLayout.DropsWord + (int)DropReason.NoRule] += frame.Datagrams;
        return false;
    }

    /// <summary>What is a rule's: counted, looked at, and queued on the rule's outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Forward(in RuleEntry rule, in ParsedFrame frame, byte* data, long arrival, int datagrams)
    {
        if (rule.IsRedundant && _takeovers.IsStale(rule.Counter, arrival))
        {
            Drop(in rule, in frame, arrival, DropReason.Stale);
            return;
        }

        CountMatch(in rule, in frame, arrival, datagrams);
        if (rule.Analysis.Kind != AnalysisKind.Off)
            Analyse(in rule, in frame, data + frame.PayloadOffset, arrival);
        if (rule.IsRedundant && !_takeovers.Own(rule.Counter))
        {
            Drop(in rule, in frame, arrival, DropReason.Muted);
            return;
        }

        _slot.Words[SlotLayout.MatchedWord] += datagrams;
        if (arrival != ReceivedFrame.UnknownArrival)
            _latency.Add(_slot.Stream(rule.Counter), arrival, datagrams);
        Datagram datagram = default; // not an initialiser, which fills one of its own and copies it
        datagram.Payload = data + frame.PayloadOffset;
        datagram.Length = frame.PayloadLength;
        datagram.Segment = frame.SegmentSize;
        datagram.Source = frame.Source;
        datagram.SourcePort = frame.SourcePort;
        datagram.Tos = frame.Tos;
        datagram.Ttl = frame.Ttl;
        datagram.Arrival = arrival;
        if (rule.IsRange)
        {
            datagram.HostPart = frame.Destination & ((UInt128.One << rule.HostBits) - 1);
            datagram.PortOffset = (ushort)(frame.DestinationPort - rule.FirstPort);
        }

        if (rule.TraceRing != 0 && _tracer.Sample(rule.TraceRing - 1, datagrams, arrival) is { Count: > 0 } sample)
        {
            QueueTraced(in rule, in frame, ref datagram, sample);
            return;
        }

        int end = rule.FirstOutput + rule.OutputCount;
        for (int output = rule.FirstOutput; output < end; output++)
            _queue.Queue(output, in datagram);
    }

    /// <summary>If it is one more of those; any other is asked for in vain, which costs some nanoseconds.</summary>
    private static void PrefetchPackets(FrameInlet inlet, ref ReceivedFrame frame)
    {
        int headers = inlet.LinkHeader + UsualHeaders;
        if (frame.Length <= FrameBatch.Capacity * TransportStreamAnalyser.PacketSize) // not all of a merged one
            TransportStreamAnalyser.Prefetch(frame.Data + headers, frame.Length - headers);
    }

    private void Analyse(in RuleEntry rule, in ParsedFrame frame, byte* payload, long arrival)
    {
        long* block = _slot.Stream(rule.Counter);
        if (_flowsSince != 0)
            PayloadAnalyser.TakeOver(block, _flowsSince);
        AnalysisSettings settings = rule.Analysis;
        _readsPackets = PayloadAnalyser.Analyse(block, in settings, payload, frame.PayloadLength, frame.SegmentSize, new Arrival(frame.Source, frame.SourcePort, arrival));
    }

    /// <summary>What there is to know of a rule's stream without looking at payloads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountMatch(in RuleEntry rule, in ParsedFrame frame, long arrival, int datagrams)
    {
        long* counters = _slot.Words + SlotLayout.RulesOffset + (rule.Counter * SlotLayout.WordsPerRule);
        counters[SlotLayout.RuleMatched] += datagrams;
        counters[SlotLayout.RuleBytes] += frame.PayloadLength;
        if (counters[SlotLayout.RuleSourceLow] != (long)(ulong)frame.Source || counters[SlotLayout.RuleSourcePort] != frame.SourcePort || counters[SlotLayout.RuleSourceHigh] != (long)(ulong)(frame.Source >> 64))
        {
            if (counters[SlotLayout.RuleSourcePort] != 0)
                counters[SlotLayout.RuleSourceChanges]++;
            counters[SlotLayout.RuleSourceHigh] = (long)(ulong)(frame.Source >> 64);
            counters[SlotLayout.RuleSourceLow] = (long)(ulong)frame.Source;
            counters[SlotLayout.RuleSourcePort] = frame.SourcePort;
        }

        if (arrival != ReceivedFrame.UnknownArrival)
            counters[SlotLayout.RuleLastArrival] = arrival;
    }

    /// <summary>As any other, with a note of what becomes of some datagrams at each output.</summary>
    private void QueueTraced(in RuleEntry rule, in ParsedFrame frame, ref Datagram datagram, TraceSample sample)
    {
        datagram.Marks = _tracer.Record(rule.TraceRing - 1, rule.OutputCount, in frame, datagram.Arrival, datagram.Payload, sample);
        for (int i = 0; i < rule.OutputCount; i++, datagram.Marks.Ring++)
            _queue.Queue(rule.FirstOutput + i, in datagram);
    }

    /// <summary>Not relayed: counted by reason, and recorded where it was addressed to a rule that is traced.</summary>
    private void Drop(RuleTable rules, in ParsedFrame frame, long arrival, DropReason reason)
    {
        RuleEntry rule = default;
        if (_tracer.IsActive)
            _ = rules.TryFind(frame.Destination, frame.DestinationPort, frame.Source, out rule);
        Drop(in rule, in frame, arrival, reason);
    }

    /// <inheritdoc cref="Drop(RuleTable, in ParsedFrame, long, DropReason)"/>
    private void Drop(in RuleEntry rule, in ParsedFrame frame, long arrival, DropReason reason)
    {
        _slot.Words[SlotLayout.DropsWord + (int)reason] += frame.Datagrams; // 1 where they could not be told apart
        if (rule.TraceRing != 0)
            _tracer.RecordDrop(rule.TraceRing - 1, in frame, arrival, reason);
    }

    private void TakePublishedTable()
    {
        ForwardingTable published = Volatile.Read(ref _published);
        if (ReferenceEquals(published, _table))
            return;
        FeedTable feeds = _table.Feeds;
        if (!ReferenceEquals(feeds, published.Feeds))
            EndFeeds(published.Feeds);
        _table = published;
        _queue.Use(published.Outputs);
        _tracer.Use(published.Traces);
        _takeovers.Use(published.Redundant);
        foreach (int rule in published.NotAnalysed)
        {
            if (_slot.ReadRule(rule, SlotLayout.RuleMatched) != 0) // else it would take a page to look
                PayloadAnalyser.Stop(_slot.Stream(rule));
        }

        UseLegs(published);
        UseFeeds(published.Feeds, feeds);
        _slot.Words[SlotLayout.RulesetHashWord] = (long)published.Hash;
        Volatile.Write(ref _slot.Words[SlotLayout.GenerationWord], published.Generation);
        _wakeup.ConfirmAdoption();
    }
}
