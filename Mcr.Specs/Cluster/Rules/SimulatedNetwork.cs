using Mcr.Actors.Cluster.Rules;

namespace Mcr.Specs.Cluster.Rules;

/// <summary>Nodes and what is under way between them: shards as bytes, which come in any order, late, twice or not at all. It keeps its own account of who had seen what.</summary>
internal sealed class SimulatedNetwork
{
    private readonly List<(SimulatedNode From, SimulatedNode To, int Index, byte[] Shard)> _underWay = [];
    private readonly HashSet<(SimulatedNode One, SimulatedNode Other)> _cut = [];
    private readonly Dictionary<int, SimulatedOperation> _operations = [];
    private readonly Dictionary<(string Writer, long Number), RuleWrite> _writes = [];
    private int _operation;

    public SimulatedNetwork(int nodes)
    {
        Nodes = [.. Enumerable.Range(0, nodes).Select(i => new SimulatedNode($"{(char)('a' + i)}", this))];
        foreach (SimulatedNode node in Nodes)
            node.Start();
    }

    public SimulatedNode[] Nodes { get; }

    public IEnumerable<SimulatedOperation> Operations => _operations.Values;

    public DateTimeOffset Now => DateTimeOffset.UnixEpoch.AddSeconds(_operation);

    public static bool IsRefused(RuleValue value) => int.Parse(value.Text.AsSpan(1)) % 7 == 0;

    public SimulatedOperation Begin(RuleKey key, bool removes, int[] shown)
    {
        var seen = new HashSet<int>();
        foreach (int operation in shown)
        {
            seen.Add(operation);
            seen.UnionWith(_operations[operation].Seen);
        }

        return _operations[++_operation] = new SimulatedOperation(_operation, key, removes, seen);
    }

    public void Forget(SimulatedOperation operation) => _operations.Remove(operation.Number);

    /// <summary>null: a removal that was found at a start, whose author nobody knows.</summary>
    public int? OperationOf(RuleWrite write) =>
        write.Value is { } value ? int.Parse(value.Text.AsSpan(1)) : write.By.StartsWith("op", StringComparison.Ordinal) ? int.Parse(write.By.AsSpan(2)) : null;

    public void Send(SimulatedNode from, int index, RuleShard shard)
    {
        foreach (RuleWrite write in shard.Rules.Values.SelectMany(r => r.Writes))
            Assert.Equal(write, _writes.TryGetValue((write.Writer, write.Number), out RuleWrite? same) ? same : _writes[(write.Writer, write.Number)] = write);
        byte[] bytes = ShardCodec.Encode(shard);
        foreach (SimulatedNode to in Nodes)
        {
            if (to != from)
                _underWay.Add((from, to, index, bytes));
        }
    }

    public void Gossip(SimulatedNode from, SimulatedNode to)
    {
        foreach ((int index, RuleShard shard) in from.Replicated)
            _underWay.Add((from, to, index, ShardCodec.Encode(shard)));
    }

    /// <param name="again">It comes once more, later.</param>
    public void Deliver(int which, bool again)
    {
        if (_underWay.Count == 0)
            return;
        int at = which % _underWay.Count;
        (SimulatedNode from, SimulatedNode to, int index, byte[] shard) = _underWay[at];
        if (!again)
            _underWay.RemoveAt(at);
        if (to.State is not null && !IsCut(from, to))
            to.Receive(index, ShardCodec.Decode(shard));
    }

    /// <summary>One way only.</summary>
    public void Toggle(SimulatedNode from, SimulatedNode to)
    {
        if (!_cut.Remove((from, to)))
            _cut.Add((from, to));
    }

    /// <summary>What this node alone knew is lost with its file, and it is not the one to blame.</summary>
    public void LoseClusterFile(SimulatedNode node)
    {
        node.Kill();
        node.LoseClusterFile();
        foreach (SimulatedOperation operation in Operations.Where(o => o.IsAcknowledged))
        {
            RuleWrite? write = _writes.Values.LastOrDefault(w => OperationOf(w) == operation.Number);
            if (write is null || !Nodes.Any(n => n != node && n.OnDisk?[operation.Key].Seen.Has(write) == true))
                operation.IsAcknowledged = false;
        }
    }

    /// <summary>Every node runs, every link works, and everything that is to happen happens.</summary>
    public void Heal()
    {
        _cut.Clear();
        foreach (SimulatedNode node in Nodes.Where(n => n.State is null))
            node.Start();
        for (int round = 0; round < 30; round++)
        {
            ClusterRules?[] before = [.. Nodes.Select(n => n.State)];
            foreach (SimulatedNode node in Nodes)
            {
                foreach (SimulatedNode other in Nodes.Where(n => n != node))
                    Gossip(node, other);
                while (!node.IsIdle)
                    node.Step(relayFirst: true);
            }

            while (_underWay.Count > 0)
                Deliver(0, again: false);
            foreach (SimulatedNode node in Nodes)
            {
                while (!node.IsIdle)
                    node.Step(relayFirst: true);
            }

            if (_underWay.Count == 0 && Nodes.Zip(before).All(n => n.First.State!.Shards.SequenceEqual(n.Second!.Shards)))
                return;
        }

        Assert.Fail("they never come to rest");
    }

    private bool IsCut(SimulatedNode from, SimulatedNode to) => _cut.Contains((from, to));
}
