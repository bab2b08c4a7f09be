using System.Collections.Immutable;
using Mcr.Actors.Platform;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// What one interface has open at its port, and what each of its rules uses of that. Immutable. What a new generation of rules does not
/// use any more is retired, and released only when no worker can use it: after that generation was applied, or after the worker's death.
/// </summary>
internal sealed record Allocations
{
    public static readonly Allocations Empty = new();

    public IdPool SocketIds { get; init; } = new(int.MaxValue);

    public IdPool RuleIndexes { get; init; } = new(SlotLayout.RuleCapacity);

    public IdPool OutputIndexes { get; init; } = new(SlotLayout.OutputCapacity);

    public ImmutableDictionary<EgressKey, SocketUse> Sockets { get; init; } = ImmutableDictionary<EgressKey, SocketUse>.Empty;

    /// <summary>With the number of rules that want each.</summary>
    public ImmutableDictionary<Membership, int> Memberships { get; init; } = ImmutableDictionary<Membership, int>.Empty;

    public ImmutableDictionary<RuleId, PlannedRule> Rules { get; init; } = ImmutableDictionary<RuleId, PlannedRule>.Empty;

    /// <summary>Of what workers are to run.</summary>
    public ulong Hash { get; init; } = ResolvedRuleHash.Empty;

    public Retired Retired { get; init; } = Retired.Nothing;

    /// <summary>Everything that workers are to run, in the order of the counters.</summary>
    public ResolvedRuleSet Resolved(long generation) =>
        new(generation, [.. Rules.Values.Select(r => r.Resolved).OfType<ResolvedRule>().OrderBy(r => r.Counter)]);

    /// <summary>Gives back what was retired up to and including <paramref name="generation"/>.</summary>
    /// <returns>What is left, and what the port has to close and leave.</returns>
    public (Allocations Kept, Released Released) Release(long generation)
    {
        if (Retired.IsEmpty)
            return (this, Released.Nothing);
        ImmutableArray<(EgressKey Key, int Id)> sockets = [.. Retired.Sockets.Where(s => s.Value.Generation <= generation).Select(s => (s.Key, s.Value.Id)).OrderBy(s => s.Id)];
        ImmutableArray<Membership> memberships = [.. Retired.Memberships.Where(m => m.Value <= generation).Select(m => m.Key)];
        ImmutableArray<RetiredCounter> counters = [.. Retired.Counters.Where(c => c.Generation <= generation)];
        Allocations kept = this with
        {
            SocketIds = sockets.Aggregate(SocketIds, (pool, s) => pool.Return(s.Id)),
            RuleIndexes = counters.Where(c => !c.IsOutput).Aggregate(RuleIndexes, (pool, c) => pool.Return(c.Index)),
            OutputIndexes = counters.Where(c => c.IsOutput).Aggregate(OutputIndexes, (pool, c) => pool.Return(c.Index)),
            Retired = new Retired(
                Retired.Sockets.RemoveRange(sockets.Select(s => s.Key)),
                Retired.Memberships.RemoveRange(memberships),
                Retired.Counters.RemoveAll(c => c.Generation <= generation)),
        };
        return (kept, new Released([.. sockets.Select(s => s.Id)], memberships));
    }

    /// <summary>A socket that could not be opened, and that no worker has heard of.</summary>
    public Allocations WithoutSocket(EgressKey key) =>
        this with { SocketIds = SocketIds.Return(Sockets[key].Id), Sockets = Sockets.Remove(key) };

    public Allocations WithoutMembership(Membership membership) => this with { Memberships = Memberships.Remove(membership) };
}

/// <param name="Users">How many outputs send by it.</param>
internal readonly record struct SocketUse(int Id, int Users);

/// <summary>What waits to be released, with the first generation that does without it.</summary>
internal sealed record Retired(
    ImmutableDictionary<EgressKey, RetiredSocket> Sockets,
    ImmutableDictionary<Membership, long> Memberships,
    ImmutableList<RetiredCounter> Counters)
{
    public static readonly Retired Nothing = new(ImmutableDictionary<EgressKey, RetiredSocket>.Empty, ImmutableDictionary<Membership, long>.Empty, []);

    public bool IsEmpty => Sockets.IsEmpty && Memberships.IsEmpty && Counters.IsEmpty;
}

internal readonly record struct RetiredSocket(int Id, long Generation);

internal readonly record struct RetiredCounter(bool IsOutput, int Index, long Generation);

internal sealed record Released(ImmutableArray<int> Sockets, ImmutableArray<Membership> Memberships)
{
    public static readonly Released Nothing = new([], []);
}
