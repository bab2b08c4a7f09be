namespace Mcr.Native.Interop;

/// <summary>CLOCK_BOOTTIME: never set, the same for every process of a host, and it goes on while the host sleeps. In nanoseconds.</summary>
internal static unsafe class BootClock
{
    public static long Nanoseconds
    {
        get
        {
            Libc.timespec time;
            _ = Libc.clock_gettime(Libc.CLOCK_BOOTTIME, &time);
            return (time.tv_sec * 1_000_000_000L) + time.tv_nsec;
        }
    }
}
