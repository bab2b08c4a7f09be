using CsCheck;

namespace Mcr.Specs.Cluster;

/// <summary>Whatever starts, ends and links do: nodes that can reach each other come to be one cluster, and stay it.</summary>
public sealed class IslandNetworkSpecs(ITestOutputHelper output)
{
    /// <summary>After the last trouble, ms: a join that is in vain, the search after it, and the moves of those that met meanwhile.</summary>
    private const int Longest = 60_000;

    /// <summary>For nodes that do not know each other, and nobody is left who could tell them.</summary>
    private const int LongestOfStrangers = 60_000;

    /// <summary>Of nodes that start together.</summary>
    private const int LongestStart = 10_000;

    private static readonly Gen<(int Kind, int One, int Other, int Wait)[]> GenTroubles = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 4_000]).Array[0, 25];

    [Fact]
    [Trait("kind", "fuzz")]
    public void Nodes_should_be_one_island_soon_after_the_last_trouble_and_nobody_move_any_more()
    {
        int moves = 0, slowest = 0;
        Gen.Select(Gen.Int[2, 6], Gen.Int[0, 1 << 30], Gen.Bool, GenTroubles).Sample(
            (nodes, seed, isBad, troubles) =>
            {
                var network = new IslandNetwork(nodes, seed) { IsBad = isBad, HearsStrangers = true };
                foreach ((int kind, int one, int other, int wait) in troubles)
                {
                    Trouble(network, kind, network.Nodes[one % nodes], network.Nodes[other % nodes]);
                    network.Run(wait);
                }

                network.IsBad = false;
                network.Heal();
                foreach (IslandNetwork.Node node in network.Nodes)
                    node.Start();
                int took = 0;
                for (; took < Longest && !network.IsOne(); took += 250)
                    network.Run(250);
                Assert.True(network.IsOne(), $"not one after {Longest} ms: {string.Join("; ", network.Nodes.Select(n => $"{n.Self} sees {string.Join(' ', n.State?.Members ?? [])}"))}");
                string[] settled = [.. network.Nodes.Select(n => n.Self)];
                network.Run(30_000);
                Assert.Equal(settled, network.Nodes.Select(n => n.Self));
                Assert.True(network.IsOne());
                Interlocked.Add(ref moves, network.Nodes.Sum(n => n.Moves));
                Slower(ref slowest, took);
            },
            iter: 600,
            print: t => $"{t.Item1} nodes, seed {t.Item2}, {(t.Item3 ? "bad" : "good")} links: {string.Join(' ', t.Item4)}");
        output.WriteLine($"{moves} moves; the slowest was one after {slowest} ms");
        Assert.True(moves > 100, "nothing has tested the moves");
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Cuts_alone_should_move_nobody() => Gen.Select(Gen.Int[2, 6], Gen.Int[0, 1 << 30], Gen.Bool, GenTroubles).Sample(
        (nodes, seed, isBad, troubles) =>
        {
            var network = new IslandNetwork(nodes, seed);
            foreach (IslandNetwork.Node node in network.Nodes)
                node.Start();
            network.Run(LongestStart);
            Assert.True(network.IsOne());
            network.IsBad = isBad;
            string[] settled = [.. network.Nodes.Select(n => n.Self)];
            foreach ((int kind, int one, int other, int wait) in troubles)
            {
                Trouble(network, kind % 2 == 0 ? 4 : 6, network.Nodes[one % nodes], network.Nodes[other % nodes]);
                network.Run(wait);
            }

            network.Heal();
            network.Run(5_000);
            Assert.Equal(settled, network.Nodes.Select(n => n.Self));
            Assert.True(network.IsOne());
        },
        iter: 200);

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public void Nodes_that_start_together_should_be_one_within_seconds_and_without_a_move(int nodes)
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var network = new IslandNetwork(nodes, seed);
            foreach (IslandNetwork.Node node in network.Nodes)
                node.Start();
            network.Run(2_000);
            Assert.True(network.IsOne(), $"seed {seed}");
            Assert.Equal(0, network.Nodes.Sum(n => n.Moves));
        }
    }

    /// <summary>n2 joins n1 while n0 is cut off, and n1 is gone before n0 has heard of it.</summary>
    [Fact]
    public void Nodes_of_which_one_does_not_know_the_other_should_come_together_and_take_back_the_one_that_knew_both()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var network = new IslandNetwork(3, seed);
            (IslandNetwork.Node n0, IslandNetwork.Node n1, IslandNetwork.Node n2) = (network.Nodes[0], network.Nodes[1], network.Nodes[2]);
            n0.Start();
            n1.Start();
            network.Run(LongestStart);
            network.Cut(0, 1);
            network.Cut(0, 2);
            n2.Start();
            network.Run(LongestStart);
            Assert.Contains(n2.Self, n1.State!.Members!);
            Assert.DoesNotContain(n2.Self, n0.State!.Members!);
            n1.Kill();
            network.Heal();
            network.Run(LongestOfStrangers);
            Assert.Contains(n2.Self, n0.State!.Members!);
            Assert.Contains(n0.Self, n2.State!.Members!);
            Assert.Equal((0, 1), (n0.Moves, n2.Moves));
            n1.Start();
            network.Run(LongestStart);
            Assert.True(network.IsOne(), $"seed {seed}");
        }
    }

    private static void Trouble(IslandNetwork network, int kind, IslandNetwork.Node node, IslandNetwork.Node other)
    {
        switch (kind)
        {
            case < 3:
                node.Start();
                break;
            case 3:
                node.Kill();
                break;
            case < 6:
                network.Cut(node.Number, other.Number);
                break;
            default:
                network.Heal(node.Number, other.Number);
                break;
        }
    }

    private static void Slower(ref int slowest, int took)
    {
        for (int before = slowest; took > before; before = slowest)
            Interlocked.CompareExchange(ref slowest, took, before);
    }
}
