using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>
/// Whatever hosts, links and segments do: never two that hear each other forward for longer than 100 ms, or a datagram's time, and never nobody for longer than 250 ms and the stagger, or
/// five datagrams, while one could. What each event costs at a receiver. More histories: MCR_FUZZ_CASES.
/// </summary>
public sealed class TakeoverNetworkSpecs(ITestOutputHelper output)
{
    private const long Millisecond = TakeoverNetwork.Millisecond;
    private const long Second = TakeoverNetwork.Second;
    private const int FirstSeed = 20261128;

    [Fact]
    public void Never_should_two_forward_nor_nobody_for_longer_than_the_bound_whatever_happens()
    {
        long two = 0, nobody = 0;
        int unsent = 0, histories = Fuzzing.Cases(120);
        for (int seed = FirstSeed; seed < FirstSeed + histories; seed++)
        {
            TakeoverWatch watch = TakeoverHistory.Run(seed);
            (two, nobody, unsent) = (Math.Max(two, watch.WorstDouble), Math.Max(nobody, watch.WorstNobody), Math.Max(unsent, watch.WorstUnsent));
        }

        output.WriteLine($"{histories} histories: two for {two / Millisecond} ms at most, nobody for {nobody / Millisecond} ms of a dense flow and {unsent} datagrams or bursts of others");
    }

    [Theory]
    [InlineData("dense", 60, 2)]
    [InlineData("dense", 60, 4)]
    [InlineData("1/s", 3_600, 2)]
    [InlineData("1/s", 3_600, 4)]
    [InlineData("bursts", 3_600, 2)]
    [InlineData("bursts", 3_600, 3)]
    public void Nobody_should_take_over_while_nothing_happens(string flow, int seconds, int nodes)
    {
        for (int seed = 0; seed < (flow == "1/s" ? 10 : 1); seed++)
        {
            TakeoverNetwork network = Begin(seed, nodes, Flow(flow), seed % nodes);
            long[] before = [.. network.Nodes.Select(n => n.Rule.Takeovers)];
            long first = network.Sent;
            network.RunFor(seconds * Second);
            Assert.Equal(before, network.Nodes.Select(n => n.Rule.Takeovers));
            Assert.All(network.Nodes, n => Assert.Equal(0, n.Rule.Yields));
            Assert.Equal((0, 0), network.Count(first));
        }
    }

    [Theory]
    [InlineData("owner dies", 2, 250, 100)]
    [InlineData("owner dies", 3, 250, 100)]
    [InlineData("owner dies, and comes back", 2, 250, 100)]
    [InlineData("worker dies, and comes back", 2, 250, 100)]
    [InlineData("output link down", 2, 250, 100)]
    [InlineData("output link down", 3, 250, 100)]
    [InlineData("input link down", 2, 250, 100)]
    [InlineData("input link down", 3, 250, 100)]
    [InlineData("input not reached", 3, 250, 100)]
    [InlineData("frozen and thawed", 2, 250, 100)]
    [InlineData("frozen and thawed", 3, 250, 100)]
    [InlineData("management cut and healed", 3, 0, 0)]
    [InlineData("owner's mcrd dies", 3, 0, 0)]
    [InlineData("islands and heal", 2, 250, 100)]
    [InlineData("islands and heal", 4, 250, 100)]
    [InlineData("handed over", 2, 10, 10)]
    [InlineData("handed over", 4, 10, 10)]
    [InlineData("handed over, yield lost", 3, 10, 100)]
    [InlineData("handed over, take lost", 3, 0, 0)]
    public void Event_should_cost_no_more_than_is_promised(string what, int nodes, int mostLost, int mostDoubled)
    {
        var lost = new List<int>();
        var doubled = new List<int>();
        for (int seed = 0; seed < 10; seed++)
        {
            TakeoverNetwork network = Begin(seed, nodes, TakeoverFlow.Dense, seed % nodes);
            long first = network.Sent;
            TakeoverNode owner = network.Nodes[seed % nodes], other = network.Nodes[(seed + 1) % nodes];
            Do(what, network, owner, other);
            (int lostOnes, int doubledOnes) = network.Count(first);
            lost.Add(lostOnes);
            doubled.Add(doubledOnes);
            Assert.True(network.Nodes.Count(n => n.Forwards) == 1, $"seed {seed}: {network.Nodes.Count(n => n.Forwards)} forward in the end");
            Assert.True(lostOnes <= mostLost && doubledOnes <= mostDoubled, $"seed {seed}: {lostOnes} ms lost, {doubledOnes} doubled");
        }

        output.WriteLine($"{what}, {nodes} nodes: lost {lost.Order().ElementAt(5)} ms, {lost.Max()} at most; doubled {doubled.Order().ElementAt(5)} ms, {doubled.Max()} at most");
    }

    /// <summary>The sender's time in slots of a flow with few datagrams: how long it lasts until it is known that the owner is dead.</summary>
    [Theory]
    [InlineData("1/s", 4)]
    [InlineData("bursts", 400)]
    public void Owner_of_a_slow_flow_should_be_missed_after_a_few_datagrams(string flow, int mostLost)
    {
        var lost = new List<int>();
        for (int seed = 0; seed < 10; seed++)
        {
            TakeoverNetwork network = Begin(seed, 3, Flow(flow), seed % 3);
            network.Management.IsSilent = true;
            network.RunFor(2_500 * Millisecond); // leases have run out
            long first = network.Sent;
            network.Nodes[seed % 3].Kill();
            network.RunFor(30 * Second);
            (int lostOnes, int doubled) = network.Count(first);
            lost.Add(lostOnes);
            Assert.Equal(1, network.Nodes.Count(n => n.Forwards));
            Assert.InRange(lostOnes, 1, mostLost);
            Assert.InRange(doubled, 0, 20);
        }

        output.WriteLine($"{flow}: {lost.Order().ElementAt(5)} datagrams lost, {lost.Max()} at most");
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("1/s")]
    [InlineData("bursts")]
    public void Hand_over_should_succeed_at_any_moment_of_any_flow(string flow)
    {
        int lost = 0, doubled = 0;
        for (int seed = 0; seed < (flow == "1/s" ? 200 : 30); seed++)
        {
            int nodes = 2 + (seed % 3);
            TakeoverNetwork network = Begin(seed, nodes, Flow(flow), seed % nodes);
            TakeoverNode other = network.Nodes[(seed + 1) % nodes];
            network.RunFor(network.Random.NextInt64(3 * Second));
            long first = network.Sent;
            network.Management.HandOver(network.Nodes[seed % nodes], other);
            network.RunFor(network.Flow.IsDense ? Second / 2 : 10 * Second);
            Assert.True(network.Nodes.All(n => n.Forwards == (n == other)), $"seed {seed}: {string.Join(", ", network.Nodes.Select(n => $"{n.Rank} {n.Rule.Role} {n.Rule.Cause}"))}");
            (int lostOnes, int doubledOnes) = network.Count(first);
            (lost, doubled) = (Math.Max(lost, lostOnes), Math.Max(doubled, doubledOnes));
        }

        output.WriteLine($"{flow}: {lost} datagrams lost, {doubled} doubled at most");
        Assert.True(lost == 0 && doubled <= 10);
    }

    private static TakeoverFlow Flow(string name) => new[] { TakeoverFlow.Dense, TakeoverFlow.Sparse, TakeoverFlow.Bursts }.Single(f => f.Name == name);

    /// <summary>One forwards, and the others have heard it.</summary>
    private static TakeoverNetwork Begin(int seed, int nodes, TakeoverFlow flow, int owner)
    {
        var network = new TakeoverNetwork(seed, nodes, flow);
        network.Management.Order(network.Nodes[owner], TakeoverOrder.Take, 0, Millisecond);
        network.RunFor(flow.IsDense ? 2 * Second : 10 * Second);
        Assert.True(network.Nodes.All(n => n.Forwards == (n.Rank == owner)));
        return network;
    }

    private static void Do(string what, TakeoverNetwork network, TakeoverNode owner, TakeoverNode other)
    {
        switch (what)
        {
            case "owner dies":
                owner.Kill();
                break;
            case "owner dies, and comes back":
                owner.Kill();
                network.Management.Forget(owner);
                network.RunFor(3 * Second);
                owner.Restart(remembers: false);
                break;
            case "worker dies, and comes back":
                owner.Kill();
                network.RunFor(300 * Millisecond);
                owner.Restart(remembers: true);
                break;
            case "output link down":
                owner.IsOutputUp = false;
                network.Management.LinkChanged(owner);
                network.RunFor(2 * Second);
                owner.IsOutputUp = true;
                network.Management.LinkChanged(owner);
                break;
            case "input link down":
                owner.IsInputUp = false;
                network.Management.LinkChanged(owner);
                network.RunFor(2 * Second);
                owner.IsInputUp = true;
                network.Management.LinkChanged(owner);
                break;
            case "input not reached":
                owner.IsInputReached = false;
                network.RunFor(2 * Second);
                owner.IsInputReached = true;
                break;
            case "frozen and thawed":
                owner.Freeze();
                network.RunFor(5 * Second);
                owner.Thaw();
                break;
            case "management cut and healed":
                CutAll(network, true);
                network.RunFor(3 * Second);
                CutAll(network, false);
                break;
            case "owner's mcrd dies":
                owner.HasMcrd = false;
                break;
            case "islands and heal":
                Separate(network, owner);
                break;
            default:
                network.Management.HandOver(owner, other, what.EndsWith("yield lost", StringComparison.Ordinal), what.EndsWith("take lost", StringComparison.Ordinal));
                break;
        }

        network.RunFor(2 * Second);
        bool isMoved = what is "handed over";
        Assert.True(!isMoved || other.Forwards, "it was not handed over");
    }

    /// <summary>Every other one is away from the owner, and has a receiver of its own, which is to get everything.</summary>
    private static void Separate(TakeoverNetwork network, TakeoverNode owner)
    {
        long first = network.Sent;
        foreach (TakeoverNode node in network.Nodes.Where(n => (n.Rank + owner.Rank) % 2 == 1))
            node.Island = 1;
        network.RunFor(3 * Second);
        Assert.All(new[] { 0, 1 }, island => Assert.Equal(1, network.Nodes.Count(n => n.Island == island && n.Forwards)));
        Assert.InRange(network.Count(first, island: 1).Lost, 0, 250);
        foreach (TakeoverNode node in network.Nodes)
            node.Island = 0;
    }

    private static void CutAll(TakeoverNetwork network, bool cuts)
    {
        foreach (TakeoverNode one in network.Nodes)
        {
            foreach (TakeoverNode other in network.Nodes.Where(n => n.Rank > one.Rank))
                network.Management.Cut(one, other, cuts);
        }
    }
}
