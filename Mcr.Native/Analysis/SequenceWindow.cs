using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Analysis;

/// <summary>
/// Counts what sequence numbers say: lost, reordered, duplicated, begun anew. Works on the words of a <see cref="StreamBlock.Flow"/>, for numbers of 8 to 64
/// bits that wrap, and for datagrams that take several numbers each. A number that comes late, up to 64 behind, is no longer lost but reordered.
/// Loop thread only.
/// </summary>
internal static unsafe class SequenceWindow
{
    /// <summary>A jump ahead by more than this is not taken for a loss but, if the next number follows it, for a new beginning.</summary>
    public const long MaxLoss = 1 << 20;

    private const int WindowBits = 64;

    private const long Set = long.MinValue; // bit 63 of the candidate: there is one

    private const long Unknown = 1; // in place of a candidate: the next number may be any

    /// <summary>Others may have had some of its datagrams: where it goes on says nothing.</summary>
    public static void Forget(long* flow) => flow[StreamBlock.Flow.Candidate] = Unknown;

    /// <summary>The first datagram of a flow.</summary>
    public static void Begin(long* flow, ulong number, int count, ulong mask)
    {
        flow[StreamBlock.Flow.Next] = (long)((number + (ulong)count) & mask);
        flow[StreamBlock.Flow.Window] = -1; // what came before is nobody's loss
        flow[StreamBlock.Flow.Candidate] = 0;
    }

    /// <param name="count">How many numbers the datagram takes, 0 or more.</param>
    /// <param name="mask">All bits that a number has.</param>
    public static void Take(long* flow, ulong number, int count, ulong mask)
    {
        ulong next = (ulong)flow[StreamBlock.Flow.Next];
        if (number == next)
        {
            Advance(flow, number, 0, count, mask);
            return;
        }

        if (flow[StreamBlock.Flow.Candidate] == Unknown)
        {
            Begin(flow, number, count, mask);
            return;
        }

        ulong ahead = (number - next) & mask;
        ulong half = (mask >> 1) + 1;
        if (ahead < half && ahead <= MaxLoss)
        {
            flow[StreamBlock.Flow.Gaps]++;
            flow[StreamBlock.Flow.Lost] += (long)ahead;
            flow[StreamBlock.Flow.LongestGap] = Math.Max(flow[StreamBlock.Flow.LongestGap], (long)ahead);
            flow[StreamBlock.Flow.InOrder] = 0;
            Advance(flow, number, ahead, count, mask);
            return;
        }

        ulong behind = (next - number) & mask;
        ulong hidden = behind <= WindowBits ? 0 : behind - WindowBits; // of its numbers, those that are too long ago to tell
        if (behind < half && hidden < Math.Max(1, (ulong)count))
            TakeLate(flow, (int)(behind - hidden), count - (int)hidden, mask);
        else
            TakeStray(flow, number, count, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Advance(long* flow, ulong number, ulong ahead, int count, ulong mask)
    {
        ulong shift = ahead + (ulong)count;
        ulong window = shift >= 64 ? 0 : (ulong)flow[StreamBlock.Flow.Window] << (int)shift;
        flow[StreamBlock.Flow.Window] = (long)(window | Ones(count));
        flow[StreamBlock.Flow.Next] = (long)((number + (ulong)count) & mask);
        flow[StreamBlock.Flow.InOrder]++;
        flow[StreamBlock.Flow.Candidate] = 0;
    }

    /// <summary>So many datagrams of one number each, all in order.</summary>
    /// <param name="next">The number that comes next now.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Advance(long* flow, int datagrams, ulong next)
    {
        flow[StreamBlock.Flow.Window] = (long)(((ulong)flow[StreamBlock.Flow.Window] << datagrams) | Ones(datagrams)); // from 64 on all of them are
        flow[StreamBlock.Flow.Next] = (long)next;
        flow[StreamBlock.Flow.InOrder] += datagrams;
        flow[StreamBlock.Flow.Candidate] = 0;
    }

    /// <param name="behind">1 to 64.</param>
    /// <param name="count">May reach beyond what came before: sent again, in other datagrams.</param>
    private static void TakeLate(long* flow, int behind, int count, ulong mask)
    {
        int late = Math.Min(count, behind);
        if (late == 0)
            return;
        ulong numbers = Ones(late) << (behind - late);
        int missing = BitOperations.PopCount(numbers & ~(ulong)flow[StreamBlock.Flow.Window]);
        flow[StreamBlock.Flow.Lost] -= missing;
        flow[StreamBlock.Flow.Window] |= (long)numbers;
        if (missing > 0)
            flow[StreamBlock.Flow.Reordered]++;
        else if (late == count)
            flow[StreamBlock.Flow.Duplicates]++;
        if (late < count)
            Advance(flow, (ulong)flow[StreamBlock.Flow.Next], 0, count - late, mask);
    }

    /// <summary>RFC 3550 A.1: two in a row from elsewhere are a sender that began anew; one is a stray.</summary>
    private static void TakeStray(long* flow, ulong number, int count, ulong mask)
    {
        ulong after = (number + (ulong)count) & mask;
        long candidate = flow[StreamBlock.Flow.Candidate];
        flow[StreamBlock.Flow.InOrder] = 0;
        if (candidate != 0 && (((ulong)candidate ^ number) & mask & long.MaxValue) == 0)
        {
            flow[StreamBlock.Flow.Restarts]++;
            flow[StreamBlock.Flow.Strays]--; // the first of the two was none
            Begin(flow, number, count, mask);
            return;
        }

        flow[StreamBlock.Flow.Strays]++;
        flow[StreamBlock.Flow.Candidate] = (long)after | Set;
    }

    private static ulong Ones(int count) => count >= 64 ? ulong.MaxValue : (1UL << count) - 1;
}
