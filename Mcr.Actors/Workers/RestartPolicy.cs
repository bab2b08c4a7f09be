namespace Mcr.Actors.Workers;

/// <summary>
/// When something that keeps dying is started again: at once the first time, then after 250 ms, 500 ms, 1 s … 16 s, for as long as
/// each life is shorter than ten seconds. Pure.
/// </summary>
/// <param name="ShortLives">How many in a row.</param>
public sealed record RestartPolicy(int ShortLives)
{
    public static readonly RestartPolicy Fresh = new(0);

    public static readonly TimeSpan HealthyLife = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(16);

    /// <param name="lived">From its start to its end; a wait between lives does not count.</param>
    public (RestartPolicy Next, TimeSpan Delay) Died(TimeSpan lived)
    {
        int before = lived >= HealthyLife ? 0 : ShortLives;
        TimeSpan delay = before == 0
            ? TimeSpan.Zero
            : TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, FirstDelay.Ticks << Math.Min(before - 1, 30)));
        return (new RestartPolicy(before + 1), delay);
    }
}
