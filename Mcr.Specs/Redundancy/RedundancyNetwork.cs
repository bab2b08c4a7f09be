using System.Collections.Immutable;
using Mcr.Actors.Cluster;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Redundancy;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;

namespace Mcr.Specs.Redundancy;

/// <summary>
/// Two or three nodes with one redundant rule: the real <see cref="RedundancyState"/> and <see cref="Takeover"/> of each, a flow of a datagram each ten milliseconds on a segment that carries
/// everything, and a network between the nodes that is slow, loses requests, and may be cut. Times are milliseconds.
/// </summary>
internal sealed class RedundancyNetwork
{
    private const int Step = 10;
    private const int After = 100;

    private readonly Random _random;
    private readonly Node[] _nodes;
    private readonly PriorityQueue<Action, (long At, long Number)> _messages = new();
    private readonly HashSet<(int, int)> _cuts = [];
    private readonly List<string> _history = [];
    private long _now = 1_000;
    private long _sent;
    private long _nobodySince;
    private bool _isDisturbed;

    public RedundancyNetwork(Random random, int nodes)
    {
        _random = random;
        string[] names = [.. new[] { "a", "b", "c" }.Take(nodes)];
        ForwardingRule rule = TestRules.Rule("in0", "239.1.1.1", 5000, "video", "239.2.2.2:6000:out0") with { Redundancy = new RedundancySettings([.. names], "a", random.Next(2) == 0, After) };
        _nodes = [.. names.Select((name, rank) => new Node(name, rank, rule, _now))];
        _nobodySince = _now;
    }

    /// <summary>While a node could have forwarded that had been well for some time.</summary>
    public long LongestNobody { get; private set; }

    public long Takeovers => _nodes.Sum(n => n.Worker.Takeovers);

    public IReadOnlyList<string> Forwarders => [.. _nodes.Where(n => n.IsForwarding).Select(n => n.Name)];

    public override string ToString() => $"{string.Join(", ", _nodes.Select(n => $"{n.Name} {n.Worker.Role} since {n.Worker.Cause}{(n.State.IsDrained ? ", drained" : "")}{n.Unfit}{n.Degraded}"))}, revert {_nodes[0].Rule.Redundancy!.Revert}; {string.Join("; ", _history)}";

    public void Run(int milliseconds, bool disturb)
    {
        _isDisturbed = disturb;
        for (long end = _now + milliseconds; _now < end; _now += Step)
            Turn();
    }

    /// <summary>Something happens to one of them, but never to all: one is always well.</summary>
    public void Disturb()
    {
        Node node = _nodes[_random.Next(_nodes.Length)];
        Node other = _nodes[_random.Next(_nodes.Length)];
        bool isLast = _nodes.All(n => n == node || n.Unfit is not null || n.State.IsDrained);
        int what = _random.Next(6);
        _history.Add($"{_now} {what} {node.Name} {other.Name}");
        switch (what)
        {
            case 0:
                node.Degraded = node.Degraded is null ? "its output out1 is down" : null;
                break;
            case 1 when node.Unfit is not null || !isLast:
                node.Unfit = node.Unfit is null ? "its input in0 is down" : null;
                break;
            case 2 when node.State.IsDrained || !isLast:
                node.State = node.State.Drain(!node.State.IsDrained);
                break;
            case 3:
                Take(node, null);
                break;
            case 4 when !_cuts.Remove(Pair(node, other)):
                _cuts.Add(Pair(node, other));
                break;
            default:
                break;
        }

        foreach (Node changed in _nodes)
            changed.WellSince = changed is { Unfit: null, State.IsDrained: false } ? changed.WellSince ?? _now : null;
    }

    /// <summary>But for outputs that do not work: what is not whole is handed over, once.</summary>
    public void Heal()
    {
        _cuts.Clear();
        foreach (Node node in _nodes)
        {
            (node.Unfit, node.State) = (null, node.State.Drain(false));
            node.WellSince ??= _now;
        }
    }

    private void Turn()
    {
        while (_messages.TryPeek(out _, out (long At, long) next) && next.At <= _now)
            _messages.Dequeue()();
        foreach (Node node in _nodes)
        {
            if (_now % 100 == node.Phase)
                Tick(node);
            node.Worker.Obey(Nanoseconds, node.Orders(Nanoseconds));
        }

        bool isSent = false;
        foreach (Node sender in _nodes.OrderBy(_ => _random.Next()))
        {
            if (sender.Unfit is not null || !sender.Worker.Own(Nanoseconds))
                continue;
            isSent = true;
            foreach (Node listener in _nodes)
            {
                if (listener != sender)
                    listener.Worker.Heard(Nanoseconds, sender.Rank);
            }
        }

        if (isSent || !_nodes.Any(n => n.WellSince is { } since && _now - since > 1_000))
            _nobodySince = _now;
        else if (_now > 9_000)
            LongestNobody = Math.Max(LongestNobody, _now - _nobodySince);
    }

    private long Nanoseconds => _now * 1_000_000;

    private TimeSpan Time => TimeSpan.FromMilliseconds(_now);

    private void Tick(Node node)
    {
        Apply(node, node.See(Nanoseconds));
        Hear(node);
        Apply(node, node.State.Tick(Time));
        NodeReport report = new() { Number = _now, Redundancy = node.State.Report() };
        foreach (Node other in _nodes)
        {
            if (other != node)
                Send(node, other, 300, () => other.Reports = other.Reports.TryGetValue(node.Name, out NodeReport? known) && known.Number > report.Number ? other.Reports : other.Reports.SetItem(node.Name, report));
        }
    }

    /// <summary>Whom it reaches is known after a while.</summary>
    private void Hear(Node node)
    {
        ImmutableHashSet<string> reachable = [.. _nodes.Where(n => !_cuts.Contains(Pair(n, node))).Select(n => n.Name)];
        if (!reachable.SetEquals(node.Reachable) && _random.Next(10) == 0)
            node.Reachable = reachable;
        node.State = node.State.Hear(node.Reports, node.Reachable);
    }

    private void Apply(Node node, (RedundancyState Next, ImmutableArray<RedundancyEffect> Effects) decision)
    {
        node.State = decision.Next;
        foreach (RedundancyEffect.Ask ask in decision.Effects.OfType<RedundancyEffect.Ask>())
        {
            Node other = _nodes.Single(n => n.Name == ask.Node);
            bool isAnswered = false;
            Send(node, other, 150, () =>
            {
                if (ask.Request is ControlRequest.ClusterTakeover takeover)
                    Take(other, takeover.Because);
                else
                    other.State = other.State.Yield((ControlRequest.ClusterYield)ask.Request, Time).Next;
                if (ask.Move is { } moved)
                    Send(other, node, 150, () => (isAnswered, node.State) = (true, node.State.Yielded(moved, Time)));
            });
            if (ask.Move is { } rule)
                At(2_000, () => node.State = isAnswered ? node.State : node.State.Yielded(rule, Time)); // as who does not answer
        }
    }

    private void Take(Node node, string? because)
    {
        (RedundancyState next, ImmutableArray<RedundancyEffect> effects, _) = node.State.Take("video", because, Time);
        Apply(node, (next, effects));
    }

    private void Send(Node from, Node to, int mostDelay, Action arrive)
    {
        if (!_cuts.Contains(Pair(from, to)) && !(_isDisturbed && _random.Next(10) == 0))
            At(_random.Next(1, mostDelay), arrive);
    }

    private void At(int delay, Action action) => _messages.Enqueue(action, (_now + delay, _sent++));

    private static (int, int) Pair(Node one, Node other) => one == other ? (-1, -1) : (Math.Min(one.Rank, other.Rank), Math.Max(one.Rank, other.Rank));

    private sealed class Node
    {
        public Takeover Worker; // a field: its methods change it

        public Node(string name, int rank, ForwardingRule rule, long now)
        {
            (Name, Rank, Rule) = (name, rank, rule);
            State = new RedundancyState(name, TimeSpan.FromMilliseconds(now), 1);
            Worker.Use(now * 1_000_000, new TakeoverSettings(After * 1_000_000L, rank));
            WellSince = now;
            Reachable = [.. rule.Redundancy!.Nodes];
        }

        public string Name { get; }

        public int Rank { get; }

        public int Phase => Rank * 30;

        public ForwardingRule Rule { get; }

        public RedundancyState State { get; set; }

        public string? Unfit { get; set; }

        public string? Degraded { get; set; }

        /// <summary>null: it is not to forward.</summary>
        public long? WellSince { get; set; }

        public ImmutableSortedDictionary<string, NodeReport> Reports { get; set; } = ImmutableSortedDictionary<string, NodeReport>.Empty;

        public ImmutableHashSet<string> Reachable { get; set; }

        public bool IsForwarding => Worker.Role == TakeoverRole.Forwarding;

        public TakeoverOrders Orders(long now) => State.Wishes(TimeSpan.FromTicks(now / 100)).GetValueOrDefault(Rule.Id, TakeoverWish.None).Orders(now, Unfit is not null);

        public (RedundancyState Next, ImmutableArray<RedundancyEffect> Effects) See(long now)
        {
            TakeoverView view = TakeoverViews.Of(Rule, [Worker], now, DateTimeOffset.UnixEpoch.AddTicks(now / 100)) with { Unfit = Unfit, Degraded = Degraded, IsSending = IsForwarding && Unfit is null, Links = [0x020000000001UL + (ulong)Rank] };
            return State.See(new RedundancyMessages.Seen("in0", ImmutableDictionary<RuleId, TakeoverView>.Empty.Add(Rule.Id, view)));
        }
    }
}
