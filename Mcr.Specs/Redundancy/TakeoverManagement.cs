using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>The mcrds of all nodes, as simple as they can be, and the network between them, which may be cut while the segments are not.</summary>
internal sealed class TakeoverManagement
{
    private const long Turn = 200 * TakeoverNetwork.Millisecond;
    private const long Lease = TakeoverNetwork.Second;

    private readonly TakeoverNetwork _network;
    private readonly TakeoverOrders[] _wanted;
    private readonly TakeoverNode?[] _lastForwarder; // as each knows it
    private readonly bool[,] _cut;

    public TakeoverManagement(TakeoverNetwork network)
    {
        _network = network;
        _wanted = new TakeoverOrders[network.Nodes.Length];
        _lastForwarder = new TakeoverNode?[network.Nodes.Length];
        _cut = new bool[network.Nodes.Length, network.Nodes.Length];
        foreach (TakeoverNode node in network.Nodes)
            network.In(network.Random.NextInt64(Turn), () => Work(node));
    }

    /// <summary>It says nothing, and what it said runs out.</summary>
    public bool IsSilent { get; set; }

    public void Cut(TakeoverNode one, TakeoverNode other, bool cuts) => _cut[one.Rank, other.Rank] = _cut[other.Rank, one.Rank] = cuts;

    /// <summary>The host is gone with what its mcrd knew.</summary>
    public void Forget(TakeoverNode node)
    {
        _wanted[node.Rank] = default;
        _lastForwarder[node.Rank] = null;
    }

    public void Order(TakeoverNode node, TakeoverOrder kind, int rank, long delay)
    {
        _network.In(delay, () =>
        {
            if (!node.IsRunning || !node.HasMcrd)
                return;
            ref TakeoverOrders wanted = ref _wanted[node.Rank];
            wanted.Order = TakeoverOrders.Make(wanted.Number + 1, kind, rank);
            node.Write(wanted);
        });
    }

    /// <summary>The old one is told first. Either message may get lost.</summary>
    public void HandOver(TakeoverNode from, TakeoverNode to, bool losesYield = false, bool losesTake = false)
    {
        long first = _network.Random.NextInt64(20 * TakeoverNetwork.Millisecond);
        if (!losesYield)
            Order(from, TakeoverOrder.YieldTo, to.Rank, first);
        if (!losesTake)
            Order(to, TakeoverOrder.Take, 0, first + _network.Random.NextInt64(20 * TakeoverNetwork.Millisecond));
    }

    private void Work(TakeoverNode node)
    {
        _network.In(Turn, () => Work(node));
        if (!node.IsRunning || !node.HasMcrd || IsSilent)
            return;
        bool isFree = true, isSuspect = _lastForwarder[node.Rank] is { } last && !Reaches(node, last);
        foreach (TakeoverNode other in _network.Nodes)
        {
            if (other == node || !Reaches(node, other))
                continue;
            if (other.Forwards)
                (_lastForwarder[node.Rank], isSuspect) = (other, false);
            isFree &= !other.Forwards && (other.Rank > node.Rank || other.Orders.Withheld != 0);
        }

        ref TakeoverOrders wanted = ref _wanted[node.Rank];
        wanted.FreeUntil = isFree ? _network.Now + Lease : 0;
        wanted.SuspectUntil = isSuspect ? _network.Now + Lease : 0;
        wanted.Withheld = node.IsInputUp && node.IsOutputUp ? 0 : 1;
        WriteLater(node);
    }

    /// <summary>A link has gone or come back: rtnetlink says so at once.</summary>
    public void LinkChanged(TakeoverNode node)
    {
        if (!node.IsRunning || !node.HasMcrd || IsSilent)
            return;
        _wanted[node.Rank].Withheld = node.IsInputUp && node.IsOutputUp ? 0 : 1;
        WriteLater(node);
    }

    private void WriteLater(TakeoverNode node) => _network.In(_network.Random.NextInt64(20 * TakeoverNetwork.Millisecond), () =>
    {
        if (node.IsRunning && node.HasMcrd)
            node.Write(_wanted[node.Rank]);
    });

    private bool Reaches(TakeoverNode one, TakeoverNode other) => other.IsRunning && other.HasMcrd && !_cut[one.Rank, other.Rank];
}
