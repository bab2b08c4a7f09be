using Mcr.Native.Interop;

namespace Mcr.Host.Mcrgen;

/// <summary>Sleeps of less than a millisecond, which Thread.Sleep cannot do.</summary>
internal static unsafe class Sleeper
{
    /// <summary>For the calling thread: without it, the default timer slack makes each sleep 50 µs longer. A refusal only makes the pace rougher.</summary>
    public static void Sharpen() => _ = Libc.prctl(Libc.PR_SET_TIMERSLACK, 1, 0, 0, 0);

    /// <param name="seconds">Less than one.</param>
    public static void Sleep(double seconds)
    {
        var duration = new Libc.timespec { tv_nsec = (nint)(seconds * 1e9) };
        _ = Libc.nanosleep(&duration, null);
    }
}
