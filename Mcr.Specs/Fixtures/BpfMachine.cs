using System.Buffers.Binary;
using Mcr.Native.Interop;

namespace Mcr.Specs.Fixtures;

/// <summary>A classic BPF machine for the instructions that our programs use; any other is an exception.</summary>
internal static class BpfMachine
{
    private const int EthernetHeader = 14;
    private const uint VlanTag = unchecked((uint)(Libc.SKF_AD_OFF + Libc.SKF_AD_VLAN_TAG));
    private const uint Protocol = unchecked((uint)(Libc.SKF_AD_OFF + Libc.SKF_AD_PROTOCOL));

    /// <summary>A socket filter over a frame of Ethernet, whose VLAN tag the kernel has taken off.</summary>
    /// <returns>How many bytes of it the program keeps; 0, too, when it loads from behind the end, as in the kernel.</returns>
    public static uint Filter(Libc.sock_filter[] program, byte[] frame, ushort vlan)
    {
        try
        {
            return Run(program, (size, offset) => offset switch
            {
                VlanTag => vlan,
                Protocol => frame.Length < EthernetHeader ? 0u : BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12)),
                _ => size switch
                {
                    Libc.BPF_B => frame[offset],
                    Libc.BPF_H => BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan((int)offset)),
                    _ => BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan((int)offset)),
                },
            });
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            return 0;
        }
    }

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
