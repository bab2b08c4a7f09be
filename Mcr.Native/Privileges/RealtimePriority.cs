using Mcr.Native.Interop;

namespace Mcr.Native.Privileges;

/// <summary>
/// A worker's loop before all ordinary threads (SCHED_FIFO, at the lowest of its priorities, sched(7)): a datagram does not wait for the end of
/// whatever the CPU is just at. mcrd gives it; the worker itself has no right to. The kernel keeps a twentieth of each CPU for ordinary
/// threads all the same.
/// </summary>
internal static unsafe class RealtimePriority
{
    private const int Priority = 1;

    /// <summary>Takes CAP_SYS_NICE; without it everything stays as it is, which is said once at start.</summary>
    /// <param name="pid">A child of ours that has not been waited for.</param>
    /// <param name="thread">As the child told; any other process' thread is left alone.</param>
    public static SysResult TryGive(int pid, int thread)
    {
        if (!Directory.Exists($"/proc/{pid}/task/{thread}"))
            return SysResult.FromErrorNumber(Libc.ESRCH);
        var parameters = new Libc.sched_param { sched_priority = Priority };
        return SysResult.From(Libc.sched_setscheduler(thread, Libc.SCHED_FIFO | Libc.SCHED_RESET_ON_FORK, &parameters));
    }
}
