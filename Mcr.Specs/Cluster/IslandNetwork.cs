namespace Mcr.Specs.Cluster;

/// <summary>
/// Nodes that find each other by <see cref="Mcr.Actors.Cluster.IslandState"/> over links that can be cut, in one direction too. A link that is cut one way carries no question and no
/// heartbeat, since both want an answer; gossip still comes through the other way. Behind a wall nobody can dial, and can be talked to once he has dialled. Simulated time; one thread.
/// </summary>
internal sealed class IslandNetwork
{
    private const int Tick = 50; // ms

    /// <summary>So long it takes to notice that somebody is out of reach, ms.</summary>
    private const int Detection = 1_000;

    private readonly HashSet<(int From, int To)> _cuts = [];
    private readonly HashSet<(int From, int To)> _walls = [];
    private readonly PriorityQueue<Action, (int At, int Order)> _mail = new();
    private readonly int[,] _lastReached;
    private int _letters;

    /// <param name="seeds">Of each node the numbers of those that it asks by itself; null: all.</param>
    public IslandNetwork(int nodes, int seed, int[][]? seeds = null)
    {
        Random = new Random(seed);
        _lastReached = new int[nodes, nodes];
        Nodes = [.. Enumerable.Range(0, nodes).Select(i => new IslandNode(this, i, seeds?[i] ?? [.. Enumerable.Range(0, nodes)]))];
    }

    public IslandNode[] Nodes { get; }

    public Random Random { get; }

    public int Now { get; private set; }

    /// <summary>Answers come late, or not at all.</summary>
    public bool IsBad { get; set; }

    public void Cut(int from, int to) => _cuts.Add((from, to));

    public void Heal(int from, int to)
    {
        _cuts.Remove((from, to));
        _walls.Remove((from, to));
    }

    /// <summary>From cannot begin to talk to the other.</summary>
    public void Wall(int from, int to) => _walls.Add((from, to));

    public void Heal()
    {
        _cuts.Clear();
        _walls.Clear();
    }

    public bool CanDial(IslandNode from, IslandNode to) => IsWhole(from, to) && !_walls.Contains((from.Number, to.Number));

    /// <summary>Either has dialled the other.</summary>
    public bool Reaches(IslandNode one, IslandNode other) => CanDial(one, other) || CanDial(other, one);

    /// <summary>Also over half a link.</summary>
    public bool Hears(IslandNode to, IslandNode from) => Reaches(from, to) || (from.Lives && to.Lives && !_cuts.Contains((from.Number, to.Number)) && _cuts.Contains((to.Number, from.Number)));

    /// <summary>As heartbeats show it.</summary>
    public bool SeesReachable(IslandNode one, IslandNode other) => one == other || Now - _lastReached[one.Number, other.Number] <= Detection;

    public void Run(int ms)
    {
        for (int until = Now + ms; Now < until; Now += Tick)
        {
            while (_mail.TryPeek(out Action? letter, out (int At, int Order) due) && due.At <= Now)
            {
                _mail.Dequeue();
                letter();
            }

            foreach (IslandNode node in Nodes)
            {
                foreach (IslandNode other in Nodes)
                {
                    if (node.Lives && other.Lives && Reaches(node, other))
                        _lastReached[node.Number, other.Number] = Now;
                }
            }

            foreach (IslandNode node in Nodes.Where(n => n.Lives))
                node.Live();
        }
    }

    /// <returns>Each knows all, in their lives of now, and nobody else.</returns>
    public bool IsOne() => Nodes.All(n => n.State?.Members is { } members && members.SetEquals(Nodes.Select(other => other.Self)));

    /// <returns>All live, are members of something, and those that can dial each other are members of the same.</returns>
    public bool IsTogether() => Nodes.All(n => n.State?.Members is { } members && Nodes.All(other => other == n || !CanDial(n, other) || !CanDial(other, n) || members.Contains(other.Self)));

    public void Post(int delay, Action what) => _mail.Enqueue(what, (Now + delay, _letters++));

    public int Delay() => IsBad ? Random.Next(900) : Random.Next(40);

    public bool IsLost() => IsBad && Random.Next(3) == 0;

    public override string ToString() => $"cuts {Pairs(_cuts)}, walls {Pairs(_walls)}; {string.Join("; ", Nodes.Select(n => $"{n.Self} sees {string.Join(' ', n.State?.Members ?? [])}"))}";

    private static string Pairs(IEnumerable<(int From, int To)> pairs) => string.Join(' ', pairs.Select(p => $"{p.From}>{p.To}"));

    private bool IsWhole(IslandNode one, IslandNode other) => one.Lives && other.Lives && !_cuts.Contains((one.Number, other.Number)) && !_cuts.Contains((other.Number, one.Number));
}
