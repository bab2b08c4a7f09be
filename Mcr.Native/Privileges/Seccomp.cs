using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Native.Privileges;

/// <summary>
/// The worker's system call filter (seccomp(2)): an allow-list without socket, connect, bind, listen, execve, clone of processes,
/// ptrace, mount, bpf or io_uring. What is not listed fails with EPERM. What the .NET runtime needs was found by running it under the
/// filter (collections, compilation, timers, threads).
/// </summary>
public static unsafe class Seccomp
{
    private const uint AuditArchX64 = 0xC000003E;
    private const uint ReturnAllow = 0x7FFF0000;
    private const uint ReturnError = 0x00050000;
    private const uint ReturnKillProcess = 0x80000000;
    private const uint X32Bit = 0x40000000;
    private const int SetModeFilter = 1;
    private const int FlagThreadSync = 1;

    /// <summary>x86-64 numbers (asm/unistd_64.h).</summary>
    private static readonly int[] Allowed =
    [
        0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 24, 25, 28, 35, 39, 44, 45, 46, 47, 48, 54, 55, 60, 63,
        72, 73, 77, 89, 98, 99, 128, 131, 137, 143, 144, 145, 146, 147, 157, 158, 186, 202, 203, 204, 217, 218, 219, 228, 230, 231, 232, 233,
        234, 237, 239, 257, 262, 271, 273, 281, 283, 286, 290, 291, 293, 299, 302, 307, 309, 318, 319, 324, 332, 334, 435,
    ];

    /// <summary>False on machines whose system call numbers we have no list for; the worker then says that it runs without a filter.</summary>
    public static bool IsSupported => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Filters all threads of this process, now and in future. Also sets NoNewPrivs in all of them.</summary>
    /// <exception cref="LinuxException">the kernel refused.</exception>
    public static void Install()
    {
        var program = new List<Libc.sock_filter>
        {
            Load(4), // seccomp_data.arch
            Jump(Libc.BPF_JEQ, AuditArchX64, 1, 0),
            Return(ReturnKillProcess),
            Load(0), // seccomp_data.nr
            Jump(Libc.BPF_JGE, X32Bit, 0, 1),
            Return(ReturnError | Libc.EPERM),
        };
        foreach (int number in Allowed)
        {
            program.Add(Jump(Libc.BPF_JEQ, (uint)number, 0, 1));
            program.Add(Return(ReturnAllow));
        }

        program.Add(Return(ReturnError | Libc.EPERM));
        SysResult.From(Libc.prctl(Libc.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)).OrThrow("prctl(PR_SET_NO_NEW_PRIVS)");
        fixed (Libc.sock_filter* filter = program.ToArray())
        {
            var fprog = new Libc.sock_fprog { len = (ushort)program.Count, filter = filter };
            SysResult.From(Libc.syscall(SystemCalls.Seccomp, SetModeFilter, FlagThreadSync, (nint)(&fprog), 0, 0)).OrThrow("seccomp");
        }
    }

    private static Libc.sock_filter Load(uint offset) => new() { code = Libc.BPF_LD | Libc.BPF_W | Libc.BPF_ABS, k = offset };

    private static Libc.sock_filter Jump(int test, uint k, byte then, byte otherwise) => new() { code = (ushort)(Libc.BPF_JMP | test | Libc.BPF_K), jt = then, jf = otherwise, k = k };

    private static Libc.sock_filter Return(uint k) => new() { code = Libc.BPF_RET | Libc.BPF_K, k = k };
}
