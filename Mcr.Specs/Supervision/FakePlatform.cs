using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Platform;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Feeds;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using Mcr.Native.Trace;
using Mcr.Native.Worker;

namespace Mcr.Specs.Supervision;

/// <summary>
/// A machine of the spec's own: devices that appear and vanish, sockets that only say that they were opened, workers that obey or do not.
/// Everything done to it is a line in <see cref="Journal"/>.
/// </summary>
internal sealed class FakePlatform : IRelayPlatform
{
    private readonly List<FakeWatch> _watches = [];
    private LinkTable _links;

    public FakePlatform(params string[] devices) => _links = new LinkTable(devices.Select((name, i) => Device(name, i + 1)));

    public ConcurrentQueue<string> Journal { get; } = new();

    public ConcurrentQueue<FakePort> Ports { get; } = new();

    public BlockingCollection<FakeWorker> Workers { get; } = [];

    /// <summary>Why the devices cannot be watched; null: they can.</summary>
    public volatile string? RefuseWatch;

    /// <summary>What is found by the next look at what is joined and set.</summary>
    public PortRepair Repair { get; set; } = PortRepair.Nothing;

    /// <summary>Makes the next opening of an interface a crash.</summary>
    public volatile bool CrashOnOpen;

    /// <summary>How many of the next rule sets cannot be sent: by a crash, or for want of descriptors.</summary>
    public int CrashesOnSend;

    public int ShortagesOnSend;

    public Func<EgressKey, string?> RefuseEgress { get; set; } = _ => null;

    /// <summary>Why no interface gets another ingress socket; null: it gets it.</summary>
    public string? RefuseSeat { get; set; }

    public Func<Membership, string?> RefuseJoin { get; set; } = _ => null;

    /// <summary>What the next interface that is opened goes on with.</summary>
    public AdoptedPort? Adopted { get; set; }

    /// <summary>How many of its workers have flows; null: all.</summary>
    public int? AdoptedSeats { get; set; }

    /// <summary>What new workers do by themselves.</summary>
    public Obedience Obedience { get; set; } = Obedience.Full;

    /// <summary>Tells whoever watches.</summary>
    public void SetLinks(params Link[] links)
    {
        lock (_watches)
        {
            _links = new LinkTable(links);
            _watches.ForEach(w => w.OnChange(_links));
        }
    }

    /// <summary>The watch that there is ends by itself.</summary>
    public void FailWatch(string why)
    {
        lock (_watches)
            _watches.Single().OnFailure(new LinuxException(why, Libc.ENOBUFS));
    }

    public int Watches
    {
        get
        {
            lock (_watches)
                return _watches.Count;
        }
    }

    /// <summary>Who takes events; made anew when it is opened.</summary>
    public FakeWebhook? Webhook { get; private set; }

    public IWebhook OpenWebhook(Mcr.Actors.Configuration.WebhookSettings settings, string agent) => Webhook = new FakeWebhook(settings);

    public static Link Device(string name, int index, bool isUp = true) =>
        new(index, name, LinkKind.Ethernet, isUp, isUp, true, 1500, [IPAddress.Parse($"10.{index}.0.2")]);

    public IDisposable WatchLinks(Action<LinkTable> onChange, Action<Exception> onFailure)
    {
        if (RefuseWatch is { } why)
            throw new LinuxException(why, Libc.EMFILE);
        lock (_watches)
        {
            var watch = new FakeWatch(this, onChange, onFailure);
            _watches.Add(watch);
            onChange(_links);
            return watch;
        }
    }

    private sealed class FakeWatch(FakePlatform platform, Action<LinkTable> onChange, Action<Exception> onFailure) : IDisposable
    {
        public Action<LinkTable> OnChange => onChange;

        public Action<Exception> OnFailure => onFailure;

        public void Dispose()
        {
            lock (platform._watches)
                platform._watches.Remove(this);
        }
    }

    /// <summary>Called when the process that stands by ends; null while none does.</summary>
    public Action<string>? Standby { get; private set; }

    public bool PrepareStandby(Action<string> onEnded)
    {
        if (Standby is not null)
            return false;
        Journal.Enqueue("standby");
        Standby = onEnded;
        return true;
    }

    public void DismissStandby() => Standby = null;

    public void EndStandby(string how)
    {
        Action<string> onEnded = Standby!;
        Standby = null;
        onEnded(how);
    }

    /// <summary>What else is on the host, and how often anybody has looked.</summary>
    public HostTables Tables { get; set; } = HostTables.Empty;

    public int Looks;

    /// <summary>Who has sockets open; one that is not here has gone.</summary>
    public ConcurrentDictionary<ulong, SocketHolder> Holders { get; } = new();

    public HostTables ReadHostTables()
    {
        Interlocked.Increment(ref Looks);
        return Tables;
    }

    public IReadOnlyDictionary<ulong, SocketHolder> FindHolders(IReadOnlySet<ulong> inodes) => Holders.Where(h => inodes.Contains(h.Key)).ToDictionary();

    public IInterfacePort OpenInterface(Link link, PortOptions options)
    {
        if (CrashOnOpen)
        {
            CrashOnOpen = false;
            throw new InvalidOperationException("planted");
        }

        Journal.Enqueue($"open {link.Name}");
        var port = new FakePort(this, link, (Adopted is null ? null : AdoptedSeats) ?? Adopted?.Workers.Length ?? options.Interface.Workers, Adopted);
        Adopted = null;
        Ports.Enqueue(port);
        return port;
    }
}

[Flags]
internal enum Obedience
{
    None = 0,
    BecomeReady = 1,
    ApplyRules = 2,
    Stop = 4,
    Obey = 8,
    Full = 15,
}

internal sealed class FakePort(FakePlatform platform, Link link, int seats, AdoptedPort? adopted = null) : IInterfacePort
{
    private readonly HashSet<int> _started = []; // the seats that have had a process

    private readonly HashSet<int> _adopted = [];

    public AdoptedPort? Adopted => adopted;

    public AdoptedRun? AdoptedWorker(int number) => _adopted.Contains(number) ? adopted!.Workers[number] : null;

    public void DropInherited() => platform.Journal.Enqueue("drop inherited");

    public void Hold() => platform.Journal.Enqueue("hold");

    public Link Link => link;

    public WorkerCounters Counters { get; set; } = new(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    public bool IsDisposed { get; private set; }

    public string? OpenEgress(int id, EgressKey key)
    {
        string? refusal = platform.RefuseEgress(key);
        platform.Journal.Enqueue($"{(key.Kind == EgressKind.Echo ? "echo" : "egress")} {id} {key.Interface}{(key.Destination is null ? "" : $" {key.Destination}")}{(refusal is null ? "" : " refused")}");
        return refusal;
    }

    public string? OpenFeed(int id, EgressKey key, Link device)
    {
        string? refusal = platform.RefuseEgress(key);
        platform.Journal.Enqueue($"feed {id} {device.Name}{(refusal is null ? "" : " refused")}");
        return refusal;
    }

    public void CloseEgress(int id) => platform.Journal.Enqueue($"close {id}");

    public string? Join(Membership membership)
    {
        string? refusal = platform.RefuseJoin(membership);
        platform.Journal.Enqueue($"{(membership.IsHeardOnly ? "hear" : "join")} {Text(membership)}{(refusal is null ? "" : " refused")}");
        return refusal;
    }

    public PortRepair Repair()
    {
        PortRepair found = platform.Repair;
        platform.Repair = PortRepair.Nothing;
        return found;
    }

    public int Announce()
    {
        platform.Journal.Enqueue("announce");
        return 1;
    }

    /// <summary>Why queries cannot be listened for; null: they can.</summary>
    public string? RefuseQueries { get; set; }

    /// <summary>What is heard by the next look.</summary>
    public ConcurrentQueue<MembershipQuery> Queries { get; } = new();

    public string? ListenForQueries() => RefuseQueries;

    public IReadOnlyList<MembershipQuery> TakeQueries()
    {
        var taken = new List<MembershipQuery>();
        while (Queries.TryDequeue(out MembershipQuery? query))
            taken.Add(query);
        return taken;
    }

    public void Leave(Membership membership) => platform.Journal.Enqueue($"{(membership.IsHeardOnly ? "ignore" : "leave")} {Text(membership)}");

    private static string Text(Membership membership) => $"{membership.Group}{((membership.Echo ?? membership.Feed) is { } key ? $" on {key.Interface}" : "")}";

    public IWorkerProcess StartWorker(int number, Action<WorkerEvent> onEvent)
    {
        var worker = new FakeWorker(platform, number, onEvent);
        bool isAdopted = _started.Add(number) && number < adopted?.Workers.Length;
        _adopted.Remove(number);
        if (isAdopted)
        {
            _adopted.Add(number);
            worker.GoOn(adopted!.Workers[number], adopted.Rules);
        }

        platform.Journal.Enqueue(isAdopted ? "adopt" : "start");
        platform.Workers.Add(worker);
        worker.Begin();
        return worker;
    }

    public BucketTable Table { get; private set; } = BucketTable.One.Rebalance(seats, out _);

    public string? AddSeat()
    {
        platform.Journal.Enqueue("seat");
        return platform.RefuseSeat;
    }

    public string? Use(BucketTable table)
    {
        platform.Journal.Enqueue($"spread {table.Seats}");
        Table = table;
        return null;
    }

    public void DisownQueue(int number) => platform.Journal.Enqueue($"disown {number}");

    public void RemoveSeat() => platform.Journal.Enqueue("unseat");

    public WorkerCounters ReadCounters(int number) => Counters;

    public WorkerCounters ReadCounters() => Counters;

    public RuleCounters ReadRule(int counter) => new(1000 + counter + Interlocked.Read(ref Arrived), 0) { SourceChanges = Interlocked.Read(ref SourceChanges) };

    /// <summary>Datagrams of each rule, and how often their sender was another one.</summary>
    public long Arrived;

    public long SourceChanges;

    public StreamLosses Losses { get; set; }

    public StreamLosses ReadLosses(int counter) => Losses;

    public OutputCounters ReadOutput(int counter) => new(1000 + counter, 0, 0);

    public TraceBatch ReadTrace(int number, int ring, uint session, long from, int most) => TraceBatch.Nothing(from);

    public void AddLatency(int counter, Span<long> sums)
    {
    }

    public StreamReport ReadStream(int counter) => StreamReport.Empty;

    public OutputCounters ReadOutputTotals(int counter) => ReadOutput(counter);

    /// <summary>By rule entry, what the loop is to have decided.</summary>
    public ConcurrentDictionary<int, Takeover> Takeovers { get; } = [];

    /// <summary>What is known of the inputs of each rule that has several.</summary>
    public Func<SelectMode, int, SelectReport> Select { get; set; } = (_, inputs) => SelectReport.Nothing(inputs);

    public SelectReport ReadSelect(int counter, SelectMode mode, int inputs) => Select(mode, inputs);

    /// <summary>By rule entry, the last ones.</summary>
    public ConcurrentDictionary<int, TakeoverOrders> Orders { get; } = [];

    /// <summary>How often anybody has looked.</summary>
    public int TakeoverLooks;

    public IReadOnlyList<Takeover> ReadTakeovers(int counter)
    {
        Interlocked.Increment(ref TakeoverLooks);
        return Takeovers.TryGetValue(counter, out Takeover takeover) ? [takeover] : [];
    }

    public void OrderTakeover(int counter, TakeoverOrders orders) => Orders[counter] = orders;

    public bool Probe(EgressKey echo, Link on, IReadOnlyCollection<IPAddress> addresses)
    {
        platform.Journal.Enqueue($"probe {echo.Interface} {string.Join(' ', addresses)}");
        return true;
    }

    public void EndProbe()
    {
    }

    public void AnnounceOrders()
    {
    }

    public IReadOnlyCollection<ulong> TakeProbeAnswers() => ProbeAnswers;

    public IReadOnlyCollection<ulong> ProbeAnswers { get; set; } = [];

    public long TakeoverClock => 1_000_000_000_000;

    public RuleCounters BeginRule(int counter) => ReadRule(counter);

    public OutputCounters BeginOutput(int counter) => ReadOutput(counter);

    public RuleCounters RuleBase(int counter) => new(0, 0);

    public OutputCounters OutputBase(int counter) => OutputCounters.Zero;

    public void Dispose()
    {
        IsDisposed = true;
        platform.Journal.Enqueue($"dispose {link.Name}");
    }
}
