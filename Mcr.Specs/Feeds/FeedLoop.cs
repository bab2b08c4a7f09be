using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Feeds;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Loop;
using Mcr.Native.Packet;
using Mcr.Native.Rules;
using Mcr.Native.Trace;
using Mcr.Native.Worker;

namespace Mcr.Specs.Feeds;

/// <summary>The real loop between feeds and a kernel of memory, with one rule that has an input at each: the same group and port.</summary>
internal sealed unsafe class FeedLoop : IDisposable
{
    public const string Group = "239.1.1.1";
    public const int Counter = 4;

    /// <summary>As sockets are passed; feeds are 10, 11, ….</summary>
    public const int FirstFeed = 10;

    private readonly LoopWakeup _wakeup = new([]);
    private readonly ManualClock _clock = new();
    private RunningRules _running;
    private RelayLoop _loop;
    private long _generation;

    public FeedLoop(SelectSettings select, int inputs = 2)
    {
        Rule = new ResolvedRule(IPAddress.Parse(Group), 5000, null, Counter, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 0)])
        {
            Select = select,
            Inputs = [.. Enumerable.Range(0, inputs).Select(i => new ResolvedInput(FirstFeed + i, IPAddress.Parse(Group), 5000, null))],
        };
        Feeds = [.. Enumerable.Range(0, inputs).Select(_ => new MemorySource())];
        (_running, _loop) = Begin();
        Turn();
    }

    public MemorySource[] Feeds { get; private set; }

    /// <summary>The worker's own ingress.</summary>
    public MemorySource Ingress { get; private set; } = new();

    public MemorySink Sink { get; } = new() { KeepPayloads = true };

    public WorkerSlot Slot { get; } = WorkerSlot.Create();

    public ResolvedRule Rule { get; private set; }

    /// <summary>Bytes in front of the IP header, of the feeds of the next worker.</summary>
    public int LinkHeader { get; init; } = 14;

    public int Current => (int)Word(SelectBlock.Current) - 1;

    /// <summary>As mcrd adds it up.</summary>
    public long Received => Slot.Read(SlotLayout.MatchedWord) + Enum.GetValues<DropReason>().Sum(Slot.ReadDrops);

    public long Matched => Slot.Read(SlotLayout.MatchedWord);

    public long Word(int word) => Slot.Select(Counter)[word];

    public long Word(int input, int word) => Word(SelectBlock.InputAt(input) + word);

    public static SelectSettings Failover(int timeout = 60_000) => new(SelectMode.Failover, null) { ReceiveTimeoutMilliseconds = timeout };

    public static SelectSettings Merge(int skew = 50, int? hold = null) => new(SelectMode.Merge, new SelectKey(SelectKeyKind.Rtp)) { SkewMilliseconds = skew, HoldMilliseconds = hold ?? skew };

    public static TraceSettings Trace => TraceBench.Settings();

    /// <summary>In the next turn the loop has these rules.</summary>
    public void Publish(params ResolvedRule[] rules)
    {
        Rule = rules.Length > 0 ? rules[0] : Rule;
        _loop.Publish(_running.Replace(new ResolvedRuleSet(++_generation, [.. rules])));
    }

    public void Pass(int socket, IFrameSource source, int linkHeader = 14) => _running.Use(socket, Inlet(source, linkHeader));

    public void Forget(int socket)
    {
        _running.Taken();
        _running.Forget(socket);
    }

    /// <summary>A datagram of RTP comes by a feed.</summary>
    public void Put(int feed, ushort number, int bytes = 100, long arrival = 0, string group = Group) =>
        Feeds[feed].Add(Frames.Udp("10.0.0.1", group, 5000, Payload(number, bytes)), arrival: arrival);

    /// <summary>Several in a frame.</summary>
    public void PutMerged(int feed, ushort number, int count, int bytes = 100) =>
        Feeds[feed].Add(Frames.Udp("10.0.0.1", Group, 5000, [.. Enumerable.Range(number, count).SelectMany(n => Payload((ushort)n, bytes))], withChecksum: false), bytes, trusted: true);

    public static byte[] Payload(ushort number, int bytes = 100) => [.. FailoverBench.Rtp(number, 7), .. new byte[bytes - 12]];

    public int Turn() => _loop.Turn();

    /// <summary>As often as it takes.</summary>
    public void TurnUntil(Func<bool> fact, Action? each = null)
    {
        long start = BootClock.Nanoseconds;
        while (!fact())
        {
            Assert.True(BootClock.Nanoseconds - start < 20_000_000_000, $"does not come; input {Current} is relayed, {Matched} are matched");
            each?.Invoke();
            Turn();
        }
    }

    /// <summary>What has left since the last time, by number.</summary>
    public int[] Take()
    {
        int[] taken = [.. Sink.Payloads.Select(p => (p[2] << 8) | p[3])];
        Sink.Payloads.Clear();
        return taken;
    }

    /// <summary>The worker has died, and another begins with its slot; the feeds are empty.</summary>
    public void Restart()
    {
        Close();
        Ingress = new MemorySource();
        Feeds = [.. Feeds.Select(_ => new MemorySource())];
        (_running, _loop) = Begin();
        _loop.Begin();
    }

    /// <summary>The worker is told to stop.</summary>
    public void Stop()
    {
        _loop.Stop();
        _loop.Run();
    }

    public void Dispose()
    {
        Close();
        _wakeup.Dispose();
        Slot.Dispose();
    }

    private void Close()
    {
        _loop.Dispose();
        _running.End();
        foreach (MemorySource feed in Feeds)
            feed.Dispose();
    }

    private (RunningRules Running, RelayLoop Loop) Begin()
    {
        var running = new RunningRules(Slot);
        running.Use(1, new EgressSocket(10, EgressKind.Multicast));
        for (int i = 0; i < Feeds.Length; i++)
            running.Use(FirstFeed + i, Inlet(Feeds[i], LinkHeader));
        var loop = new RelayLoop([Ingress], Sink, Slot, _wakeup, new WorkerOptions(0, Segmentation: false));
        loop.Publish(running.Replace(new ResolvedRuleSet(++_generation, [Rule])));
        return (running, loop);
    }

    private FrameInlet Inlet(IFrameSource source, int linkHeader) => new(source, linkHeader, new Reassembly(Slot, linkHeader, _clock), LoopOrders.MaxQueued);
}
