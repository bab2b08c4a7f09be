using System.Collections.Concurrent;
using Mcr.Actors.Relay;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Kernel;
using Mcr.Native.Netlink;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>The kernel objects of one input interface. Owned by its InterfaceActor; workers get duplicates.</summary>
public sealed partial class LinuxInterfacePort : IInterfacePort
{
    private readonly LinuxPlatformOptions _options;
    private readonly WorkerOptions _workerOptions;
    private readonly InterfaceOptions _settings;
    private readonly Func<Action<WorkerEvent>, LinuxWorker> _startWorker;
    private readonly LinuxSeats _seats;
    private readonly GroSetting? _gro;
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
            MaxAgeMilliseconds = options.MaxAgeMilliseconds,
        };
        _settings = settings;
        _startWorker = startWorker;
        _seats = new LinuxSeats(link, settings.Ingress, options.ReceiveBuffer, settings.Workers);
        _gro = settings.Gro == GroMode.Leave ? null : GroSetting.Apply(link, settings.Gro == GroMode.On, options.Features);
        Notes = [.. new[] { _seats.RingRefusal, _gro?.Problem }.OfType<string>()];
        _groups = new GroupMembership(link.Index);
    }

    public Link Link { get; }

    public IReadOnlyList<string> Notes { get; }

    public string? OpenEgress(int id, EgressKey key) => Try(() => _egress[id] = OutputSocket.Open(RequestFor(key, _options.SendBuffer)));

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
            _claims.Add(membership, UnicastClaim.Open(Link.Name, Link.Index, membership.Group, membership.Port));
    });

    public void Leave(Membership membership)
    {
        if (membership.Port == 0)
            _groups.Leave(membership.Group, membership.Source);
        else if (_claims.Remove(membership, out UnicastClaim? claim))
            claim.Dispose();
    }

    public IWorkerProcess StartWorker(int number, Action<WorkerEvent> onEvent)
    {
        LinuxWorker worker = _startWorker(onEvent);
        try
        {
            _seats.All[number].Greet(worker, _workerOptions with { Core = _settings.CoresOf(number) is [int core] ? core : WorkerOptions.AnyCore }, id => _egress[id]);
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

    public string? AddSeat() => Try(_seats.Add);

    public string? Use(BucketTable table) => Try(() => _seats.Use(table));

    public void RemoveSeat() => _seats.RemoveLast();

    public WorkerCounters ReadCounters(int number) => _seats.All[number].ReadCounters();

    public RuleCounters ReadRule(int counter)
    {
        var sum = new RuleCounters(0, 0);
        foreach (LinuxSeat seat in _seats.All)
        {
            RuleCounters one = seat.ReadRule(counter);
            sum = new RuleCounters(sum.Matched + one.Matched, sum.MatchedBytes + one.MatchedBytes);
        }

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

    public void Dispose()
    {
        _groups.Dispose();
        foreach (UnicastClaim claim in _claims.Values)
            claim.Dispose();
        foreach (OutputSocket socket in _egress.Values)
            socket.Dispose();
        _claims.Clear();
        _egress.Clear();
        _gro?.Dispose();
        _seats.Dispose();
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
