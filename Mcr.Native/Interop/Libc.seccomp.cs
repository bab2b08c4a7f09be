namespace Mcr.Native.Interop;

/// <summary>linux/seccomp.h, linux/audit.h, and what linux/sched.h has of clone's flags.</summary>
internal static unsafe partial class Libc
{
    public const int SECCOMP_SET_MODE_FILTER = 1;
    public const int SECCOMP_FILTER_FLAG_TSYNC = 1;
    public const uint SECCOMP_RET_KILL_PROCESS = 0x80000000;
    public const uint SECCOMP_RET_ERRNO = 0x00050000;
    public const uint SECCOMP_RET_ALLOW = 0x7FFF0000;

    public const uint AUDIT_ARCH_X86_64 = 0xC000003E;

    public const int CLONE_THREAD = 0x00010000;
    public const int CLONE_NEWNS = 0x00020000;
    public const int CLONE_NEWCGROUP = 0x02000000;
    public const int CLONE_NEWUTS = 0x04000000;
    public const int CLONE_NEWIPC = 0x08000000;
    public const int CLONE_NEWUSER = 0x10000000;
    public const int CLONE_NEWPID = 0x20000000;
}
