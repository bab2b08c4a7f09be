using System.Runtime.InteropServices;
using Mcr.Native.Interop;
using static Mcr.Native.Interop.BpfInstruction;

namespace Mcr.Native.Privileges;

/// <summary>
/// The worker's system call filter (seccomp(2)): an allow-list without socket, connect, bind, listen, execve, ptrace, mount, bpf or
/// io_uring; clone for threads only, signals to this process only. What is not listed fails with EPERM. What the .NET runtime needs was found
/// by running it under the filter (collections, compilation, timers, threads).
/// </summary>
public static unsafe class Seccomp
{
    private const uint X32Bit = 0x40000000; // __X32_SYSCALL_BIT

    // Offsets in struct seccomp_data (linux/seccomp.h); arguments are 64 bits wide, and the low half comes first.
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint FirstArgumentOffset = 16;

    private const int NewNamespaces =
        Libc.CLONE_NEWNS | Libc.CLONE_NEWCGROUP | Libc.CLONE_NEWUTS | Libc.CLONE_NEWIPC | Libc.CLONE_NEWUSER | Libc.CLONE_NEWPID | Libc.CLONE_NEWNET;

    /// <summary>Whatever the arguments.</summary>
    private static readonly int[] Allowed =
    [
        SystemCallsX64.read, SystemCallsX64.write, SystemCallsX64.close, SystemCallsX64.stat, SystemCallsX64.fstat, SystemCallsX64.lstat,
        SystemCallsX64.poll, SystemCallsX64.lseek, SystemCallsX64.mmap, SystemCallsX64.mprotect, SystemCallsX64.munmap, SystemCallsX64.brk,
        SystemCallsX64.rt_sigaction, SystemCallsX64.rt_sigprocmask, SystemCallsX64.rt_sigreturn, SystemCallsX64.ioctl, SystemCallsX64.pread64,
        SystemCallsX64.pwrite64, SystemCallsX64.readv, SystemCallsX64.writev, SystemCallsX64.access, SystemCallsX64.sched_yield, SystemCallsX64.mremap,
        SystemCallsX64.madvise, SystemCallsX64.nanosleep, SystemCallsX64.getpid, SystemCallsX64.sendto, SystemCallsX64.recvfrom, SystemCallsX64.sendmsg,
        SystemCallsX64.recvmsg, SystemCallsX64.shutdown, SystemCallsX64.setsockopt, SystemCallsX64.getsockopt, SystemCallsX64.exit,
        SystemCallsX64.uname, SystemCallsX64.fcntl, SystemCallsX64.flock, SystemCallsX64.ftruncate, SystemCallsX64.readlink, SystemCallsX64.getrusage,
        SystemCallsX64.sysinfo, SystemCallsX64.rt_sigtimedwait, SystemCallsX64.sigaltstack, SystemCallsX64.statfs, SystemCallsX64.sched_getparam,
        SystemCallsX64.sched_setscheduler, SystemCallsX64.sched_getscheduler, SystemCallsX64.sched_get_priority_max, SystemCallsX64.sched_get_priority_min,
        SystemCallsX64.prctl, SystemCallsX64.arch_prctl, SystemCallsX64.gettid, SystemCallsX64.futex, SystemCallsX64.setpriority, SystemCallsX64.sched_setaffinity,
        SystemCallsX64.sched_getaffinity, SystemCallsX64.getdents64, SystemCallsX64.set_tid_address, SystemCallsX64.restart_syscall,
        SystemCallsX64.clock_gettime, SystemCallsX64.clock_nanosleep, SystemCallsX64.exit_group, SystemCallsX64.epoll_wait, SystemCallsX64.epoll_ctl,
        SystemCallsX64.mbind, SystemCallsX64.get_mempolicy, SystemCallsX64.openat, SystemCallsX64.newfstatat, SystemCallsX64.ppoll,
        SystemCallsX64.set_robust_list, SystemCallsX64.epoll_pwait, SystemCallsX64.timerfd_create, SystemCallsX64.timerfd_settime,
        SystemCallsX64.eventfd2, SystemCallsX64.epoll_create1, SystemCallsX64.pipe2, SystemCallsX64.recvmmsg, SystemCallsX64.prlimit64,
        SystemCallsX64.sendmmsg, SystemCallsX64.getcpu, SystemCallsX64.getrandom, SystemCallsX64.memfd_create, SystemCallsX64.membarrier,
        SystemCallsX64.statx, SystemCallsX64.rseq, SystemCallsX64.accept4,
    ];

    /// <summary>False on machines whose system call numbers we have no list for; the worker then says that it runs without a filter.</summary>
    public static bool IsSupported => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Filters all threads of this process, now and in future. Also sets NoNewPrivs in all of them.</summary>
    /// <exception cref="LinuxException">the kernel refused.</exception>
    public static void Install()
    {
        SysResult.From(Libc.prctl(Libc.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)).OrThrow("prctl(PR_SET_NO_NEW_PRIVS)");
        Libc.sock_filter[] program = Program(Environment.ProcessId);
        fixed (Libc.sock_filter* filter = program)
        {
            var fprog = new Libc.sock_fprog { len = (ushort)program.Length, filter = filter };
            int unsynchronised = SysResult.From(Libc.syscall(SystemCalls.Seccomp, Libc.SECCOMP_SET_MODE_FILTER, Libc.SECCOMP_FILTER_FLAG_TSYNC, (nint)(&fprog), 0, 0)).OrThrow("seccomp");
            if (unsynchronised != 0)
                throw new LinuxException($"seccomp: thread {unsynchronised} cannot be filtered", Libc.EACCES);
        }
    }

    /// <summary>The filter as classic BPF.</summary>
    /// <param name="pid">The process it is for.</param>
    internal static Libc.sock_filter[] Program(int pid)
    {
        var program = new List<Libc.sock_filter>
        {
            Load(ArchitectureOffset),
            Jump(Libc.BPF_JEQ, Libc.AUDIT_ARCH_X86_64, 1, 0),
            Return(Libc.SECCOMP_RET_KILL_PROCESS),
            Load(NumberOffset),
            Jump(Libc.BPF_JGE, X32Bit, 0, 1),
            Error(Libc.EPERM),
        };
        foreach (int number in Allowed)
            program.AddRange([Jump(Libc.BPF_JEQ, (uint)number, 0, 1), Return(Libc.SECCOMP_RET_ALLOW)]);

        program.AddRange(
        [
            // A filter cannot look into clone3's struct: without it glibc falls back to clone.
            Jump(Libc.BPF_JEQ, SystemCallsX64.clone3, 0, 1),
            Error(Libc.ENOSYS),

            // Threads of this process, and no new namespace.
            Jump(Libc.BPF_JEQ, SystemCallsX64.clone, 0, 5),
            Load(FirstArgumentOffset),
            Jump(Libc.BPF_JSET, Libc.CLONE_THREAD, 0, 2),
            Jump(Libc.BPF_JSET, NewNamespaces, 1, 0),
            Return(Libc.SECCOMP_RET_ALLOW),
            Error(Libc.EPERM),

            // All workers have the same user: a signal only to ourselves.
            Jump(Libc.BPF_JEQ, SystemCallsX64.tgkill, 0, 3),
            Load(FirstArgumentOffset),
            Jump(Libc.BPF_JEQ, (uint)pid, 0, 1),
            Return(Libc.SECCOMP_RET_ALLOW),
            Error(Libc.EPERM),
        ]);
        return [.. program];
    }

    private static Libc.sock_filter Error(int errno) => Return(Libc.SECCOMP_RET_ERRNO | (uint)errno);
}
