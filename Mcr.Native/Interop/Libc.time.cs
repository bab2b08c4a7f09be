using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>time.h, sys/time.h</summary>
internal static unsafe partial class Libc
{
    [StructLayout(LayoutKind.Sequential)]
    public struct timespec
    {
        public nint tv_sec;
        public nint tv_nsec;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct timeval
    {
        public nint tv_sec;
        public nint tv_usec;
    }

    /// <summary>Goes on while the host sleeps.</summary>
    public const int CLOCK_BOOTTIME = 7;

    /// <summary>In the vDSO: no system call.</summary>
    [LibraryImport("libc")]
    [SuppressGCTransition]
    public static partial int clock_gettime(int clock, timespec* time);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int nanosleep(timespec* duration, timespec* remaining);
}
