using Mcr.Native.Interop;
using static Mcr.Native.Interop.BpfInstruction;

namespace Mcr.Native.Ingress;

/// <summary>
/// The classic BPF program that tells the kernel which socket of a fanout group gets a frame: source and destination address, hashed
/// to a bucket, then the bucket's seat.
/// <para>
/// Ports are no part of the hash: fragments but the first carry none, and a flow of which some datagrams are fragmented would be
/// served by two workers and be reordered (and a fragmented datagram never put together). So all that one host sends to one group stays in
/// one place and in order, whatever its size. The price: several ports of one group and one sender are not spread.
/// </para>
/// </summary>
internal static class FanoutProgram
{
    /// <summary>2^32 over the golden ratio: what differs in a few lower bits differs in the upper ones.</summary>
    public const uint Multiplier = 0x9E3779B1;

    /// <summary>
    /// Between the two multiplications the upper bits are brought down. Without that the second one only adds to the first, and a thousand neighbouring
    /// groups were shared 313, 430, 174, 83 by four seats; with it the shares of groups 1 to 257 apart are within 16 % of even.
    /// </summary>
    public const int MixShift = 15;

    private const int BucketShift = 24; // 32 bits of hash down to 256 buckets

    public static Libc.sock_filter[] Of(BucketTable table)
    {
        if (table.Seats == 1)
            return [Return(0)];
        List<Libc.sock_filter> program =
        [
            Statement(Libc.BPF_LD | Libc.BPF_B | Libc.BPF_ABS, 0), // the version: this program sees a frame from its IP header on
            Statement(Libc.BPF_ALU | Libc.BPF_RSH | Libc.BPF_K, 4),
            Jump(Libc.BPF_JEQ, 4, then: Ipv6.Length + 1, otherwise: 0),
            .. Ipv6,
            Statement(Libc.BPF_JMP | Libc.BPF_JA, (uint)Ipv4.Length),
            .. Ipv4,
            Statement(Libc.BPF_ALU | Libc.BPF_RSH | Libc.BPF_K, BucketShift),
        ];
        AddSeats(program, table, 0, BucketTable.Buckets);
        return [.. program];
    }

    /// <summary>A = destination × m, A = (A ^ A >> 15 ^ source) × m.</summary>
    private static readonly Libc.sock_filter[] Ipv4 = [.. Hash(12, words: 1)];

    /// <summary>The same over each address's four words, exclusive-ored. What is not IP at all ends up here; the socket's filter refuses it.</summary>
    private static readonly Libc.sock_filter[] Ipv6 = [.. Hash(8, words: 4)];

    private static IEnumerable<Libc.sock_filter> Hash(uint source, int words)
    {
        for (int i = 0; i < words; i++)
        {
            yield return Load(source + (uint)((words + i) * 4));
            if (i > 0)
                yield return Statement(Libc.BPF_ALU | Libc.BPF_XOR | Libc.BPF_X, 0);
            if (i < words - 1)
                yield return Statement(Libc.BPF_MISC | Libc.BPF_TAX, 0);
        }

        yield return Statement(Libc.BPF_ALU | Libc.BPF_MUL | Libc.BPF_K, Multiplier);
        yield return Statement(Libc.BPF_MISC | Libc.BPF_TAX, 0);
        yield return Statement(Libc.BPF_ALU | Libc.BPF_RSH | Libc.BPF_K, MixShift);
        yield return Statement(Libc.BPF_ALU | Libc.BPF_XOR | Libc.BPF_X, 0);
        for (int i = 0; i < words; i++)
        {
            yield return Statement(Libc.BPF_MISC | Libc.BPF_TAX, 0);
            yield return Load(source + (uint)(i * 4));
            yield return Statement(Libc.BPF_ALU | Libc.BPF_XOR | Libc.BPF_X, 0);
        }

        yield return Statement(Libc.BPF_ALU | Libc.BPF_MUL | Libc.BPF_K, Multiplier);
    }

    /// <summary>
    /// A binary search over the buckets from <paramref name="first"/> up to <paramref name="end"/>, with one leaf for neighbours of one seat. A half has
    /// at most 128 leaves and so 255 instructions: just what a conditional jump reaches.
    /// </summary>
    private static void AddSeats(List<Libc.sock_filter> program, BucketTable table, int first, int end)
    {
        byte seat = table.SeatOf[first];
        if (!table.SeatOf.AsSpan()[first..end].ContainsAnyExcept(seat))
        {
            program.Add(Return(seat));
            return;
        }

        int middle = (first + end) / 2;
        int at = program.Count;
        program.Add(default);
        AddSeats(program, table, first, middle);
        program[at] = Jump(Libc.BPF_JGE, (uint)middle, then: program.Count - at - 1, otherwise: 0);
        AddSeats(program, table, middle, end);
    }
}
