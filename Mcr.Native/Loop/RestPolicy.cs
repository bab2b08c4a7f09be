using Mcr.Native.Worker;

namespace Mcr.Native.Loop;

/// <summary>
/// How long the loop rests after a batch. A fast loop on a fast stream takes two or three frames at a time and pays a wake-up and a send for
/// them; with a short rest the next batch has some dozens, which leave in one send. Pure: told what was taken and when, it answers with
/// microseconds. Loop thread only.
/// </summary>
internal struct RestPolicy(int coalesceMicroseconds)
{
    /// <summary>
    /// Frames a second, over one <see cref="Window"/>, from which on it pays; below, latency matters more. Well above 100,000, so that a stream of that rate
    /// whose sender was held up for some milliseconds does not count as a fast one.
    /// </summary>
    internal const int FastRate = 125_000;

    /// <summary>Below this it stops again.</summary>
    internal const int SlowRate = 112_000;

    internal const int MaxMicroseconds = 300;

    internal const int MaxVain = 3;

    /// <summary>Frames that are to be there after a rest: a wake-up costs as much as ten of them, and two batches share it.</summary>
    internal const int TargetFrames = 96;

    /// <summary>Nanoseconds over which the rate is measured.</summary>
    internal const long Window = 25_000_000;

    private long _began;
    private long _frames;
    private int _automatic; // microseconds while the stream is fast, else 0
    private int _vain; // rests in a row after which nothing was there

    /// <summary>False when no answer depends on the time.</summary>
    public readonly bool NeedsTime => coalesceMicroseconds == WorkerOptions.CoalesceAuto;

    /// <param name="frames">Of the turn just done, more than none.</param>
    /// <param name="isFull">There may be more already, so there is nothing to wait for.</param>
    /// <param name="now">Nanoseconds, of any clock that does not jump; any value unless <see cref="NeedsTime"/>.</param>
    /// <returns>Microseconds, 0 for none.</returns>
    public int After(int frames, bool isFull, long now)
    {
        _vain = 0;
        if (NeedsTime)
            Measure(frames, now);
        return isFull ? 0 : NeedsTime ? _automatic : coalesceMicroseconds;
    }

    /// <summary>
    /// There was nothing. On a fast stream whose sender works in bursts, poll(2) would wake us for the first frame of the next one, and its companions
    /// would miss that send: so another rest, a few times; then the stream has paused and may wait for poll.
    /// </summary>
    /// <returns>Microseconds, 0 for none.</returns>
    public int AfterNone() => _vain++ < MaxVain ? _automatic : 0;

    private void Measure(int frames, long now)
    {
        _frames += frames;
        long elapsed = now - _began;
        if (elapsed < Window)
            return;

        // Frames are counted, not datagrams: a merged frame has its company with it.
        long rate = (long)(_frames * 1e9 / elapsed);
        _automatic = rate >= (_automatic == 0 ? FastRate : SlowRate) ? (int)Math.Min(TargetFrames * 1_000_000L / rate, MaxMicroseconds) : 0;
        _began = now;
        _frames = 0;
    }
}
