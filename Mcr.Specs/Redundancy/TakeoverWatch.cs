using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>What must hold at every moment of a history: see <see cref="TakeoverNetworkSpecs"/>. It fails in the moment in which it does not.</summary>
internal sealed class TakeoverWatch
{
    private const long MostDouble = 100 * TakeoverNetwork.Millisecond;
    private const long MostNobody = 250 * TakeoverNetwork.Millisecond;

    /// <summary>What the last of four waits longer than the first.</summary>
    private const long MostStagger = 3 * TakeoverNetwork.After / 5;

    private readonly TakeoverNetwork _network;
    private readonly Pair[] _pairs;
    private readonly Wait[] _waits;

    public TakeoverWatch(TakeoverNetwork network)
    {
        _network = network;
        _pairs = [.. network.Nodes.SelectMany(one => network.Nodes.Where(other => other.Rank > one.Rank).Select(other => new Pair(one, other)))];
        _waits = [.. network.Nodes.Select(_ => new Wait())];
    }

    public long WorstDouble { get; private set; }

    /// <summary>For how long nobody sent anything although one could have.</summary>
    public long WorstNobody { get; private set; }

    /// <summary>Of datagrams, or bursts of them.</summary>
    public int WorstUnsent { get; private set; }

    public void Own(TakeoverNode node)
    {
        Wait wait = _waits[node.Rank];
        if (_network.Now - wait.LastOwn > TakeoverNetwork.After / 2)
            wait.Groups++;
        wait.LastOwn = _network.Now;
    }

    public void Sent(TakeoverNode node)
    {
        foreach (TakeoverNode other in _network.Nodes)
        {
            if (other.Island == node.Island)
                _waits[other.Rank].Begin(_network.Now);
        }

        foreach (Pair pair in _pairs)
            (pair.OneSent, pair.OtherSent) = (pair.OneSent || pair.One == node, pair.OtherSent || pair.Other == node);
    }

    public void Look()
    {
        foreach (Pair pair in _pairs)
            Look(pair);
        foreach (TakeoverNode node in _network.Nodes)
            Look(node, _waits[node.Rank]);
    }

    private void Look(Pair pair)
    {
        (TakeoverNode one, TakeoverNode other) = (pair.One, pair.Other);
        if (!one.Forwards || !other.Forwards || one.Island != other.Island || !one.IsOutputUp || !other.IsOutputUp || !one.GetsInput || !other.GetsInput)
        {
            pair.OneSent = pair.OtherSent = false;
            pair.Since = 0;
            return;
        }

        if (!pair.OneSent || !pair.OtherSent)
            return;
        if (pair.Since == 0)
            pair.Since = _network.Now;
        long time = _network.Now - pair.Since;
        WorstDouble = Math.Max(WorstDouble, time);
        if (time > Math.Max(MostDouble, _network.Flow.Rest + (2 * TakeoverNetwork.MostDelay)))
            throw new InvalidOperationException($"{one.Rank} and {other.Rank} both forward for {time / TakeoverNetwork.Millisecond} ms");
    }

    private void Look(TakeoverNode node, Wait wait)
    {
        if (!node.Could)
        {
            wait.Since = 0;
            return;
        }

        if (wait.Since == 0)
            wait.Begin(_network.Now);
        long time = _network.Now - wait.Since;
        if (_network.Flow.IsDense)
            WorstNobody = Math.Max(WorstNobody, time);
        else
            WorstUnsent = Math.Max(WorstUnsent, wait.Groups);
        if (_network.Flow.IsDense ? time > MostNobody + MostStagger : wait.Groups > Takeover.MostUnanswered + 2)
            throw new InvalidOperationException($"nobody forwards for {time / TakeoverNetwork.Millisecond} ms and {wait.Groups} datagrams or bursts, and {node.Rank} could");
    }

    private sealed class Pair(TakeoverNode one, TakeoverNode other)
    {
        public TakeoverNode One => one;

        public TakeoverNode Other => other;

        public bool OneSent { get; set; }

        public bool OtherSent { get; set; }

        /// <summary>Both have sent something.</summary>
        public long Since { get; set; }
    }

    private sealed class Wait
    {
        /// <summary>It could, and nobody sent anything.</summary>
        public long Since { get; set; }

        public int Groups { get; set; }

        public long LastOwn { get; set; }

        public void Begin(long now) => (Since, Groups) = (now, 0);
    }
}
