using Mcr.Native.Interop;

namespace Mcr.Specs.Fixtures;

/// <summary>A classic BPF machine for the instructions that our programs use; any other is an exception.</summary>
internal static class BpfMachine
{
    /// <param name="load">What an absolute load gives: its size (BPF_B, BPF_H, BPF_W) and offset.</param>
    /// <returns>What the program returns.</returns>
    public static uint Run(Libc.sock_filter[] program, Func<int, uint, uint> load)
    {
        uint a = 0;
        uint x = 0;
        for (int at = 0; ; at++)
        {
            Libc.sock_filter i = program[at];
            switch (i.code)
            {
                case Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS:
                    a = load(Libc.BPF_B, i.k);
                    break;
                case Libc.BPF_LD | Libc.BPF_H | Libc.BPF_ABS:
                    a = load(Libc.BPF_H, i.k);
                    break;
                case Libc.BPF_LD | Libc.BPF_W | Libc.BPF_ABS:
                    a = load(Libc.BPF_W, i.k);
                    break;
                case Libc.BPF_ALU | Libc.BPF_RSH | Libc.BPF_K:
                    a >>= (int)i.k;
                    break;
                case Libc.BPF_ALU | Libc.BPF_MUL | Libc.BPF_K:
                    a *= i.k;
                    break;
                case Libc.BPF_ALU | Libc.BPF_XOR | Libc.BPF_X:
                    a ^= x;
                    break;
                case Libc.BPF_MISC | Libc.BPF_TAX:
                    x = a;
                    break;
                case Libc.BPF_JMP | Libc.BPF_JA:
                    at += (int)i.k;
                    break;
                case Libc.BPF_JMP | Libc.BPF_JEQ | Libc.BPF_K:
                    at += a == i.k ? i.jt : i.jf;
                    break;
                case Libc.BPF_JMP | Libc.BPF_JGE | Libc.BPF_K:
                    at += a >= i.k ? i.jt : i.jf;
                    break;
                case Libc.BPF_JMP | Libc.BPF_JSET | Libc.BPF_K:
                    at += (a & i.k) != 0 ? i.jt : i.jf;
                    break;
                case Libc.BPF_RET | Libc.BPF_K:
                    return i.k;
                default:
                    throw new InvalidOperationException($"instruction {i.code}");
            }
        }
    }
}
