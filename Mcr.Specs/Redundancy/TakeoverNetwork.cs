namespace Mcr.Specs.Redundancy;

/// <summary>Nodes, a sender, the segments between them and a receiver in each part of the output's segment; time is virtual, in nanoseconds, and everything follows from the seed.</summary>
internal sealed class TakeoverNetwork
{
    public const long Millisecond = 1_000_000;
    public const long Second = 1_000 * Millisecond;
    public const long After = 100 * Millisecond;

    /// <summary>Of the way to a node and from one to another.</summary>
    public const long MostDelay = 5 * Millisecond;

    private readonly PriorityQueue<Event, (long At, long Number)> _events = new();
    private readonly (long Base, long Jitter)[,] _delays; // from whom to whom; the sender is the last
    private readonly long[,] _arrivals; // the last one, since no link reorders
    private readonly List<byte>[] _received;
    private readonly List<string> _log = [];
    private long _number;
    private long _sent;

    public TakeoverNetwork(int seed, int nodes, TakeoverFlow flow)
    {
        Random = new Random(seed);
        Flow = flow;
        Nodes = [.. Enumerable.Range(0, nodes).Select(rank => new TakeoverNode(this, rank))];
        _received = [.. Nodes.Select(_ => new List<byte>())];
        _delays = new (long, long)[nodes + 1, nodes + 1];
        _arrivals = new long[nodes + 1, nodes + 1];
        for (int from = 0; from <= nodes; from++)
        {
            for (int to = 0; to <= nodes; to++)
            {
                long jitter = Random.NextInt64(MostDelay);
                _delays[from, to] = (Random.NextInt64(MostDelay - jitter), jitter);
            }
        }

        Watch = new TakeoverWatch(this);
        Management = new TakeoverManagement(this);
        foreach (TakeoverNode node in Nodes)
            node.Start();
        _events.Enqueue(new Event(EventKind.Datagram, 0, 0, null), (Now = flow.On + flow.Off, 0));
    }

    public TakeoverFlow Flow { get; }

    public Random Random { get; }

    public TakeoverNode[] Nodes { get; }

    public TakeoverManagement Management { get; }

    public TakeoverWatch Watch { get; }

    public long Now { get; private set; }

    public bool IsSending { get; set; } = true;

    /// <summary>How many datagrams the sender has sent.</summary>
    public long Sent => _sent;

    public IReadOnlyList<string> Log => _log;

    public void Note(string what) => _log.Add($"{Now / (double)Second:F4} s: {what}");

    public void In(long delay, Action action) => _events.Enqueue(new Event(EventKind.Action, 0, 0, action), (Now + delay, ++_number));

    public void RunFor(long time)
    {
        long end = Now + time;
        while (_events.TryPeek(out Event what, out (long At, long) order) && order.At <= end)
        {
            _events.Dequeue();
            Now = order.At;
            Do(what);
            Watch.Look();
        }

        Now = end;
    }

    /// <summary>One that forwards sends a datagram to the output.</summary>
    public void Send(TakeoverNode from, long datagram)
    {
        if (!from.IsOutputUp)
            return;
        List<byte> received = _received[from.Island];
        while (received.Count <= datagram)
            received.Add(0);
        received[(int)datagram]++;
        Watch.Sent(from);
        foreach (TakeoverNode to in Nodes)
        {
            if (to != from && to.Island == from.Island && to.IsOutputUp)
                Deliver(EventKind.Echo, from.Rank, to.Rank, from.Rank);
        }
    }

    /// <summary>Of the datagrams sent since <paramref name="first"/>, at the receiver in that island.</summary>
    public (int Lost, int Doubled) Count(long first, int island = 0)
    {
        int lost = 0, doubled = 0;
        List<byte> received = _received[island];
        long last = _sent - (20 * Millisecond / Flow.Interval) - 1; // those under way are not lost
        for (int i = (int)first; i < last; i++)
        {
            int times = i < received.Count ? received[i] : 0;
            (lost, doubled) = times == 0 ? (lost + 1, doubled) : (lost, doubled + times - 1);
        }

        return (lost, doubled);
    }

    private void Do(in Event what)
    {
        switch (what.Kind)
        {
            case EventKind.Datagram:
                SendOwn();
                break;
            case EventKind.Own:
                if (Nodes[what.To] is { IsInputUp: true, IsInputReached: true } own)
                {
                    Watch.Own(own);
                    own.ReceiveOwn(what.Value);
                }

                break;
            case EventKind.Echo:
                if (Nodes[what.To] is { IsOutputUp: true } heard)
                    heard.ReceiveEcho((int)what.Value);
                break;
            default:
                what.Action!();
                break;
        }
    }

    private void SendOwn()
    {
        if (IsSending)
        {
            foreach (TakeoverNode node in Nodes)
                Deliver(EventKind.Own, Nodes.Length, node.Rank, _sent);
            _sent++;
        }

        _events.Enqueue(new Event(EventKind.Datagram, 0, 0, null), (Flow.Next(Now), ++_number));
    }

    private void Deliver(EventKind kind, int from, int to, long value)
    {
        (long least, long jitter) = _delays[from, to];
        long at = Math.Max(_arrivals[from, to], Now + least + Random.NextInt64(jitter + 1));
        _arrivals[from, to] = at;
        _events.Enqueue(new Event(kind, to, value, null), (at, ++_number));
    }

    private enum EventKind
    {
        Datagram,
        Own,
        Echo,
        Action,
    }

    private readonly record struct Event(EventKind Kind, int To, long Value, Action? Action);
}
