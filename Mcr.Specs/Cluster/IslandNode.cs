using System.Collections.Immutable;
using Mcr.Actors.Cluster;

namespace Mcr.Specs.Cluster;

/// <summary>
/// One node of an <see cref="IslandNetwork"/>, with what Akka's cluster does for it in short: who joins a member is one; members that know each other come to know the same; a new life of
/// a node waits until the old one is out, and nobody is out while a member that is not told to be gone is out of reach; who was struck off begins anew.
/// </summary>
internal sealed class IslandNode(IslandNetwork network, int number, int[] seeds)
{
    private const int LookInterval = 250; // ms
    private const int Calm = 4;
    private const int JoinInterval = 500;
    private const int AskBackInterval = 1_000;

    private readonly HashSet<string> _asked = [];
    private readonly Dictionary<string, int> _askedBack = [];
    private readonly List<int> _begun = [];
    private ImmutableDictionary<string, Standing> _view = ImmutableDictionary<string, Standing>.Empty; // of the cluster; empty: it is in none
    private HeldBackState _heldBack = new();
    private MovesState _moves = MovesState.None;
    private string? _joins;
    private int _nextLook;
    private int _nextJoin;
    private int _looks;

    private enum Standing
    {
        Member,
        Leaving,
        Down,
        Removed,
    }

    public int Number => number;

    public string Address { get; } = $"n{number}";

    public int Life { get; private set; }

    public string Self { get; private set; } = $"n{number}#0";

    public IslandState? State { get; private set; }

    public bool Lives => State is not null;

    /// <summary>How often it has gone to another island, or begun its join anew.</summary>
    public int Moves { get; private set; }

    /// <summary>When its part of the cluster was begun anew, for whatever reason but a kill.</summary>
    public IReadOnlyList<int> Begun => _begun;

    private TimeSpan Now => TimeSpan.FromMilliseconds(network.Now);

    public void Start()
    {
        if (Lives)
            return;
        Life++;
        Self = $"{Address}#{Life}";
        _view = _view.Clear();
        _heldBack = new HeldBackState();
        _joins = null;
        _asked.Clear();
        _askedBack.Clear();
        _looks = 0;
        _nextLook = network.Now + network.Random.Next(LookInterval);
        State = new IslandState(Self, [.. seeds.Where(s => s != number).Select(s => $"n{s}")], Now) { Hold = _moves.Hold };
    }

    public void Kill()
    {
        State = null;
        _moves = MovesState.None;
    }

    public void Live()
    {
        Gossip();
        Join();
        if (_view.GetValueOrDefault(Self, Standing.Member) >= Standing.Down || network.Nodes.Any(n => n != this && n._view.GetValueOrDefault(Self) == Standing.Removed && n._view.GetValueOrDefault(n.Self, Standing.Removed) == Standing.Member && network.Reaches(this, n)))
        {
            BeginAnew(300);
            return;
        }

        if (network.Now < _nextLook)
            return;
        _nextLook += LookInterval;
        Refresh();
        if (State!.Members is null || _looks++ % Calm == 0)
            Apply(State.Look(Now));
    }

    private IslandNode? Of(string unique) => network.Nodes.FirstOrDefault(n => n.Self == unique);

    /// <summary>All say so that are within its own reach, and it itself.</summary>
    private bool IsReachable(string unique) =>
        Of(unique) is { } node && network.Nodes.All(n => (n != this && (_view.GetValueOrDefault(n.Self, Standing.Removed) != Standing.Member || !network.SeesReachable(this, n))) || network.SeesReachable(n, node));

    private void Refresh()
    {
        if (_view.IsEmpty)
            return;
        ClusterMember[] members = Members();
        (_heldBack, ImmutableArray<string> down) = _heldBack.Look(members, Now);
        foreach (string address in down)
            StrikeOff(address);
        members = Members();
        State = State!.Joined(Island.MembersOf(members), members.Where(m => !m.IsReachable).Select(m => m.Unique).ToHashSet());
        if (members.All(m => m.IsReachable || m.Status == "Down"))
            _view = _view.ToImmutableDictionary(m => m.Key, m => m.Value is Standing.Down or Standing.Leaving ? Standing.Removed : m.Value);
    }

    private ClusterMember[] Members() => [.. _view.Where(m => m.Value != Standing.Removed).Select(m => new ClusterMember("", Island.AddressOf(m.Key), LifeOf(m.Key), m.Value switch { Standing.Member => "Up", Standing.Leaving => "Leaving", _ => "Down" }, IsReachable(m.Key), ""))];

    private void Apply((IslandState Next, ImmutableArray<IslandEffect> Effects) decision)
    {
        State = decision.Next;
        foreach (IslandEffect effect in decision.Effects)
        {
            switch (effect)
            {
                case IslandEffect.Knock knock:
                    Ask(network.Nodes[int.Parse(knock.Seed.AsSpan(1))]);
                    break;
                case IslandEffect.Join join:
                    _joins = join.Address;
                    _nextJoin = network.Now;
                    break;
                case IslandEffect.Found:
                    _view = _view.SetItem(Self, Standing.Member);
                    break;
                case IslandEffect.Move:
                    Moves++;
                    _moves = _moves.Moved(Now);
                    Leave();
                    return;
            }
        }
    }

    /// <summary>In order, which those hear that can, if nobody is out of reach; else after some time, and they do not.</summary>
    private void Leave()
    {
        bool inOrder = _view.Where(m => m.Value < Standing.Down).All(m => IsReachable(m.Key));
        foreach (IslandNode other in network.Nodes.Where(n => n != this && n.Lives && n._view.GetValueOrDefault(Self, Standing.Removed) == Standing.Member && network.Reaches(this, n)))
            other._view = other._view.SetItem(Self, inOrder ? Standing.Down : Standing.Leaving);
        BeginAnew(inOrder ? 300 : 2_300);
    }

    private void BeginAnew(int delay)
    {
        _begun.Add(network.Now);
        State = null;
        network.Post(delay, Start);
    }

    private void Ask(IslandNode other)
    {
        if (!_asked.Add(other.Address))
            return;
        int life = Life;
        if (!network.CanDial(this, other) || network.IsLost())
        {
            network.Post(network.Random.Next(1_000), () => Hear(life, other.Address, null));
            return;
        }

        network.Post(network.Delay(), () =>
        {
            Island? answer = life == Life && network.CanDial(this, other) ? other.State!.Own : null;
            bool isLost = answer is null || network.IsLost();
            if (answer is not null)
                other.AskBack(this);
            network.Post(isLost ? 1_000 : network.Delay(), () => Hear(life, other.Address, isLost ? null : answer));
        });
    }

    private void AskBack(IslandNode who)
    {
        if (State!.Asks(who.Address) || (_askedBack.TryGetValue(who.Address, out int last) && network.Now - last < AskBackInterval))
            return;
        _askedBack[who.Address] = network.Now;
        Ask(who);
    }

    private void Hear(int life, string address, Island? answer)
    {
        if (life != Life || !Lives)
            return;
        _asked.Remove(address);
        Apply(State!.Heard(address, answer, answer is null ? "it does not answer" : null, Now));
    }

    private void Join()
    {
        if (_joins is null || !_view.IsEmpty || network.Now < _nextJoin)
            return;
        _nextJoin = network.Now + JoinInterval;
        IslandNode host = network.Nodes.Single(n => n.Address == _joins);
        if (!network.Reaches(this, host) || host._view.GetValueOrDefault(host.Self, Standing.Removed) != Standing.Member)
            return;
        if (host.At(Address) is { } known && known != Self)
        {
            host.StrikeOff(Address);
            return;
        }

        if (host._view.GetValueOrDefault(Self, Standing.Removed) == Standing.Removed)
            host._view = host._view.SetItem(Self, Standing.Member);
        _view = host._view;
    }

    /// <summary>While one life has joined here and the next one elsewhere, there are two at one address: Akka then takes the one with the least number, which is anybody's.</summary>
    private string? At(string address) => _view.Where(m => m.Value != Standing.Removed && m.Key.StartsWith(address + '#', StringComparison.Ordinal)).Select(m => m.Key).MinBy(m => LifeOf(m) * 40_503 % 257);

    private void StrikeOff(string address)
    {
        if (At(address) is { } member)
            _view = _view.SetItem(member, Standing.Down);
    }

    private static int LifeOf(string unique) => int.Parse(unique.AsSpan(unique.IndexOf('#', StringComparison.Ordinal) + 1));

    /// <summary>What somebody says whom it does not know is not heard, though a third that both know may tell.</summary>
    private void Gossip()
    {
        if (_view.IsEmpty)
            return;
        foreach (IslandNode other in network.Nodes)
        {
            if (other == this || ReferenceEquals(other._view, _view) || !other.Lives || other._view.GetValueOrDefault(Self, Standing.Removed) == Standing.Removed
                || _view.GetValueOrDefault(other.Self, Standing.Removed) != Standing.Member || !network.Hears(this, other))
                continue;
            ImmutableDictionary<string, Standing>.Builder both = _view.ToBuilder();
            foreach ((string member, Standing standing) in other._view)
            {
                if (!_view.TryGetValue(member, out Standing mine) || standing > mine)
                    both[member] = standing;
            }

            _view = both.ToImmutable();
        }
    }
}
