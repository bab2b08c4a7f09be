using System.Collections.Concurrent;
using Mcr.Actors.Relay;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Kernel;
using Mcr.Native.Netlink;
using Mcr.Native.Trace;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>The kernel objects of one input interface. Owned by its InterfaceActor; workers get duplicates.</summary>
public sealed partial class LinuxInterfacePort : IInterfacePort
{
    private readonly LinuxPlatformOptions _options;
    private readonly WorkerOptions _workerOptions;
    private readonly InterfaceOptions _settings;
    private readonly Func<string, InterfaceOptions> _devices;
    private readonly Func<Action<WorkerEvent>, LinuxWorker> _startWorker;
    private readonly LinuxSeats _seats;
    private readonly GroSetting? _gro;
    private readonly GroupMembership _groups;
    private readonly Dictionary<EgressKey, DeviceListener> _byKey = []; // those of _listeners
    private AllMulticast? _allMulticast;
    private readonly Dictionary<Membership, UnicastClaim> _claims = [];
    private readonly HashSet<Membership> _claimsLeft = []; // a worker may have them open a moment longer
    private readonly ConcurrentDictionary<int, TaggedSocket> _egress = []; // a worker's actor looks up what it hands over
    private readonly ConcurrentDictionary<int, DeviceListener> _listeners = []; // likewise, under ids of the same kind
    private readonly KeptDescriptors _kept;
    private readonly LinuxCounterBases _bases;
    private readonly LinuxAdoption? _adoption;
    private readonly List<string> _notes;
    private bool _isHeld;

    /// <param name="inherited">From the workers of an earlier mcrd; null for an interface that is opened anew.</param>
    /// <exception cref="LinuxException">the kernel refused; the message is a sentence for the operator.</exception>
    /// <exception cref="InvalidDataException">what was inherited is not what it should be.</exception>
    internal LinuxInterfacePort(Link link, PortOptions port, LinuxPlatformOptions options, Func<Action<WorkerEvent>, LinuxWorker> startWorker, Inheritance? inherited = null)
    {
        InterfaceOptions settings = port.Interface;
        Link = link;
        _devices = port.Devices;
        _options = options;
        _workerOptions = new WorkerOptions(options.OrphanGraceMilliseconds, options.Segmentation)
        {
            LinkHeader = link.LinkHeader,
            Spin = settings.Spin,
            CoalesceMicroseconds = settings.CoalesceMicroseconds,
            Reassemble = settings.Reassemble,
            MaxAgeMilliseconds = options.MaxAgeMilliseconds,
        };
        _settings = settings;
        _startWorker = startWorker;
        _seats = inherited is null
            ? new LinuxSeats(link, settings.Ingress, options.ReceiveBuffer, settings.Workers)
            : LinuxSeats.Adopt(link, settings.Ingress, options.ReceiveBuffer, inherited);
        _kept = new KeptDescriptors((inherited?.KeptIds.DefaultIfEmpty(-1).Max() ?? -1) + 1);
        _bases = new LinuxCounterBases(inherited?.Bases);
        _kept.Add(_bases.Descriptor, KeptTag.Bases);
        foreach ((LinuxSeat seat, int number) in _seats.All.Skip(_seats.Count).Select((seat, i) => (seat, _seats.Count + i)))
            _kept.Add(seat.SlotDescriptor, KeptTag.Slot(number));
        if (inherited is not null)
        {
            _adoption = new LinuxAdoption(inherited, _workerOptions);
            Adopt(inherited);
        }

        _gro = settings.Gro == GroMode.Leave ? null : GroSetting.Apply(link, settings.Gro == GroMode.On, options.Features);
        _notes = [.. new[] { _seats.RingRefusal, _gro?.Problem, _adoption?.Note }.OfType<string>()];
        _groups = _kept.OpenGroups(link.Index);
    }

    public Link Link { get; }

    public IReadOnlyList<string> TakeNotes()
    {
        string[] notes = [.. _notes];
        _notes.Clear();
        return notes;
    }

    public string? OpenEgress(int id, EgressKey key) => Try(() =>
    {
        if (key.Kind == EgressKind.Echo)
            _byKey[key] = _listeners[id] = new EchoListener(key, _seats.Count, _kept);
        else
            _egress[id] = new TaggedSocket(OutputSocket.Open(RequestFor(key, _options.SendBuffer)), EgressKeyText.Write(key));
    });

    public void CloseEgress(int id)
    {
        if (_listeners.TryRemove(id, out DeviceListener? listener))
        {
            if (ReferenceEquals(_byKey.GetValueOrDefault(listener.Key), listener))
                _ = _byKey.Remove(listener.Key);
            if (listener is FeedListener feed)
                CountDrops(feed);
            listener.Close();
        }

        if (_egress.TryRemove(id, out TaggedSocket socket))
            socket.Socket.Dispose();
    }

    public string? Join(Membership membership) => Try(() =>
    {
        if (ListenerKeyOf(membership) is { } key)
            _byKey.GetValueOrDefault(key)?.Join(membership); // without its socket there is nothing to hear
        else if (membership.IsAllMulticast)
            TakeAllMulticast();
        else if (membership.Port == 0)
            _groups.Join(membership.Group, membership.Source);
        else
            Claim(membership);
    });

    public void Leave(Membership membership)
    {
        if (ListenerKeyOf(membership) is { } key)
            _byKey.GetValueOrDefault(key)?.Leave(membership);
        else if (membership.IsAllMulticast)
            LeaveAllMulticast();
        else if (membership.Port == 0)
            _groups.Leave(membership.Group, membership.Source);
        else if (_claims.Remove(membership, out UnicastClaim? claim))
        {
            _claimsLeft.Add(membership);
            _kept.Remove(claim.Descriptor);
            claim.Dispose();
        }
    }

    public IWorkerProcess StartWorker(int number, Action<WorkerEvent> onEvent)
    {
        if (_adoption?.TryStart(number, _options.RuntimeDirectory, id => SocketOf(id, number), _options.Logging, onEvent) is { } adopted)
        {
            _kept.Attach(number, adopted);
            return adopted;
        }

        LinuxWorker worker = _startWorker(onEvent);
        try
        {
            _seats.All[number].Greet(worker, new WorkerPlace(Link.Name, Link.Index, number, _options.Owner), _workerOptions with { Core = _settings.CoresOf(number) is [int core] ? core : WorkerOptions.AnyCore }, _options.RuntimeDirectory, id => SocketOf(id, number));
            _kept.Attach(number, worker);
            return worker;
        }
        catch
        {
            worker.Kill();
            worker.Dispose();
            throw;
        }
    }

    public BucketTable Table => _seats.Table;

    public AdoptedPort? Adopted => _adoption?.Description;

    public AdoptedRun? AdoptedWorker(int number) => _adoption?.Running(number);

    public void DropInherited()
    {
        foreach (FeedListener feed in Feeds)
            _ = Try(feed.DropInherited); // for want of memory for a filter: it lets through what it did
        if (_adoption?.Drop() is { } ids)
            _kept.Drop(ids);
    }

    public void Hold()
    {
        _isHeld = true;
        _adoption?.Hold();
    }

    public string? AddSeat() => Try(() =>
    {
        foreach (EchoListener listener in Echoes)
            listener.AddSeat();
        _seats.Add();
        _kept.Remove(_seats.All[_seats.Count - 1].SlotDescriptor);
    });

    public string? Use(BucketTable table) => Try(() => _seats.Use(table));

    public void DisownQueue(int number) => _seats.All[number].DisownQueue();

    public void RemoveSeat()
    {
        LinuxSeat seat = _seats.RemoveLast();
        foreach (EchoListener listener in Echoes)
            listener.RemoveSeat();
        _kept.Detach(_seats.Count);
        _kept.Add(seat.SlotDescriptor, KeptTag.Slot(_seats.Count)); // every sum counts it
    }

    public WorkerCounters ReadCounters(int number)
    {
        CountFeedDrops();
        return _seats.All[number].ReadCounters();
    }

    public WorkerCounters ReadCounters()
    {
        CountFeedDrops();
        return _seats.All.Aggregate(WorkerCounters.Zero, (sum, seat) => sum.Plus(seat.ReadCounters()));
    }

    public RuleCounters ReadRule(int counter)
    {
        var sum = new RuleCounters(0, 0);
        foreach (LinuxSeat seat in _seats.All)
        {
            sum = sum.Plus(seat.ReadRule(counter));
        }

        return sum;
    }

    public TraceBatch ReadTrace(int number, int ring, uint session, long from, int most) =>
        number < _seats.All.Length ? _seats.All[number].ReadTrace(ring, session, from, most) : TraceBatch.Nothing(from);

    public StreamReport ReadStream(int counter)
    {
        StreamReport sum = StreamReport.Empty;
        foreach (LinuxSeat seat in _seats.All)
            sum = sum.Plus(seat.ReadStream(counter));
        return sum;
    }

    public void AddLatency(int counter, Span<long> sums)
    {
        foreach (LinuxSeat seat in _seats.All)
            seat.AddLatency(counter, sums);
    }

    public StreamLosses ReadLosses(int counter)
    {
        StreamLosses sum = default;
        foreach (LinuxSeat seat in _seats.All)
            sum += seat.ReadLosses(counter);
        return sum;
    }

    public OutputCounters ReadOutput(int counter)
    {
        OutputCounters sum = OutputCounters.Zero;
        foreach (LinuxSeat seat in _seats.All)
        {
            sum = sum.Plus(seat.ReadOutput(counter));
        }

        return sum;
    }

    public OutputCounters ReadOutputTotals(int counter)
    {
        (long sent, long bytes, long errors) = (0, 0, 0);
        foreach (LinuxSeat seat in _seats.All)
        {
            OutputCounters one = seat.ReadOutputTotals(counter);
            (sent, bytes, errors) = (sent + one.Sent, bytes + one.SentBytes, errors + one.Errors);
        }

        return new OutputCounters(sent, bytes, errors);
    }

    public RuleCounters RuleBase(int counter) => _bases.Rule(counter, ReadRule(counter));

    public OutputCounters OutputBase(int counter) => _bases.Output(counter, ReadOutput(counter));

    public RuleCounters BeginRule(int counter)
    {
        foreach (LinuxSeat seat in _seats.All)
            seat.ClearStream(counter);
        return _bases.SetRule(counter, ReadRule(counter));
    }

    public OutputCounters BeginOutput(int counter) => _bases.SetOutput(counter, ReadOutput(counter));

    public void Dispose()
    {
        _groups.Dispose();
        _allMulticast?.Dispose();
        _queries?.Dispose();
        foreach (UnicastClaim claim in _claims.Values)
            claim.Dispose();
        foreach (TaggedSocket socket in _egress.Values)
            socket.Socket.Dispose();
        foreach (DeviceListener listener in _listeners.Values)
            listener.Dispose();
        _listeners.Clear();
        _byKey.Clear();
        _claims.Clear();
        _egress.Clear();
        if (!_isHeld)
            _gro?.Dispose();
        _seats.Dispose();
        _bases.Dispose();
        _adoption?.Dispose();
    }

    private IEnumerable<EchoListener> Echoes => _listeners.Values.OfType<EchoListener>();

    /// <summary>For the worker in that seat; asked by its actor.</summary>
    private TaggedSocket SocketOf(int id, int seat) => _listeners.TryGetValue(id, out DeviceListener? listener) ? listener.Of(seat) : _egress[id];

    private void TakeAllMulticast()
    {
        _allMulticast = AllMulticast.Take(Link.Index, Link.Name);
        _kept.Add(_allMulticast.Descriptor, KeptTag.Groups);
    }

    private void LeaveAllMulticast()
    {
        if (_allMulticast is null)
            return;
        _kept.Remove(_allMulticast.Descriptor);
        _allMulticast.Dispose();
        _allMulticast = null;
    }

    private void Claim(Membership membership)
    {
        (string device, int index) = membership.Feed is { } feed ? (feed.Interface, feed.InterfaceIndex) : (Link.Name, Link.Index);
        UnicastClaim claim = _adoption?.TakeClaim(membership) is { } inherited
            ? UnicastClaim.Adopt(inherited)
            : UnicastClaim.Open(device, index, membership.Group, membership.Port, _claimsLeft.Contains(membership));
        _claims.Add(membership, claim);
        _kept.Add(claim.Descriptor, KeptTag.Claim(membership));
    }

    internal static OutputSocketRequest RequestFor(EgressKey key, int sendBuffer) =>
        new(key.Kind, key.InterfaceIndex, key.Interface, key.IsIpv6, key.Ttl, key.Destination, sendBuffer)
        {
            Source = key.Source,
            MaySpoof = key.MaySpoof,
            Priority = key.Priority,
            Dscp = key.Dscp,
            LinkAddress = key.LinkAddress,
        };

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
