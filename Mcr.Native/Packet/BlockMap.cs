using System.Numerics;

namespace Mcr.Native.Packet;

/// <summary>Which blocks of eight bytes of a datagram have come: a bit each. Ranges are half open.</summary>
internal readonly ref struct BlockMap(Span<ulong> words)
{
    private const int Bits = 64;

    private readonly Span<ulong> _words = words;

    public void Clear() => _words.Clear();

    public bool this[int block] => (_words[block / Bits] & (1UL << (block % Bits))) != 0;

    public void Set(int from, int to)
    {
        for (int at = from; at < to; at = NextWord(at))
            _words[at / Bits] |= Mask(at, to);
    }

    public int Count(int from, int to)
    {
        int count = 0;
        for (int at = from; at < to; at = NextWord(at))
            count += BitOperations.PopCount(_words[at / Bits] & Mask(at, to));
        return count;
    }

    private static int NextWord(int at) => (at / Bits + 1) * Bits;

    /// <summary>The bits of <paramref name="at"/>'s word from there on, short of <paramref name="to"/>.</summary>
    private static ulong Mask(int at, int to)
    {
        int end = Math.Min(to - (at / Bits * Bits), Bits);
        return (ulong.MaxValue << (at % Bits)) & (ulong.MaxValue >> (Bits - end));
    }
}
