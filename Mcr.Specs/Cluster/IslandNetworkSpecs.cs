using CsCheck;
using Mcr.Actors.Cluster;

namespace Mcr.Specs.Cluster;

/// <summary>Whatever starts, ends and links do: nodes that can reach each other come to be one cluster, and stay it.</summary>
public sealed class IslandNetworkSpecs(ITestOutputHelper output)
{
    /// <summary>For two that know each other one way only, ms: 30 looks, a second apart; 2.3 s to leave; a search; and 2 s for the old life's sake.</summary>
    private const int LongestOfStrangers = 40_000;

    /// <summary>Most have neither strangers nor moves before: a search that nobody answers, and a join in vain.</summary>
    private const int LongestOfMost = 15_000;

    /// <summary>Of nodes that start together.</summary>
    private const int LongestStart = 10_000;

    /// <summary>The first two follow each other at once, the next ones after 2, 4, 8, 16 s: six in a minute; and who is struck off meanwhile begins anew as well.</summary>
    private const int MostInMinute = 8;

    private const int MostInLaterMinute = 2;

    private const int Histories = 600;

    /// <summary>After the last trouble: the wait of who has moved often before, a join in vain, the search after it, and strangers.</summary>
    private static readonly int Longest = (int)(MovesState.LongestHold + IslandState.LongestJoin + IslandState.LongestSearch).TotalMilliseconds + LongestOfStrangers;

    /// <summary>With links that stay cut: who was joined may have strangers itself.</summary>
    private static readonly int LongestWithCuts = Longest + LongestOfStrangers;

    private static readonly Gen<(int Kind, int One, int Other, int Wait)[]> GenTroubles = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 4_000]).Array[0, 25];

    [Fact]
    [Trait("kind", "fuzz")]
    public void Nodes_should_be_one_island_soon_after_the_last_trouble_and_nobody_move_any_more()
    {
        int moves = 0, slowest = 0, slow = 0;
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
                foreach (IslandNode node in network.Nodes)
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
                if (took > LongestOfMost)
                    Interlocked.Increment(ref slow);
            },
            iter: Histories,
            print: t => $"{t.Item1} nodes, seed {t.Item2}, {(t.Item3 ? "bad" : "good")} links: {string.Join(' ', t.Item4)}");
        output.WriteLine($"{moves} moves; the slowest was one after {slowest} ms, {slow} of {Histories} after more than {LongestOfMost}");
        Assert.True(slow <= Histories / 50, $"{slow} of {Histories} took more than {LongestOfMost} ms");
        Assert.True(moves > 100, "nothing has tested the moves");
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Cuts_alone_should_move_nobody() => Gen.Select(Gen.Int[2, 6], Gen.Int[0, 1 << 30], Gen.Bool, GenTroubles).Sample(
        (nodes, seed, isBad, troubles) =>
        {
            var network = new IslandNetwork(nodes, seed);
            foreach (IslandNode node in network.Nodes)
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

    /// <summary>Links that are cut, one way too, and stay it: those that can dial each other are one island all the same.</summary>
    [Fact]
    [Trait("kind", "fuzz")]
    public void Nodes_should_settle_while_links_stay_cut()
    {
        int slowest = 0;
        Fuzzing.Run(output, 100, random =>
        {
            int nodes = random.Next(2, 6);
            var network = new IslandNetwork(nodes, random.Next()) { IsBad = random.Next(3) == 0 };
            Trouble(network, random, isWalled: false);
            network.IsBad = false;
            (int end, int last, string lives) = (network.Now, network.Now, "");
            while (network.Now - last < 20_000)
            {
                network.Run(250);
                string now = string.Join(' ', network.Nodes.Select(n => n.Self));
                if (now != lives || !network.IsTogether())
                    last = network.Now;
                lives = now;
                Assert.True(network.Now - end < LongestWithCuts + 20_000, $"not settled: {network}");
            }

            slowest = Math.Max(slowest, last - end);
        });
        output.WriteLine($"the slowest had settled after {slowest} ms");
    }

    /// <summary>Also where some can dial and others cannot, know seeds that others do not know, and answers are late or lost for good.</summary>
    [Fact]
    [Trait("kind", "fuzz")]
    public void Nobody_should_move_often_in_a_network_that_does_not_change_whatever_it_is()
    {
        int most = 0, moves = 0;
        Fuzzing.Run(output, 25, random =>
        {
            int nodes = random.Next(3, 6);
            int[][] seeds = [.. Enumerable.Range(0, nodes).Select(_ => Enumerable.Range(0, nodes).Where(_ => random.Next(2) == 0).ToArray())];
            var network = new IslandNetwork(nodes, random.Next(), random.Next(2) == 0 ? seeds : null) { IsBad = random.Next(3) == 0 };
            Trouble(network, random, isWalled: true);
            int end = network.Now;
            network.Run(240_000);
            foreach (IslandNode node in network.Nodes)
            {
                int[] begun = [.. node.Begun.Where(at => at >= end)];
                most = Math.Max(most, begun.Select(at => begun.Count(other => other >= at && other - at < 60_000)).DefaultIfEmpty().Max());
                moves += begun.Length;
                Assert.True(most <= MostInMinute, $"{most} moves in a minute of n{node.Number}: {network}");
                Assert.True(begun.Count(at => at >= end + 180_000) <= MostInLaterMinute, $"{node.Self} goes on moving: {network}");
            }
        });
        output.WriteLine($"{moves} moves, at most {most} of a node in a minute");
        Assert.True(moves > 10, "nothing has tested the moves");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public void Nodes_that_start_together_should_be_one_within_seconds_and_without_a_move(int nodes)
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var network = new IslandNetwork(nodes, seed);
            foreach (IslandNode node in network.Nodes)
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
            (IslandNode n0, IslandNode n1, IslandNode n2) = (network.Nodes[0], network.Nodes[1], network.Nodes[2]);
            n0.Start();
            n1.Start();
            network.Run(LongestStart);
            foreach (int cut in (int[])[1, 2])
            {
                network.Cut(0, cut);
                network.Cut(cut, 0);
            }

            n2.Start();
            network.Run(LongestStart);
            Assert.Contains(n2.Self, n1.State!.Members!);
            Assert.DoesNotContain(n2.Self, n0.State!.Members!);
            n1.Kill();
            network.Heal();
            network.Run(LongestOfStrangers);
            Assert.Contains(n2.Self, n0.State!.Members!);
            Assert.Contains(n0.Self, n2.State!.Members!);
            Assert.Equal((1, 0), (n0.Moves, n2.Moves)); // n2 knows of more
            n1.Start();
            network.Run(LongestStart);
            Assert.True(network.IsOne(), $"seed {seed}");
        }
    }

    /// <summary>At the end all run.</summary>
    private static void Trouble(IslandNetwork network, Random random, bool isWalled)
    {
        int nodes = network.Nodes.Length;
        for (int i = random.Next(25); i > 0; i--)
        {
            (IslandNode one, IslandNode other) = (network.Nodes[random.Next(nodes)], network.Nodes[random.Next(nodes)]);
            if (isWalled && one != other && random.Next(8) == 0)
                network.Wall(one.Number, other.Number);
            else
                Trouble(network, random.Next(8), one, other);
            network.Run(random.Next(6) == 0 ? random.Next(20_000) : random.Next(4_000));
        }

        foreach (IslandNode node in network.Nodes)
            node.Start();
    }

    private static void Trouble(IslandNetwork network, int kind, IslandNode node, IslandNode other)
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
