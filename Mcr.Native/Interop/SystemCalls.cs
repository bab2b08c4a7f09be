using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>Numbers of system calls made without glibc's wrapper: those it lacks, and those whose wrapper acts on all threads where we mean one.</summary>
internal static class SystemCalls
{
    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    // asm/unistd_64.h, else asm-generic/unistd.h (arm64, riscv64)
    public static int SetResUid => IsX64 ? 117 : 147;

    public static int SetResGid => IsX64 ? 119 : 149;

    public static int SetGroups => IsX64 ? 116 : 159;

    public static int CapSet => IsX64 ? 126 : 91;

    public static int Seccomp => IsX64 ? 317 : 277;

    public static int GetTid => IsX64 ? 186 : 178;

    public const int PidfdSendSignal = 424;
    public const int PidfdOpen = 434;
}
