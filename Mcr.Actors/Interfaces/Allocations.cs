using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Platform;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Interfaces;

/// <summary>An output within its interface: a rule never has the same one twice.</summary>
internal sealed record OutputKey(RuleId Rule, string Interface, IPAddress Group, ushort Port)
{
    public static OutputKey Of(RuleId rule, RuleOutput output) => new(rule, output.Interface, output.Group, output.Port);
}

/// <summary>
/// What one interface has open at its port and which counter entries its rules have. Immutable. What a new generation of rules does not
/// use any more is retired, and released only when no worker can use it: after that generation was applied, or after the worker's death.
/// </summary>
internal sealed record Allocations
{
    public static readonly Allocations Empty = new();

    public IdPool SocketIds { get; init; } = new(int.MaxValue);

    public IdPool RuleIndexes { get; init; } = new(SlotLayout.RuleCapacity);

    public IdPool OutputIndexes { get; init; } = new(SlotLayout.OutputCapacity);

    public ImmutableDictionary<EgressKey, int> Sockets { get; init; } = ImmutableDictionary<EgressKey, int>.Empty;

    public ImmutableHashSet<Membership> Memberships { get; init; } = [];

    /// <summary>Counter entries. A rule keeps its own for as long as it exists, so that its counters never fall back.</summary>
    public ImmutableDictionary<RuleId, int> RuleCounters { get; init; } = ImmutableDictionary<RuleId, int>.Empty;

    public ImmutableDictionary<OutputKey, int> OutputCounters { get; init; } = ImmutableDictionary<OutputKey, int>.Empty;

    public Retired Retired { get; init; } = Retired.Nothing;

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
        this with { SocketIds = SocketIds.Return(Sockets[key]), Sockets = Sockets.Remove(key) };

    public Allocations WithoutMembership(Membership membership) => this with { Memberships = Memberships.Remove(membership) };
}

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
