using Mcr.Actors.Interfaces;
using Mcr.Actors.Relay;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Feeds;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Legs;
using Mcr.Native.Netlink;
using Mcr.Native.Packet;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using Mcr.Native.Trace;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>
/// What one worker of an interface takes frames from and counts in. Owned by the port; workers get duplicates. The counters outlive the
/// socket: a seat that is given up and taken again counts on.
/// </summary>
internal sealed class LinuxSeat : IDisposable
{
    private readonly WorkerSlot _slot;
    private PacketSocket? _ingress;
    private bool _hasOrders; // that were not announced yet

    public LinuxSeat() => _slot = WorkerSlot.Create();

    private LinuxSeat(WorkerSlot slot) => _slot = slot;

    public FileDescriptor SlotDescriptor => _slot.Descriptor;

    /// <summary>For the first seat: which seat has which flows, for a later mcrd.</summary>
    public BucketTable? Table
    {
        get => _slot.StoredTable();
        set => _slot.Store(value!);
    }

    /// <summary>The counters of an earlier mcrd's worker; takes ownership of the descriptor.</summary>
    /// <exception cref="InvalidDataException">no slot, or of another version.</exception>
    public static LinuxSeat Adopt(FileDescriptor slot) => new(WorkerSlot.Open(slot));

    /// <summary>The socket of an earlier mcrd's worker; takes ownership of the descriptor.</summary>
    public PacketSocket AdoptSocket(FileDescriptor socket, Link link, RingGeometry ring) => _ingress = PacketSocket.Adopt(socket, link.LinkHeader, ring);

    /// <param name="deaf">It shall join a group, and not be the first of it.</param>
    public PacketSocket Open(Link link, IngressMode mode, int receiveBuffer, bool deaf) =>
        _ingress = FeedsHome.Is(link) ? PacketSocket.OpenDeaf(link.Name) : PacketSocket.Open(link, receiveBuffer, RingFor(link, mode, receiveBuffer), deaf);

    /// <summary>Half of the queue is the ring, the other half is for frames longer than its slots.</summary>
    public static RingGeometry RingFor(Link link, IngressMode mode, int receiveBuffer) => mode == IngressMode.Ring ? RingGeometry.For(link.Mtu, receiveBuffer / 2) : default;

    public void Close()
    {
        CountDrops();
        _ingress?.Dispose();
        _ingress = null;
    }

    public void Greet(LinuxWorker worker, WorkerPlace place, WorkerOptions options, string runtimeDirectory, Func<int, TaggedSocket> socket)
    {
        PacketSocket ingress = _ingress ?? throw new InvalidOperationException("the seat has no socket");
        worker.Greet(_slot.Descriptor, ingress.Descriptor, place, options with { Ring = ingress.Ring }, runtimeDirectory, socket);
    }

    /// <summary>Of sockets that it takes frames from beside its own.</summary>
    public void AddKernelDrops(long drops) => _slot.AddKernelDrops(drops);

    public void DisownQueue() => _slot.DisownQueue();

    /// <inheritdoc cref="WorkerSlot.GiveFlows"/>
    public void GiveFlows() => _slot.GiveFlows();

    public WorkerCounters ReadCounters()
    {
        CountDrops();
        long parseErrors = 0;
        long filtered = 0;
        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            if (SlotLayout.IsParseError(reason))
                parseErrors += _slot.ReadDrops(reason);
            else if (reason is not (DropReason.None or DropReason.NoRule))
                filtered += _slot.ReadDrops(reason);
        }

        long matched = _slot.Read(SlotLayout.MatchedWord);
        long noMatch = _slot.ReadDrops(DropReason.NoRule);
        long sent = _slot.Read(SlotLayout.SentWord);
        long errors = _slot.Read(SlotLayout.ErrorsWord);
        return new WorkerCounters(
            Heartbeat: _slot.Read(SlotLayout.HeartbeatWord),
            RulesetHash: (ulong)_slot.Read(SlotLayout.RulesetHashWord),
            Received: matched + noMatch + parseErrors + filtered,
            Matched: matched,
            NoMatch: noMatch,
            ParseErrors: parseErrors,
            Filtered: filtered,
            Submitted: sent + errors,
            Sent: sent,
            Errors: errors,
            SentBytes: _slot.Read(SlotLayout.SentBytesWord),
            KernelDrops: _slot.Read(SlotLayout.KernelDropsWord) + _slot.Read(SlotLayout.ClippedWord))
        {
            Collections = _slot.Read(SlotLayout.CollectionsWord),
            AllocatedBytes = _slot.Read(SlotLayout.AllocatedWord),
            Drops = [.. Enum.GetValues<DropReason>().Select(_slot.ReadDrops)],
        };
    }

    public RuleCounters ReadRule(int counter) => new(_slot.ReadRule(counter, SlotLayout.RuleMatched), _slot.ReadRule(counter, SlotLayout.RuleBytes))
    {
        LastArrival = _slot.ReadRule(counter, SlotLayout.RuleLastArrival),
        SourceChanges = _slot.ReadRule(counter, SlotLayout.RuleSourceChanges),
    };

    /// <inheritdoc cref="IInterfacePort.ReadLosses"/>
    public StreamLosses ReadLosses(int counter) => _slot.ReadRule(counter, SlotLayout.RuleMatched) == 0 ? default : _slot.ReadLosses(counter);

    /// <inheritdoc cref="IInterfacePort.AddLatency"/>
    public void AddLatency(int counter, Span<long> sums)
    {
        if (_slot.ReadRule(counter, SlotLayout.RuleMatched) != 0)
            _slot.AddLatency(counter, sums);
    }

    /// <inheritdoc cref="IInterfacePort.ReadStream"/>
    public StreamReport ReadStream(int counter) => _slot.ReadRule(counter, SlotLayout.RuleMatched) == 0 ? StreamReport.Empty : _slot.ReadStream(counter);

    /// <inheritdoc cref="WorkerSlot.ReadTrace"/>
    public TraceBatch ReadTrace(int ring, uint session, long from, int most) => _slot.ReadTrace(ring, session, from, most);

    /// <inheritdoc cref="WorkerSlot.ClearStream"/>
    public void ClearStream(int counter) => _slot.ClearStream(counter);

    /// <inheritdoc cref="WorkerSlot.ReadTakeover"/>
    public Takeover ReadTakeover(int counter) => _slot.ReadTakeover(counter);

    /// <inheritdoc cref="WorkerSlot.ReadLegSender"/>
    public LegSender ReadLegSender(int counter) => _slot.ReadLegSender(counter);

    /// <inheritdoc cref="WorkerSlot.ReadLeg"/>
    public LegReceiver ReadLeg(int counter) => _slot.ReadLeg(counter);

    /// <inheritdoc cref="WorkerSlot.ReadSelect"/>
    public SelectReport ReadSelect(int counter, SelectMode mode, int inputs) => _slot.ReadSelect(counter, mode, inputs);

    /// <inheritdoc cref="WorkerSlot.Order"/>
    public void OrderTakeover(int counter, in TakeoverOrders orders) => _hasOrders |= _slot.Order(counter, in orders);

    public void AnnounceOrders()
    {
        if (_hasOrders)
            _slot.AnnounceOrders();
        _hasOrders = false;
    }

    public OutputCounters ReadOutput(int counter) => new(
        _slot.ReadOutput(counter, EgressCounters.SentWord),
        _slot.ReadOutput(counter, EgressCounters.BytesWord),
        _slot.ReadOutput(counter, EgressCounters.ErrorsWord))
    {
        Reasons = [.. Enum.GetValues<EgressError>().Select(reason => _slot.ReadOutput(counter, EgressCounters.FirstReasonWord + (int)reason))],
        Trains = [.. Enumerable.Range(EgressCounters.FirstTrainWord, EgressCounters.TrainBuckets).Select(word => _slot.ReadOutput(counter, word))],
    };

    /// <summary>Without reasons and trains.</summary>
    public OutputCounters ReadOutputTotals(int counter) => new(
        _slot.ReadOutput(counter, EgressCounters.SentWord),
        _slot.ReadOutput(counter, EgressCounters.BytesWord),
        _slot.ReadOutput(counter, EgressCounters.ErrorsWord));

    public void Dispose()
    {
        _ingress?.Dispose();
        _slot.Dispose();
    }

    private void CountDrops()
    {
        if (_ingress is not null)
            _slot.AddKernelDrops(_ingress.TakeDrops());
    }
}
