namespace Mcr.Actors.Beside;

/// <summary>What is to be done about something that happened to an ActorSystem beside the relay's.</summary>
internal abstract record BesideEffect
{
    private BesideEffect()
    {
    }

    /// <summary>Make it, on another thread.</summary>
    public sealed record Make : BesideEffect;

    /// <summary>Start anew after this time.</summary>
    public sealed record MakeIn(TimeSpan Delay) : BesideEffect;

    /// <summary>Nothing is to be made any more.</summary>
    public sealed record MakeNoMore : BesideEffect;

    /// <summary>End what runs.</summary>
    public sealed record Terminate : BesideEffect;

    /// <summary>End what runs, but not before this time has passed.</summary>
    public sealed record TerminateIn(TimeSpan Delay) : BesideEffect;

    /// <summary>Have what runs leave in order, and end it when it does not within this time.</summary>
    public sealed record Leave(TimeSpan Limit) : BesideEffect;

    /// <summary>It is at another stage now.</summary>
    /// <param name="Why">A sentence; null: there is nothing to be said.</param>
    public sealed record Became(BesideStage Stage, string? Why) : BesideEffect;

    /// <summary>It runs.</summary>
    /// <param name="IsBack">It had failed before.</param>
    public sealed record Began(bool IsBack) : BesideEffect;

    /// <summary>It was ended to be made anew, which is no fault.</summary>
    public sealed record Moved(string Why) : BesideEffect;

    /// <summary>It has ended by itself, or could not be made.</summary>
    /// <param name="HasRun">Since it failed last.</param>
    /// <param name="IsFirst">It was well before.</param>
    public sealed record Failed(string Why, TimeSpan Delay, bool HasRun, bool IsFirst) : BesideEffect;

    /// <summary>It is gone, and stays so.</summary>
    public sealed record Left : BesideEffect;

    /// <summary>What is in the certificate files cannot be used; said once.</summary>
    public sealed record FilesAreBad(string Problems) : BesideEffect;
}
