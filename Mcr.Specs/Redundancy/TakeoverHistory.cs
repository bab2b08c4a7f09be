using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>One history of 2 to 4 nodes, of which the seed says everything: which flow, which events, when, and for how long.</summary>
internal static class TakeoverHistory
{
    private const long Millisecond = TakeoverNetwork.Millisecond;

    /// <returns>Of what was seen: the worst.</returns>
    public static TakeoverWatch Run(int seed)
    {
        var choice = new Random(seed);
        TakeoverFlow flow = choice.Next(10) switch
        {
            < 6 => TakeoverFlow.Dense,
            < 8 => TakeoverFlow.Sparse,
            _ => TakeoverFlow.Bursts,
        };
        var network = new TakeoverNetwork(seed, choice.Next(2, 5), flow);
        long length = flow.IsDense ? 8 * TakeoverNetwork.Second : 120 * TakeoverNetwork.Second;
        for (int left = choice.Next(1, 9); left > 0; left--)
            Plan(network, choice, choice.NextInt64(length));
        if (choice.Next(3) > 0)
            network.Management.Order(network.Nodes[choice.Next(network.Nodes.Length)], TakeoverOrder.Take, 0, 0);
        try
        {
            network.RunFor(length + (length / 2));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}, {network.Nodes.Length} nodes, {flow}, at {network.Now / (double)TakeoverNetwork.Second:F4} s: {e.Message}\n{string.Join('\n', network.Log)}", e);
        }

        return network.Watch;
    }

    private static void Plan(TakeoverNetwork network, Random choice, long at)
    {
        TakeoverNode node = network.Nodes[choice.Next(network.Nodes.Length)];
        TakeoverNode other = network.Nodes[(node.Rank + choice.Next(1, network.Nodes.Length)) % network.Nodes.Length];
        long time = choice.Next(3) switch
        {
            0 => choice.NextInt64(150 * Millisecond),
            1 => choice.NextInt64(1_000 * Millisecond),
            _ => choice.NextInt64(network.Flow.IsDense ? 5_000 * Millisecond : 40_000 * Millisecond),
        };
        bool flag = choice.Next(2) == 0, second = choice.Next(3) == 0;
        (string Name, Action Begin, Action End) plan = choice.Next(11) switch
        {
            0 or 1 => ("is killed", () => Kill(network, node, flag), () => Restart(network, node, flag)),
            2 or 3 => ("is frozen", () => Freeze(node), () => Thaw(node)),
            4 => ("has no output link", () => SetOutput(network, node, false), () => SetOutput(network, node, true)),
            5 => ("has no input link", () => SetInput(network, node, false), () => SetInput(network, node, true)),
            6 => ("is not reached by the sender", () => node.IsInputReached = false, () => node.IsInputReached = true),
            7 => ("is in an island", () => node.Island = other.Rank, () => node.Island = 0),
            8 => ($"and {other.Rank} are cut on the management network", () => network.Management.Cut(node, other, true), () => network.Management.Cut(node, other, false)),
            9 => ($"hands over to {other.Rank}{(flag && second ? ", yield lost" : "")}{(!flag && second ? ", take lost" : "")}", () => HandOver(network, node, other, flag && second, !flag && second), Nothing),
            _ => (flag ? "has no mcrd" : "and all get nothing from the sender", () => SetOther(network, node, flag, false), () => SetOther(network, node, flag, true)),
        };
        network.In(at, () =>
        {
            network.Note($"{node.Rank} {plan.Name}{(flag ? ", flag" : "")}");
            plan.Begin();
        });
        network.In(at + time, () =>
        {
            network.Note($"{node.Rank} {plan.Name}: over");
            plan.End();
        });
    }

    private static void Nothing()
    {
    }

    private static void Kill(TakeoverNetwork network, TakeoverNode node, bool remembers)
    {
        node.Kill();
        if (!remembers)
            network.Management.Forget(node);
    }

    private static void Restart(TakeoverNetwork network, TakeoverNode node, bool remembers)
    {
        if (node.IsAlive)
            return;
        node.Restart(remembers);
        network.Management.LinkChanged(node);
    }

    private static void Freeze(TakeoverNode node)
    {
        if (node.IsRunning)
            node.Freeze();
    }

    private static void Thaw(TakeoverNode node)
    {
        if (node.IsFrozen)
            node.Thaw();
    }

    private static void SetOutput(TakeoverNetwork network, TakeoverNode node, bool isUp)
    {
        node.IsOutputUp = isUp;
        network.Management.LinkChanged(node);
    }

    private static void SetInput(TakeoverNetwork network, TakeoverNode node, bool isUp)
    {
        node.IsInputUp = isUp;
        network.Management.LinkChanged(node);
    }

    private static void SetOther(TakeoverNetwork network, TakeoverNode node, bool isMcrd, bool isThere)
    {
        if (isMcrd)
            node.HasMcrd = isThere;
        else
            network.IsSending = isThere;
    }

    /// <summary>Only a forwarder is asked to.</summary>
    private static void HandOver(TakeoverNetwork network, TakeoverNode from, TakeoverNode to, bool losesYield, bool losesTake)
    {
        if (from.Forwards && to.Could)
            network.Management.HandOver(from, to, losesYield, losesTake);
    }
}
