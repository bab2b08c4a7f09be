using System.Collections.Immutable;
using Mcr.Actors.Cluster;

namespace Mcr.Specs.Cluster;

/// <summary>
/// Nodes that find each other by <see cref="IslandState"/> over links that can be cut, with what Akka's cluster does for it in short: who joins a member is one; members that reach and
/// know each other come to know the same; a new life of a node waits until the old one is out, and nobody is out while a member that is not told to be gone cannot be reached.
/// Simulated time; one thread.
/// </summary>
internal sealed class IslandNetwork
{
    private const int Tick = 50; // ms

    private readonly Random _random;
    private readonly HashSet<(int From, int To)> _cuts = [];
    private readonly List<(int At, Action What)> _mail = [];

    public IslandNetwork(int nodes, int seed)
    {
        _random = new Random(seed);
        Nodes = [.. Enumerable.Range(0, nodes).Select(i => new Node(this, i))];
    }

    public Node[] Nodes { get; }

    public int Now { get; private set; }

    /// <summary>Answers come late, or not at all.</summary>
    public bool IsBad { get; set; }

    /// <summary>false, as with Akka: what a node says that the other does not know is not heard, though a third that both know may tell.</summary>
    public bool HearsStrangers { get; init; }

    public void Cut(int from, int to) => _cuts.Add((from, to));

    public void Heal(int from, int to) => _cuts.Remove((from, to));

    public void Heal() => _cuts.Clear();

    public bool Reaches(Node from, Node to) => to.Lives && !_cuts.Contains((from.Number, to.Number)) && !_cuts.Contains((to.Number, from.Number));

    public void Run(int ms)
    {
        for (int until = Now + ms; Now < until; Now += Tick)
        {
            foreach ((int At, Action What) letter in _mail.Where(m => m.At <= Now).OrderBy(m => m.At).ToArray())
            {
                _mail.Remove(letter);
                letter.What();
            }

            foreach (Node node in Nodes.Where(n => n.Lives))
                node.Live();
        }
    }

    /// <returns>Each knows all, in their lives of now, and nobody else.</returns>
    public bool IsOne() => Nodes.All(n => n.State?.Members is { } members && members.SetEquals(Nodes.Select(other => other.Self)));

    private void Post(int delay, Action what) => _mail.Add((Now + delay, what));

    private int Delay() => IsBad ? _random.Next(900) : _random.Next(40);

    private bool IsLost() => IsBad && _random.Next(3) == 0;

    internal enum Standing
    {
        Member,
        Down,
        Removed,
    }

    internal sealed class Node(IslandNetwork network, int number)
    {
        private readonly HashSet<string> _asked = [];
        private ImmutableDictionary<string, Standing> _view = ImmutableDictionary<string, Standing>.Empty; // of the cluster; empty: it is in none
        private string? _joins;
        private int _nextLook;
        private int _nextJoin;
        private int _looks;

        public int Number => number;

        public string Address => $"n{number}";

        public int Life { get; private set; }

        public string Self => $"{Address}#{Life}";

        public IslandState? State { get; private set; }

        public bool Lives => State is not null;

        /// <summary>How often it has gone to another island, or begun its join anew.</summary>
        public int Moves { get; private set; }

        public void Start()
        {
            if (Lives)
                return;
            Life++;
            _view = _view.Clear();
            _joins = null;
            _asked.Clear();
            _looks = 0;
            _nextLook = network.Now + network._random.Next(250);
            State = new IslandState(Self, [.. network.Nodes.Select(n => n.Address).Where(a => a != Address)], TimeSpan.FromMilliseconds(network.Now));
        }

        public void Kill() => State = null;

        public void Live()
        {
            Gossip();
            Join();
            if (network.Now < _nextLook)
                return;
            _nextLook += 250;
            Refresh();
            if (State!.Members is null || _looks++ % 4 == 0)
                Apply(State.Look(TimeSpan.FromMilliseconds(network.Now)));
        }

        private void Refresh() => State = State!.Joined(
            [.. _view.Where(m => m.Value == Standing.Member).Select(m => m.Key)],
            _view.Keys.Where(m => !network.Nodes.Any(n => n.Self == m && (n == this || network.Reaches(this, n)))).ToHashSet());

        private void Apply((IslandState Next, ImmutableArray<IslandEffect> Effects) decision)
        {
            State = decision.Next;
            foreach (IslandEffect effect in decision.Effects)
            {
                switch (effect)
                {
                    case IslandEffect.Knock knock:
                        Ask(network.Nodes.Single(n => n.Address == knock.Seed));
                        break;
                    case IslandEffect.Join join:
                        _joins = join.Address;
                        _nextJoin = network.Now;
                        break;
                    case IslandEffect.Found:
                        _view = _view.SetItem(Self, Standing.Member);
                        break;
                    case IslandEffect.Move:
                        Move();
                        return;
                }
            }
        }

        /// <summary>It leaves in order, which those hear that can; and is there again a little later.</summary>
        private void Move()
        {
            Moves++;
            foreach (Node other in network.Nodes.Where(n => n != this && n.Lives && n._view.ContainsKey(Self) && network.Reaches(this, n)))
                other._view = other._view.SetItem(Self, Standing.Down);
            Kill();
            network.Post(300, Start);
        }

        private void Ask(Node other)
        {
            if (!_asked.Add(other.Address))
                return;
            (int life, Island own) = (Life, State!.Own);
            if (!network.Reaches(this, other) || network.IsLost())
            {
                network.Post(network._random.Next(1000), () => Hear(life, other.Address, null));
                return;
            }

            network.Post(network.Delay(), () =>
            {
                Island? answer = network.Reaches(this, other) ? other.State!.Own : null;
                bool isLost = answer is null || network.IsLost();
                if (answer is not null)
                    other.Apply(other.State!.Heard(Address, own, null, TimeSpan.FromMilliseconds(network.Now)));
                network.Post(isLost ? 1000 : network.Delay(), () => Hear(life, other.Address, isLost ? null : answer));
            });
        }

        private void Hear(int life, string address, Island? answer)
        {
            if (life != Life || !Lives)
                return;
            _asked.Remove(address);
            Apply(State!.Heard(address, answer, answer is null ? "it does not answer" : null, TimeSpan.FromMilliseconds(network.Now)));
        }

        private void Join()
        {
            if (_joins is null || !_view.IsEmpty || network.Now < _nextJoin)
                return;
            _nextJoin = network.Now + 500;
            Node host = network.Nodes.Single(n => n.Address == _joins);
            if (!network.Reaches(this, host) || host._view.GetValueOrDefault(host.Self, Standing.Removed) != Standing.Member)
                return;
            string? before = host._view.Where(m => m.Value != Standing.Removed && m.Key.StartsWith(Address + '#', StringComparison.Ordinal)).Select(m => m.Key).FirstOrDefault();
            if (before is not null)
            {
                host._view = host._view.SetItem(before, Standing.Down);
                return;
            }

            host._view = host._view.SetItem(Self, Standing.Member);
            _view = host._view;
        }

        private void Gossip()
        {
            if (_view.IsEmpty)
                return;
            foreach (Node other in network.Nodes.Where(n => n != this && n._view.ContainsKey(Self) && (network.HearsStrangers || _view.GetValueOrDefault(n.Self, Standing.Removed) == Standing.Member) && network.Reaches(this, n)))
            {
                foreach ((string member, Standing standing) in other._view)
                {
                    if (!_view.TryGetValue(member, out Standing mine) || standing > mine)
                        _view = _view.SetItem(member, standing);
                }
            }

            bool isAgreed = _view.Where(m => m.Value == Standing.Member).All(m => network.Nodes.Any(n => n.Self == m.Key && (n == this || (network.Reaches(this, n) && network.Nodes.All(third => third == n || !_view.ContainsKey(third.Self) || network.Reaches(third, n))))));
            if (isAgreed)
                _view = _view.ToImmutableDictionary(m => m.Key, m => m.Value == Standing.Down ? Standing.Removed : m.Value);
        }
    }
}
