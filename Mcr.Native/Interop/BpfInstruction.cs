namespace Mcr.Native.Interop;

/// <summary>Instructions of classic BPF (linux/filter.h), for socket filters, fanout programs and seccomp alike.</summary>
internal static class BpfInstruction
{
    public static Libc.sock_filter Statement(int code, uint k) => new() { code = (ushort)code, k = k };

    /// <summary>A word at a fixed place.</summary>
    public static Libc.sock_filter Load(uint offset) => Statement(Libc.BPF_LD | Libc.BPF_W | Libc.BPF_ABS, offset);

    /// <summary>Over so many instructions, which are 255 at most.</summary>
    /// <param name="test">BPF_JEQ, BPF_JGE or BPF_JSET, with <paramref name="k"/>.</param>
    public static Libc.sock_filter Jump(int test, uint k, int then, int otherwise) =>
        new() { code = (ushort)(Libc.BPF_JMP | test | Libc.BPF_K), jt = checked((byte)then), jf = checked((byte)otherwise), k = k };

    public static Libc.sock_filter Return(uint k) => Statement(Libc.BPF_RET | Libc.BPF_K, k);
}
