using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Loop;
using Mcr.Native.Packet;
using Mcr.Native.Redundancy;
using Mcr.Native.Worker;

namespace Mcr.Specs.Redundancy;

/// <summary>The real loop between sources and a sink of memory, with a redundant rule and one that is none, each with an output; what other nodes send comes from a third source.</summary>
internal sealed unsafe class RedundantLoop : IDisposable
{
    public const int Counter = 4;
    public const int PlainCounter = 5;
    public const int Output = 0;
    public const int PlainOutput = 1;

    /// <summary>So long that no machine stands still for it: what follows is not of the machine's doing.</summary>
    public const int Long = 60_000;

    private const int EchoSocket = 2;
    private const ulong FirstLink = 0x02_00_00_00_00_10;

    private readonly MemorySource _echoes = new();
    private readonly LoopWakeup _wakeup = new([]);
    private readonly RunningRules _running = new();
    private MemorySource _source = new(); // the loop's to dispose
    private RelayLoop _loop;
    private long _generation;

    /// <param name="after">Milliseconds.</param>
    public RedundantLoop(int after = Long, int rank = 1, bool pace = false)
    {
        _running.Use(1, new EgressSocket(10, EgressKind.Multicast));
        _running.Use(EchoSocket, _echoes);
        _loop = NewLoop();
        Rule = new ResolvedRule(IPAddress.Parse("239.1.1.1"), 5000, null, Counter, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, Output, new EgressOptions { IsRedundant = true, Pace = pace })])
        {
            Redundancy = new ResolvedRedundancy(after, rank, 3, [new ResolvedEcho(EchoSocket, IPAddress.Parse("239.2.2.2"), 6000, [.. new[] { 0, 1, 2 }.Where(r => r != rank).Select(r => (FirstLink + (ulong)r, r))])]),
        };
        Plain = new ResolvedRule(IPAddress.Parse("239.1.1.9"), 5000, null, PlainCounter, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.9"), 6000, PlainOutput, new EgressOptions { Pace = pace })]);
        Publish();
        Turn();
    }

    public WorkerSlot Slot { get; } = WorkerSlot.Create();

    public MemorySink Sink { get; } = new();

    public ResolvedRule Rule { get; set; }

    public ResolvedRule Plain { get; }

    public Takeover State => Slot.ReadTakeover(Counter);

    /// <summary>Before the loop looks at what it has received.</summary>
    public Action OnReceive { get; set; } = () => { };

    public long Sent => Slot.ReadOutput(Output, EgressCounters.SentWord);

    public long PlainSent => Slot.ReadOutput(PlainOutput, EgressCounters.SentWord);

    /// <summary>Not sent since the loop had stood still.</summary>
    public long Left(int output) => Slot.ReadOutput(output, EgressCounters.FirstReasonWord + (int)EgressError.Stale);

    public long Stale => Slot.ReadDrops(DropReason.Stale);

    public long Muted => Slot.ReadDrops(DropReason.Muted);

    public void Publish() => _loop.Publish(_running.Replace(new ResolvedRuleSet(++_generation, [Rule, Plain])));

    /// <summary>The worker has ended, and another begins with its slot.</summary>
    public void Restart()
    {
        _loop.Dispose();
        _source = new MemorySource();
        _loop = NewLoop();
        Publish();
        _loop.Begin();
    }

    public void Own(int datagrams = 1, long arrival = ReceivedFrame.UnknownArrival) => Add("239.1.1.1", datagrams, arrival);

    public void PlainOwn(int datagrams = 1, long arrival = ReceivedFrame.UnknownArrival) => Add("239.1.1.9", datagrams, arrival);

    /// <summary>Another node sends one.</summary>
    public void Echo(int rank) => _echoes.Add(Frames.Udp("10.0.0.9", "239.2.2.2", 6000, "a"u8).From(FirstLink + (ulong)rank));

    public void Turn() => _loop.Turn();

    /// <summary>As often as it takes.</summary>
    public void TurnUntil(Func<bool> fact, Action? each = null)
    {
        long start = BootClock.Nanoseconds;
        while (!fact())
        {
            Assert.True(BootClock.Nanoseconds - start < 20_000_000_000, $"does not come; the rule is {State.Role} since {State.Cause}, {State.Echoes} echoes, {Sent} sent");
            each?.Invoke();
            Turn();
        }
    }

    public void Order(TakeoverOrder kind, int rank = 0, long number = 1) => Order(new TakeoverOrders { Order = TakeoverOrders.Make(number, kind, rank) });

    public void Order(TakeoverOrders orders)
    {
        Slot.Order(Counter, orders);
        Slot.AnnounceOrders();
    }

    /// <summary>Told so by mcrd, and others were heard before, so that their silence says something.</summary>
    public void Forward()
    {
        TurnUntil(() => State.IsProven, () => Echo(2));
        Order(TakeoverOrder.Take);
        Turn();
        Assert.Equal((TakeoverRole.Forwarding, TakeoverCause.Ordered), (State.Role, State.Cause));
    }

    /// <summary>The loop's last turn was twice takeover-after ago.</summary>
    public void StandStill(int milliseconds = 0) => Slot.Words[SlotLayout.LastTurnWord] -= Math.Max(2L * Rule.Redundancy!.AfterMilliseconds, milliseconds) * 1_000_000;

    /// <summary>In the middle of a turn: until the clock that the loop looks at says that takeover-after is over.</summary>
    public void StandStillNow()
    {
        long until = BootClock.Nanoseconds + (2L * Rule.Redundancy!.AfterMilliseconds * 1_000_000);
        SpinWait.SpinUntil(() => BootClock.Nanoseconds > until);
    }

    public void Dispose()
    {
        _loop.Dispose();
        _wakeup.Dispose();
        _echoes.Dispose();
        Slot.Dispose();
    }

    private RelayLoop NewLoop() => new([new Told(_source, () => OnReceive())], Sink, Slot, _wakeup, new WorkerOptions(0, Segmentation: false));

    private void Add(string group, int datagrams, long arrival)
    {
        for (int i = 0; i < datagrams; i++)
            _source.Add(Frames.Udp("10.0.0.1", group, 5000, "a"u8), arrival: arrival == ReceivedFrame.UnknownArrival ? arrival : arrival + (i * 100_000));
    }

    private sealed class Told(MemorySource source, Action onReceive) : IFrameSource
    {
        public int Descriptor => source.Descriptor;

        public int Receive(FrameBatch batch)
        {
            int frames = source.Receive(batch);
            onReceive();
            return frames;
        }

        public void Release() => source.Release();

        public void Dispose() => source.Dispose();
    }
}
