using Mcr.Native.Interop;

namespace Mcr.Native.Worker;

/// <summary>Which CPU the calling thread, and those it starts from here on, may run on (sched_setaffinity(2)).</summary>
internal static unsafe class CoreAffinity
{
    /// <exception cref="LinuxException">there is no such CPU, or this process may not use it.</exception>
    public static void Pin(int core)
    {
        if (core == WorkerOptions.AnyCore)
            return;
        const int Words = WorkerOptions.MaxCores / 64;
        ulong* mask = stackalloc ulong[Words];
        new Span<ulong>(mask, Words).Clear();
        mask[core / 64] |= 1UL << (core % 64);
        SysResult.From(Libc.sched_setaffinity(0, Words * sizeof(ulong), mask)).OrThrow($"pin the worker to CPU {core} (see: interfaces.NAME.cores)");
    }
}
