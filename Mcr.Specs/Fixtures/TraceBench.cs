using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Loop;
using Mcr.Native.Trace;
using Mcr.Native.Worker;

namespace Mcr.Specs.Fixtures;

/// <summary>The real loop with one rule that is traced, between a source and a kernel of memory.</summary>
internal sealed class TraceBench : IDisposable
{
    public const string Group = "239.1.1.1";
    public const uint Session = 77;
    public const int Ring = 3;

    private readonly LoopWakeup _wakeup = new([]);
    private readonly RelayLoop _loop;
    private readonly ResolvedOutput[] _outputs;
    private readonly Dictionary<int, EgressSocket> _sockets;
    private long _generation;

    public TraceBench(TraceSettings settings, params (EgressKind Kind, EgressOptions Options)[] outputs)
    {
        if (outputs.Length == 0)
            outputs = [(EgressKind.Multicast, default)];
        _loop = new RelayLoop([Source], Sink, Slot, _wakeup, new WorkerOptions(0, Segmentation: true));
        _outputs = [.. outputs.Select((o, i) => new ResolvedOutput(i + 1, IPAddress.Parse("239.2.2.2"), (ushort)(6000 + i), i, o.Options))];
        _sockets = outputs.Select((o, i) => (i, o.Kind)).ToDictionary(o => o.i + 1, o => new EgressSocket(10 + o.i, o.Kind, 0x020304050607));
        Use(settings);
    }

    public MemorySource Source { get; } = new();

    public MemorySink Sink { get; } = new();

    public WorkerSlot Slot { get; } = WorkerSlot.Create();

    public static TraceSettings Settings(int every = 1, int limit = 0, int snap = 64, long until = long.MaxValue, uint session = Session) => new(Ring, session, every, limit, snap, until);

    public void Use(TraceSettings? settings, bool standsBy = false)
    {
        var rule = new ResolvedRule(IPAddress.Parse(Group), 5000, null, 0, [.. _outputs]) { Trace = settings, Redundancy = standsBy ? new ResolvedRedundancy(1_000, 1, 2, []) : null };
        _loop.Publish(TableBuilder.Build(new ResolvedRuleSet(++_generation, [rule]), 1, _sockets));
    }

    public int Turn() => _loop.Turn();

    /// <summary>Datagrams which each begin with their number, from <paramref name="number"/> on: one frame.</summary>
    public void Put(int number, int datagrams = 1, int size = 100, long arrival = 1)
    {
        byte[] payload = [.. Enumerable.Range(number, datagrams).SelectMany(n => Payload(n, size))];
        Source.Add(Frames.Udp("10.0.0.1", Group, 5000, payload, withChecksum: datagrams == 1), datagrams > 1 ? size : 0, trusted: datagrams > 1, arrival: arrival);
    }

    public TraceBatch Read(long from = 0, int most = int.MaxValue, uint session = Session) => Slot.ReadTrace(Ring, session, from, most);

    /// <summary>What became of each recorded datagram at one output.</summary>
    public byte[] Outcomes(int output = 0) => [.. Read().Datagrams.Select(d => d.Outcomes[output])];

    /// <summary>The number, over and over.</summary>
    public static byte[] Payload(int number, int size) => [.. Enumerable.Range(0, size).Select(i => BitConverter.GetBytes(number)[i % 4])];

    public void Dispose()
    {
        _loop.Dispose();
        _wakeup.Dispose();
        Slot.Dispose();
    }
}
