using System.Collections.Concurrent;
using Mcr.Actors.Relay;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;
using Mcr.Native.Packet;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>The kernel objects of one input interface. Owned by its InterfaceActor; workers get duplicates.</summary>
public sealed class LinuxInterfacePort : IInterfacePort
{
    private readonly LinuxPlatformOptions _options;
    private readonly WorkerOptions _workerOptions;
    private readonly Func<Action<WorkerEvent>, LinuxWorker> _startWorker;
    private readonly WorkerSlot _slot;
    private readonly PacketSocket _ingress;
    private readonly GroupMembership _groups;
    private readonly Dictionary<Membership, UnicastClaim> _claims = [];
    private readonly ConcurrentDictionary<int, OutputSocket> _egress = []; // a worker's actor looks up what it hands over

    internal LinuxInterfacePort(Link link, InterfaceOptions settings, LinuxPlatformOptions options, Func<Action<WorkerEvent>, LinuxWorker> startWorker)
    {
        Link = link;
        _options = options;
        _workerOptions = new WorkerOptions(options.OrphanGraceMilliseconds, options.Segmentation)
        {
            LinkHeader = link.LinkHeader,
            Spin = settings.Spin,
            CoalesceMicroseconds = settings.CoalesceMicroseconds,
            Reassemble = settings.Reassemble,
        };
        _startWorker = startWorker;
        _slot = WorkerSlot.Create();
        try
        {
            // Half of the queue is the ring, the other half is for frames longer than its slots.
            RingGeometry ring = settings.Ingress == IngressMode.Ring ? RingGeometry.For(link.Mtu, options.ReceiveBuffer / 2) : default;
            _ingress = PacketSocket.Open(link, options.ReceiveBuffer, ring);
            _workerOptions = _workerOptions with { Ring = _ingress.Ring };
        }
        catch
        {
            _slot.Dispose();
            throw;
        }

        _groups = new GroupMembership(link.Index);
    }

    public Link Link { get; }

    public string? OpenEgress(int id, EgressKey key) => Try(() => _egress[id] = key.Destination is null
        ? OutputSocket.OpenMulticast(key.InterfaceIndex, key.Interface, key.Ttl, _options.SendBuffer)
        : OutputSocket.OpenUnicast(key.Interface, key.Destination, key.Ttl, _options.SendBuffer));

    public void CloseEgress(int id)
    {
        if (_egress.TryRemove(id, out OutputSocket? socket))
            socket.Dispose();
    }

    public string? Join(Membership membership) => Try(() =>
    {
        if (membership.Port == 0)
            _groups.Join(membership.Group, membership.Source);
        else
            _claims.Add(membership, UnicastClaim.Open(Link.Name, membership.Group, membership.Port));
    });

    public void Leave(Membership membership)
    {
        if (membership.Port == 0)
            _groups.Leave(membership.Group, membership.Source);
        else if (_claims.Remove(membership, out UnicastClaim? claim))
            claim.Dispose();
    }

    public IWorkerProcess StartWorker(Action<WorkerEvent> onEvent)
    {
        LinuxWorker worker = _startWorker(onEvent);
        try
        {
            worker.Greet(_slot.Descriptor, _ingress.Descriptor, _workerOptions, id => _egress[id]);
            return worker;
        }
        catch
        {
            worker.Kill();
            worker.Dispose();
            throw;
        }
    }

    public WorkerCounters ReadCounters()
    {
        _slot.AddKernelDrops(_ingress.TakeDrops());
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
        };
    }

    public RuleCounters ReadRule(int counter) => new(_slot.ReadRule(counter, 0), _slot.ReadRule(counter, 1));

    public OutputCounters ReadOutput(int counter) => new(
        _slot.ReadOutput(counter, EgressCounters.SentWord),
        _slot.ReadOutput(counter, EgressCounters.BytesWord),
        _slot.ReadOutput(counter, EgressCounters.ErrorsWord));

    public void Dispose()
    {
        _groups.Dispose();
        foreach (UnicastClaim claim in _claims.Values)
            claim.Dispose();
        foreach (OutputSocket socket in _egress.Values)
            socket.Dispose();
        _claims.Clear();
        _egress.Clear();
        _ingress.Dispose();
        _slot.Dispose();
    }

    private static string? Try(Action open)
    {
        try
        {
            open();
            return null;
        }
        catch (LinuxException e)
        {
            return e.Message;
        }
    }
}
