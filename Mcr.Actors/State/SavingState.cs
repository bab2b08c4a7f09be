using System.Collections.Immutable;

namespace Mcr.Actors.State;

/// <summary>
/// When to write: at once, one write at a time, and while one is under way the next has everything that came meanwhile. A write that fails is
/// tried again with growing delay. Immutable and pure.
/// </summary>
/// <param name="IsDirty">There is something that the last write did not have.</param>
/// <param name="Failures">In a row.</param>
/// <param name="Problem">Of the last write; null when it went well.</param>
internal sealed record SavingState(bool IsWriting, bool IsDirty, int Failures, string? Problem)
{
    public static readonly SavingState Idle = new(false, false, 0, null);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    /// <summary>Nothing can be done now that would bring more to disk.</summary>
    private bool IsAtRest => !IsWriting && (!IsDirty || Problem is not null);

    public (SavingState Next, ImmutableArray<SavingEffect> Effects) Changed() =>
        IsWriting || Problem is not null ? (this with { IsDirty = true }, []) : Write();

    /// <param name="problem">null: it is on disk.</param>
    public (SavingState Next, ImmutableArray<SavingEffect> Effects) Written(string? problem)
    {
        SavingState done = this with { IsWriting = false, Problem = problem, Failures = problem is null ? 0 : Failures + 1, IsDirty = IsDirty || problem is not null };
        ImmutableArray<SavingEffect> news = problem == Problem ? [] : [new SavingEffect.Tell(problem)];
        if (problem is not null)
            return (done, [.. news, new SavingEffect.Retry(Delay(done.Failures)), new SavingEffect.Rest()]);
        if (!done.IsDirty)
            return (done, [.. news, new SavingEffect.Rest()]);
        (SavingState next, ImmutableArray<SavingEffect> effects) = done.Write();
        return (next, [.. news, .. effects]);
    }

    public (SavingState Next, ImmutableArray<SavingEffect> Effects) RetryIsDue() => IsWriting || !IsDirty ? (this, []) : Write();

    /// <summary>Somebody wants to know when it rests; a failed write is tried once more for him.</summary>
    public (SavingState Next, ImmutableArray<SavingEffect> Effects) Flush() =>
        IsAtRest && Problem is null ? (this, [new SavingEffect.Rest()]) : RetryIsDue();

    private (SavingState Next, ImmutableArray<SavingEffect> Effects) Write() => (this with { IsWriting = true, IsDirty = false }, [new SavingEffect.Write()]);

    private static TimeSpan Delay(int failures) =>
        failures > 6 ? LongestRetry : TimeSpan.FromTicks(Math.Min(FirstRetry.Ticks << (failures - 1), LongestRetry.Ticks));
}

/// <summary>What <see cref="SavingState"/> wants done, in order.</summary>
internal abstract record SavingEffect
{
    public sealed record Write : SavingEffect;

    public sealed record Retry(TimeSpan Delay) : SavingEffect;

    /// <summary>It has begun to fail, fails for another reason, or (null) works again.</summary>
    public sealed record Tell(string? Problem) : SavingEffect;

    /// <summary>Whoever waits for the end of writing waits no longer.</summary>
    public sealed record Rest : SavingEffect;
}
