namespace Mcr.Native.Legs;

/// <summary>What a <see cref="ReplayWindow"/> knows of a number.</summary>
public enum ReplayAnswer
{
    /// <summary>Not taken before, and taken now.</summary>
    Fresh,

    /// <summary>So far behind the greatest that it is not known whether it was taken.</summary>
    Old,

    Repeated,
}

/// <summary>
/// Which of the last 4,096 sequence numbers were taken, as of RFC 6479: a ring of blocks of 64, one more than the window is long, so that nothing is shifted and moving on clears whole blocks. In memory
/// that is given and, all 0, has taken nothing:
/// <code>
/// word 0      one more than the greatest number taken
/// word 1..65  block i of the numbers (number / 64) in word 1 + i % 65, a bit each
/// </code>
/// To be asked only for what was found authentic: a number that is not believed yet would move the window and shut out the true ones. Whatever is in the memory, nothing outside of it is touched.
/// Loop thread only.
/// </summary>
public static unsafe class ReplayWindow
{
    public const int Size = 4096;

    public const int Words = 1 + Blocks;

    private const int BlockBits = 64;
    private const int Blocks = (Size / BlockBits) + 1;

    /// <summary>One more than the greatest number taken; 0: none was.</summary>
    public static long Next(long* window) => window[0];

    public static void Clear(long* window) => new Span<long>(window, Words).Clear();

    public static ReplayAnswer Take(long* window, long sequence)
    {
        if ((ulong)sequence >= LegHeader.SequenceEnd)
            return ReplayAnswer.Old;
        long next = window[0];
        if (sequence >= next)
            MoveTo(window, next, sequence);
        else if (next - sequence > Size)
            return ReplayAnswer.Old;
        long* block = BlockOf(window, sequence / BlockBits);
        long bit = 1L << (int)(sequence % BlockBits);
        if ((*block & bit) != 0)
            return ReplayAnswer.Repeated;
        *block |= bit;
        return ReplayAnswer.Fresh;
    }

    /// <summary>
    /// First the number and then the blocks: a worker that is killed in between leaves marks of numbers that are long gone, which refuse some that are true. The other way about it would leave numbers unmarked
    /// that were taken.
    /// </summary>
    private static void MoveTo(long* window, long next, long sequence)
    {
        window[0] = sequence + 1;
        long to = sequence / BlockBits;
        long from = next <= 0 ? 0 : ((next - 1) / BlockBits) + 1;
        for (long block = Math.Max(from, to - Blocks + 1); block <= to; block++)
            *BlockOf(window, block) = 0;
    }

    private static long* BlockOf(long* window, long block) => window + 1 + ((ulong)block % Blocks);
}
