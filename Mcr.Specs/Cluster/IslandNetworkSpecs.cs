using CsCheck;

namespace Mcr.Specs.Cluster;

/// <summary>Whatever starts, ends and links do: nodes that can reach each other come to be one cluster, and stay it.</summary>
public sealed class IslandNetworkSpecs(ITestOutputHelper output)
{
    /// <summary>After the last trouble, ms: a join that is in vain, the search after it, and the moves of those that met meanwhile.</summary>
    private const int Longest = 40_000;

    private static readonly Gen<(int Kind, int One, int Other, int Wait)[]> GenTroubles = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 4_000]).Array[0, 25];

    [Fact]
    [Trait("kind", "fuzz")]
    public void Nodes_should_be_one_island_soon_after_the_last_trouble_and_nobody_move_any_more()
    {
        int moves = 0, slowest = 0;
        Gen.Select(Gen.Int[2, 6], Gen.Int[0, 1 << 30], Gen.Bool, GenTroubles).Sample(
            (nodes, seed, isBad, troubles) =>
            {
                var network = new IslandNetwork(nodes, seed) { IsBad = isBad };
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
            iter: 2_000,
            print: t => $"{t.Item1} nodes, seed {t.Item2}, {(t.Item3 ? "bad" : "good")} links: {string.Join(' ', t.Item4)}");
        output.WriteLine($"{moves} moves; the slowest was one after {slowest} ms");
        Assert.True(moves > 500, "nothing has tested the moves");
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Cuts_alone_should_move_nobody() => Gen.Select(Gen.Int[2, 6], Gen.Int[0, 1 << 30], Gen.Bool, GenTroubles).Sample(
        (nodes, seed, isBad, troubles) =>
        {
            var network = new IslandNetwork(nodes, seed);
            foreach (IslandNetwork.Node node in network.Nodes)
                node.Start();
            network.Run(Longest);
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
        iter: 500);

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
