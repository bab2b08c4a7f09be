using System.Collections.Immutable;
using Mcr.Actors.Workers;

namespace Mcr.Actors.Beside;

/// <summary>Where an ActorSystem beside the relay's is in its life.</summary>
internal enum BesideStage
{
    /// <summary>It is to be made.</summary>
    Waiting,

    /// <summary>It is being made.</summary>
    Starting,

    Running,

    /// <summary>It was told to leave, and is made when it is told to join.</summary>
    Left,
}

/// <summary>
/// An ActorSystem beside the relay's, which is made anew whatever ends it, and when its certificates are renewed. Immutable and pure: one method is one thing that happened, and returns
/// the next state and what is to be done about it, in order. Times are of any clock that does not jump.
/// </summary>
internal sealed record BesideState
{
    public static readonly BesideState Fresh = new();

    /// <summary>What is ended to be made anew is no fault: it is begun at once, but not in a tight circle.</summary>
    public static readonly TimeSpan MoveDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Who has asked by way of it whether certificates were renewed hears the answer first.</summary>
    public static readonly TimeSpan RenewalDelay = TimeSpan.FromMilliseconds(500);

    public static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(2);

    private BesideState()
    {
    }

    public BesideStage Stage { get; private init; }

    /// <summary>How often it has failed.</summary>
    public int Restarts { get; private init; }

    private RestartPolicy Policy { get; init; } = RestartPolicy.Fresh;

    /// <summary>When it began to run; null: it has not since it failed last.</summary>
    private TimeSpan? Begun { get; init; }

    private bool IsBroken { get; init; }

    /// <summary>It was told to leave, and has left or is about to.</summary>
    public bool IsLeaving { get; private init; }

    /// <summary>It was told to join before it had left.</summary>
    private bool WantsBack { get; init; }

    /// <summary>Why it is being ended to be made anew.</summary>
    private string? Move { get; init; }

    /// <summary>Of the certificate files, as they were said.</summary>
    private string FilesProblems { get; init; } = "";

    /// <summary>The time has come.</summary>
    public BesideStep Start() => Stage is BesideStage.Starting or BesideStage.Running
        ? Nothing
        : new BesideStep(this with { Stage = BesideStage.Starting }, [new BesideEffect.Became(BesideStage.Starting, null), new BesideEffect.Make()]);

    /// <summary>Who has left, or is about to, is wanted again.</summary>
    public BesideStep Join() => Stage switch
    {
        BesideStage.Left => (this with { IsLeaving = false }).Start(),
        BesideStage.Starting => new BesideStep(this with { IsLeaving = false }, []),
        _ => new BesideStep(this with { WantsBack = IsLeaving }, []),
    };

    /// <param name="filesProblems">Why it was made with certificate files from before; empty: they are as they are on disk.</param>
    public BesideStep Made(string filesProblems, TimeSpan now)
    {
        (BesideState next, ImmutableArray<BesideEffect> said) = Judge(filesProblems);
        return new BesideStep(
            next with { Stage = BesideStage.Running, Begun = now, IsBroken = false },
            [.. said, new BesideEffect.Began(IsBroken), .. IsLeaving ? LeaveInOrder : []]);
    }

    /// <param name="chance">From 0 to 1, by which waiting times differ.</param>
    public BesideStep NotMade(string why, TimeSpan now, double chance) => Stage is not BesideStage.Starting ? Nothing : IsLeaving ? Leaves() : Fails(why, now, chance);

    /// <inheritdoc cref="NotMade"/>
    public BesideStep Ended(string why, TimeSpan now, double chance) =>
        IsLeaving ? Leaves()
        : Move is not { } move ? Fails(why, now, chance)
        : new BesideStep(this with { Stage = BesideStage.Waiting, Move = null }, [new BesideEffect.Moved(move), new BesideEffect.Became(BesideStage.Waiting, move), new BesideEffect.MakeIn(MoveDelay)]);

    public BesideStep BeginAnew(string why) => Stage is BesideStage.Running && Move is null && !IsLeaving
        ? new BesideStep(this with { Move = why }, [new BesideEffect.Terminate()])
        : Nothing;

    /// <summary>It was to be ended later.</summary>
    public BesideStep MoveIsDue() => Stage is BesideStage.Running && Move is not null ? new BesideStep(this, [new BesideEffect.Terminate()]) : Nothing;

    public BesideStep Leave()
    {
        BesideState next = this with { IsLeaving = true, WantsBack = false };
        BesideStep step = Stage switch
        {
            BesideStage.Running => new BesideStep(next, LeaveInOrder),
            BesideStage.Starting => new BesideStep(next, []), // when it has
            _ => next.Leaves(),
        };
        return step with { Effects = [new BesideEffect.MakeNoMore(), .. step.Effects] };
    }

    /// <summary>It was to leave in order, and has not.</summary>
    public BesideStep LeaveIsOverdue() => IsLeaving && Stage is BesideStage.Running ? new BesideStep(this, [new BesideEffect.Terminate()]) : Nothing;

    /// <summary>
    /// The transport takes another certificate only when it is made anew. What was read before is used until the new files are good.
    /// </summary>
    /// <param name="problems">Of certificate files that are not those it was made with, none for such as can be used; null: they are.</param>
    public BesideStep Looked(IReadOnlyCollection<string>? problems)
    {
        (BesideState next, ImmutableArray<BesideEffect> said) = Judge(string.Join("; ", problems ?? []));
        return problems is not { Count: 0 } || Move is not null || IsLeaving || Stage is not BesideStage.Running
            ? new BesideStep(next, said)
            : new BesideStep(next with { Move = "its certificate was renewed" }, [new BesideEffect.TerminateIn(RenewalDelay)]);
    }

    private static ImmutableArray<BesideEffect> LeaveInOrder => [new BesideEffect.Leave(LeaveLimit)];

    private BesideStep Nothing => new(this, []);

    private BesideStep Judge(string filesProblems) =>
        new(this with { FilesProblems = filesProblems }, filesProblems.Length == 0 || filesProblems == FilesProblems ? [] : [new BesideEffect.FilesAreBad(filesProblems)]);

    /// <summary>Nor does it move, if it was about to.</summary>
    private BesideStep Leaves() => WantsBack
        ? new(
            this with { Stage = BesideStage.Waiting, Move = null, IsLeaving = false, WantsBack = false },
            [new BesideEffect.Became(BesideStage.Waiting, "it has left, and was told to join again"), new BesideEffect.Left(), new BesideEffect.MakeIn(MoveDelay)])
        : new(this with { Stage = BesideStage.Left, Move = null }, [new BesideEffect.Became(BesideStage.Left, null), new BesideEffect.Left()]);

    private BesideStep Fails(string why, TimeSpan now, double chance)
    {
        TimeSpan lived = Begun is { } begun ? now - begun : TimeSpan.Zero; // who does not even begin next time has not lived at all
        (RestartPolicy policy, TimeSpan delay, _) = Policy.Died(lived, now, chance, SystemBeside.NoLimit);
        return new BesideStep(
            this with { Stage = BesideStage.Waiting, Policy = policy, Begun = null, IsBroken = true, Restarts = Restarts + 1 },
            [new BesideEffect.Failed(why, delay, Begun is not null, !IsBroken), new BesideEffect.Became(BesideStage.Waiting, why), new BesideEffect.MakeIn(delay)]);
    }
}

internal readonly record struct BesideStep(BesideState Next, ImmutableArray<BesideEffect> Effects);
