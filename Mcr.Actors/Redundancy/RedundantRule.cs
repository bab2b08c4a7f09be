using Mcr.Native.Redundancy;
using Mcr.Native.Rules;

namespace Mcr.Actors.Redundancy;

/// <summary>What <see cref="RedundancyState"/> knows and wants of one rule. Times are those of a clock that is never set. Immutable.</summary>
internal sealed record RedundantRule(TakeoverView View)
{
    public EchoPeers Peers { get; init; } = EchoPeers.None;

    /// <summary>The last order to the workers.</summary>
    public long Number { get; init; }

    public TakeoverOrder Kind { get; init; }

    /// <summary>When it was given, which is soon over: a worker that has it new is not to obey it again.</summary>
    public TimeSpan OrderedAt { get; init; }

    public int Rank { get; init; }

    /// <summary>This node is about to take it over.</summary>
    public Move? Move { get; init; }

    /// <summary>It forwards since somebody wanted it so: it stays here for as long as it can.</summary>
    public bool IsByHand { get; init; }

    /// <summary>Since when another has forwarded as well, and goes first; null: none does.</summary>
    public TimeSpan? DoubledSince { get; init; }

    /// <summary>When it was asked last whether the segment carries anything between this node and that one.</summary>
    public TimeSpan? ProbedAt { get; init; }

    /// <summary>It does not: each has an island of its own, and both forward.</summary>
    public bool IsIsland { get; init; }

    /// <summary>Since when this node, which is preferred, could take it back; null: it cannot.</summary>
    public TimeSpan? WellSince { get; init; }

    /// <summary>When it has taken it back last; null: it has not lost it again since, or not at all.</summary>
    public TimeSpan? TookBackAt { get; init; }

    /// <summary>How often in turn it has lost it soon after it had taken it back.</summary>
    public int Flaps { get; init; }

    /// <summary>From whom it was taken, and when; it is looked soon whether that one has noticed.</summary>
    public (string Node, TimeSpan At)? TakenFrom { get; init; }

    /// <summary>When another was asked to take it over.</summary>
    public TimeSpan? AskedAt { get; init; }

    public RedundancySettings Settings => View.Rule.Redundancy!;
}

/// <param name="From">Who forwards it now; null: nobody that is known.</param>
/// <param name="Since">When it was begun.</param>
/// <param name="Why">In a sentence, behind "since".</param>
/// <param name="IsTaking">The other is ready to yield, and the workers have been told to forward.</param>
internal sealed record Move(string? From, TimeSpan Since, string Why, bool IsByHand, bool IsTaking = false);
