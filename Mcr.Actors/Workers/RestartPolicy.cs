using System.Collections.Immutable;

namespace Mcr.Actors.Workers;

/// <summary>
/// When something that keeps dying is started again: at once the first time, then after 250 ms, 500 ms, 1 s … 16 s, a fifth more or less by
/// chance, for as long as each life is shorter than a minute; and whether it dies so often that waiting will not help. Immutable, pure.
/// </summary>
/// <param name="ShortLives">How many in a row.</param>
public sealed record RestartPolicy(int ShortLives)
{
    public static readonly RestartPolicy Fresh = new(0);

    public static readonly TimeSpan HealthyLife = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(16);

    /// <summary>Of a delay, to both sides: what died together need not come back together.</summary>
    private const double Jitter = 0.2;

    /// <summary>When it died, latest last, as far back as the limit looks.</summary>
    private ImmutableArray<TimeSpan> Deaths { get; init; } = [];

    /// <param name="lived">From its start to its end; a wait between lives does not count.</param>
    /// <param name="now">On any clock that does not jump.</param>
    /// <param name="chance">From 0 to 1.</param>
    /// <returns>Dies too often: more than the limit allows.</returns>
    public (RestartPolicy Next, TimeSpan Delay, bool TooOften) Died(TimeSpan lived, TimeSpan now, double chance, RestartLimit limit)
    {
        int before = lived >= HealthyLife ? 0 : ShortLives;
        TimeSpan delay = before == 0
            ? TimeSpan.Zero
            : TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, FirstDelay.Ticks << Math.Min(before - 1, 30))) * (1 - Jitter + (2 * Jitter * chance));
        ImmutableArray<TimeSpan> deaths = [.. Deaths.Where(d => now - d < limit.Window), now];
        return (new RestartPolicy(before + 1) { Deaths = deaths }, delay, deaths.Length > limit.Restarts);
    }
}

/// <param name="Restarts">So many may be in any time as long as <paramref name="Window"/>.</param>
public sealed record RestartLimit(int Restarts, TimeSpan Window);
