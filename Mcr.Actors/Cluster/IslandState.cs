using System.Collections.Immutable;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Cluster.IslandEffect>;

namespace Mcr.Actors.Cluster;

/// <summary>
/// Which island this node joins. No seed is special: who hears of an island joins it; of nodes that all just start, the one with the least address founds one; who
/// reaches nobody founds one alone. Islands that meet become one, the smaller moving to the larger. Immutable, pure; times are on any clock that does not jump.
/// </summary>
/// <param name="Self">Address and incarnation.</param>
/// <param name="Seeds">Addresses of others.</param>
/// <param name="StartedAt">When the search began.</param>
internal sealed record IslandState(string Self, ImmutableSortedSet<string> Seeds, TimeSpan StartedAt)
{
    /// <summary>Who just starts does not wait longer than this for others that just start.</summary>
    public static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(5);

    /// <summary>A join that has led to nothing is begun anew.</summary>
    public static readonly TimeSpan LongestJoin = TimeSpan.FromSeconds(10);

    /// <summary>Who has moved more than once listens so long before he joins, for those, too, that he cannot ask by himself: each node asks once a second.</summary>
    public static readonly TimeSpan LongestListening = TimeSpan.FromSeconds(2);

    /// <summary>Two lives of one node are mostly one again by then.</summary>
    public static readonly TimeSpan LongestDouble = TimeSpan.FromSeconds(10);

    /// <summary>So often in a row an island has to be apart: gossip is under way now and then.</summary>
    private const int Patience = 2;

    /// <summary>And so often one that is known one way only: while links are cut in part, a third can tell later.</summary>
    private const int LongPatience = 30;

    /// <summary>What was heard longer ago is no reason to move: who is to be asked is asked once a second, and has a second to answer.</summary>
    private static readonly TimeSpan LongestNews = TimeSpan.FromSeconds(5);

    /// <summary>Of nodes that ask and are no seeds so many are remembered.</summary>
    private const int MostAnswers = 1000;

    private static readonly ImmutableDictionary<string, Answer> Nobody = ImmutableDictionary<string, Answer>.Empty;

    /// <summary>Before it moves (<see cref="MovesState"/>).</summary>
    public TimeSpan Hold { get; init; }

    /// <summary>null while searching.</summary>
    public ImmutableSortedSet<string>? Members { get; private init; }

    /// <summary>By address: the last that was heard of it.</summary>
    public ImmutableDictionary<string, Answer> Answers { get; private init; } = Nobody;

    /// <summary>Those that can be reached.</summary>
    private ImmutableSortedSet<string> Near { get; init; } = [];

    private TimeSpan? JoiningSince { get; init; }

    private TimeSpan? DoubledSince { get; init; }

    public Island Own => new(Self, Members ?? []);

    private string Address => Island.AddressOf(Self);

    /// <summary>Seeds that are not members, or such as cannot be reached: there may be a new life of one.</summary>
    private IEnumerable<string> Missing => Seeds.Where(Asks);

    /// <summary>Whether it asks that one by itself. Of members it does not: one that asks nevertheless does not know this node.</summary>
    public bool Asks(string address) => Seeds.Contains(address) && !Has(Near, address);

    /// <summary>The time for another look has come.</summary>
    public (IslandState Next, Effects Effects) Look(TimeSpan now)
    {
        if (Members is null && JoiningSince is { } since && now - since > LongestJoin && now - StartedAt > Hold)
            return (this, [new IslandEffect.Move("the join was not answered")]);
        IslandState looked = this with { DoubledSince = Own.HasDoubles ? DoubledSince ?? now : null };
        if (looked.DoubledSince is { } doubled && now - doubled > LongestDouble && now - StartedAt > Hold)
            return (looked, [new IslandEffect.Move("two lives of one node are members at once, and neither can be struck off by itself")]);
        (IslandState next, Effects effects) = looked.Decide(now);
        return (next, [.. effects, .. next.Missing.Select(seed => new IslandEffect.Knock(seed))]);
    }

    /// <param name="address">Of a seed that was asked, or of a node that asks.</param>
    /// <param name="island">null: nothing was heard, and <paramref name="problem"/> says why.</param>
    public (IslandState Next, Effects Effects) Heard(string address, Island? island, string? problem, TimeSpan now)
    {
        if (Answers.Count >= MostAnswers && !Answers.ContainsKey(address) && !Seeds.Contains(address))
            return (this, []);
        Answer? last = Answers.TryGetValue(address, out Answer? before) && now - before.At <= LongestNews ? before : null;
        int apart = island?.IsApartFrom(Own) == true ? (last?.Apart ?? 0) + 1 : 0;
        int halfKnown = island?.IsHalfKnown(Own) == true ? (last?.HalfKnown ?? 0) + 1 : 0;
        return (this with { Answers = Answers.SetItem(address, new Answer(island, problem, apart, halfKnown, now)) }).Decide(now);
    }

    /// <summary>As the cluster has it now; those that are leaving are none any more. What a member answered before it was one does not count any more.</summary>
    /// <param name="unreachable">Of the members.</param>
    public IslandState Joined(ImmutableSortedSet<string> members, IReadOnlySet<string> unreachable)
    {
        if (!members.Contains(Self))
            return this;
        IslandState next = this with { Members = members, Near = members.Except(unreachable) };
        return next with { Answers = Answers.RemoveRange(Answers.Where(a => Has(next.Near, a.Key) && !(a.Value.Island is { } island && next.Own.IsHalfKnown(island))).Select(a => a.Key)) };
    }

    private static bool Has(ImmutableSortedSet<string> members, string address) => members.Any(m => m.StartsWith(address + '#', StringComparison.Ordinal));

    private (IslandState Next, Effects Effects) Decide(TimeSpan now)
    {
        if (Members is not null)
        {
            if (now - StartedAt < Hold)
                return (this, []);
            foreach (Answer answer in Answers.Values)
            {
                if (answer.Island is not { } other || now - answer.At > LongestNews || !other.Outranks(Own))
                    continue;
                if (answer.Apart >= Patience && other.IsApartFrom(Own))
                    return (this, [new IslandEffect.Move($"there is a larger part of the cluster, or one that counts more, at {other.Self}")]);
                if (answer.HalfKnown >= LongPatience && other.IsHalfKnown(Own))
                    return (this, [new IslandEffect.Move($"this node and {other.Self} do not know each other both ways, nobody tells, and its part of the cluster is the larger, or counts more")]);
            }

            return (this, []);
        }

        if (JoiningSince is not null || (now - StartedAt < Hold && now - StartedAt < LongestListening))
            return (this, []);
        (string Address, Island Island)[] formed = [.. Answers.Where(a => a.Value.Island is { IsFormed: true, HasDoubles: false }).Select(a => (a.Key, a.Value.Island!))];
        if (formed.Length > 0)
        {
            (string Address, Island Island) best = formed.Aggregate((a, b) => b.Island.Outranks(a.Island) ? b : a);
            return (this with { JoiningSince = now }, [new IslandEffect.Join(best.Address)]);
        }

        bool haveAllAnswered = Seeds.All(Answers.ContainsKey);
        bool isLeast = Answers.Where(a => a.Value.Island is not null).All(a => string.CompareOrdinal(Address, a.Key) < 0);
        return (haveAllAnswered && isLeast) || now - StartedAt > LongestSearch ? (this with { JoiningSince = now }, [new IslandEffect.Found()]) : (this, []);
    }

    /// <param name="Island">null: nothing was heard.</param>
    /// <param name="Problem">Why.</param>
    /// <param name="Apart">So often in a row it was another island than this one's.</param>
    /// <param name="HalfKnown">So often in a row it was known one way only.</param>
    /// <param name="At">When it was heard.</param>
    public sealed record Answer(Island? Island, string? Problem, int Apart, int HalfKnown, TimeSpan At);
}
