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

    /// <summary>sys/timex.h; eleven reserved words follow.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 208)]
    public struct timex
    {
        public uint modes;
        public nint offset;
        public nint freq;
        public nint maxerror;
        public nint esterror;
        public int status;
        public nint constant;
        public nint precision;
        public nint tolerance;
        public timeval time;
        public nint tick;
        public nint ppsfreq;
        public nint jitter;
        public int shift;
        public nint stabil;
        public nint jitcnt;
        public nint calcnt;
        public nint errcnt;
        public nint stbcnt;
        public int tai;
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
