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

    /// <summary>sys/timex.h, with room for what a later kernel may add.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct timex
    {
        public uint modes;
        public nint offset;
        public nint freq;
        public nint maxerror;
        public nint esterror;
        public int status;
        public nint constant;
        private rest_of_timex _rest;
    }

    [System.Runtime.CompilerServices.InlineArray(40)]
    private struct rest_of_timex
    {
        private long _first;
    }

    public const int STA_UNSYNC = 0x0040;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int adjtimex(timex* time);

    /// <summary>Goes on while the host sleeps.</summary>
    public const int CLOCK_BOOTTIME = 7;

    /// <summary>In the vDSO: no system call.</summary>
    [LibraryImport("libc")]
    [SuppressGCTransition]
    public static partial int clock_gettime(int clock, timespec* time);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int nanosleep(timespec* duration, timespec* remaining);
}
