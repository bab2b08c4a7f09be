namespace Mcr.Native.Interop;

/// <summary>CLOCK_REALTIME, which kernel receive timestamps and every process of a host share. In steps of 100 ns.</summary>
internal static class WallClock
{
    public static long Nanoseconds => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100;
}
