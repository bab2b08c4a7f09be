using CsCheck;
using Mcr.Actors.Cluster.Rules;

namespace Mcr.Specs.Cluster.Rules;

/// <summary>
/// Whatever nodes, links, disks and operators do: when all is well again all nodes know and run the same, and nothing that was promised is lost. More of it: MCR_FUZZ_CASES.
/// </summary>
public sealed class ClusterRulesModelSpecs(ITestOutputHelper output)
{
    private static readonly string[] Ids = ["r1", "r2", "file"];

    [Fact]
    public void Nodes_should_end_equal_and_lose_no_acknowledged_write_whatever_happens()
    {
        int conflicts = 0, refused = 0, lost = 0;
        Gen.Select(Gen.Int[3, 5], Gen.Select(Gen.Int[0, 99], Gen.Int[0, 4], Gen.Int[0, 4], Gen.Int[0, 9_999]).Array[10, 150]).Sample(
            (nodes, steps) =>
            {
                var network = new SimulatedNetwork(nodes);
                foreach ((int kind, int one, int other, int which) in steps)
                    Do(network, kind, network.Nodes[one % nodes], network.Nodes[other % nodes], which);
                network.Heal();
                Check(network);
                Interlocked.Add(ref conflicts, network.Nodes[0].Told.Count());
                Interlocked.Add(ref refused, network.Nodes.Sum(n => n.State!.Refused.Count));
                Interlocked.Add(ref lost, network.Operations.Count(o => !o.IsAcknowledged));
            },
            iter: Fuzzing.Cases(2_000),
            print: t => $"{t.Item1} nodes: {string.Join(' ', t.Item2)}");
        output.WriteLine($"{conflicts} conflicts told of on the first node, {refused} rules refused in the end, {lost} operations never acknowledged");
        Assert.True(conflicts > 100 && refused > 100 && lost > 100);
    }

    private static void Do(SimulatedNetwork network, int kind, SimulatedNode node, SimulatedNode other, int which)
    {
        string id = Ids[which % Ids.Length];
        bool isUp = node.State is not null;
        switch (kind)
        {
            case < 22 when isUp:
                node.Change(id, removes: which / 3 % 3 == 0, isFile: id == "file");
                break;
            case >= 22 and < 38 when isUp && node != other:
                node.ChangeAt(new RuleKey(other.Name, id), removes: which / 3 % 3 == 0);
                break;
            case >= 38 and < 64 when isUp:
                node.Step(relayFirst: which % 2 == 0);
                break;
            case >= 64 and < 80:
                network.Deliver(which, again: which % 4 == 0);
                break;
            case >= 80 and < 88 when node != other:
                network.Gossip(node, other);
                break;
            case >= 88 and < 91 when node != other:
                network.Toggle(node, other);
                break;
            case 91 when isUp:
                node.Retry();
                break;
            case >= 92 and < 98 when isUp:
                node.Kill();
                break;
            case >= 92 and < 98:
                node.Start();
                break;
            case 98:
                network.LoseClusterFile(node);
                break;
            case 99:
                while (isUp && !node.IsIdle)
                    node.Step(relayFirst: true);
                break;
            default:
                break;
        }
    }

    private static void Check(SimulatedNetwork network)
    {
        ClusterRules first = network.Nodes[0].State!;
        foreach (SimulatedNode node in network.Nodes)
        {
            ClusterRules state = node.State!;
            Assert.True(first.Shards.SequenceEqual(state.Shards), $"{node.Name} knows other rules than {first.Node}");
            CheckConflicts(node, state);
            foreach (string id in Ids)
                CheckRunning(node, state, id);
        }

        foreach (IGrouping<RuleKey, SimulatedOperation> rule in network.Operations.GroupBy(o => o.Key))
            CheckLosses(rule.Key, first[rule.Key].Value, [.. rule]);
    }

    private static void CheckRunning(SimulatedNode node, ClusterRules state, string id)
    {
        RuleValue? wanted = state[new RuleKey(node.Name, id)].Value;
        if (state.Refused.TryGetValue(id, out RefusedRule? refused))
            Assert.True(SimulatedNetwork.IsRefused(wanted!) && refused.Why.Length > 0);
        else
            Assert.Equal(wanted?.Text, node.Running.GetValueOrDefault(id)?.Text);
        if (node.Running.GetValueOrDefault(id) is { IsFile: true } file)
            Assert.Equal(file, wanted); // nobody else decides about what is in a node's files
        Assert.Equal(state.Refused.Count, state.Pending);
    }

    /// <summary>Each write of each conflict that is there was told of here.</summary>
    private static void CheckConflicts(SimulatedNode node, ClusterRules state)
    {
        foreach ((RuleKey key, RuleRegister register) in state.Shards.SelectMany(s => s.Rules).Where(r => r.Value.Losers.Any()))
        {
            foreach (RuleWrite write in register.Losers.Append(register.Winner!))
                Assert.Contains(node.Told, t => t.StartsWith($"{key}: ", StringComparison.Ordinal) && $"{t} ".Contains($" {write.Writer}:{write.Number} ", StringComparison.Ordinal));
        }
    }

    /// <summary>What there is in the end is what some operation wanted that nobody had seen who did something else and was told that it is done.</summary>
    private static void CheckLosses(RuleKey key, RuleValue? end, SimulatedOperation[] operations)
    {
        IEnumerable<SimulatedOperation> last = operations.Where(o => end is null ? o.Removes : o.Text == end.Text);
        Assert.True(
            last.Any(l => !operations.Any(o => o.IsAcknowledged && o.Seen.Contains(l.Number))) || (end is null && !operations.Any(o => o.IsAcknowledged)),
            $"{key} ends as {end?.Text ?? "removed"}: {string.Join("; ", (IEnumerable<SimulatedOperation>)operations)}");
    }
}
