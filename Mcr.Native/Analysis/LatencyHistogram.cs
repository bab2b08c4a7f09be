using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Analysis;

/// <summary>
/// The buckets that time between arrival and send is counted in: eight an octave from 1 µs to 8 s, so that a percentile is at most an eighth too
/// high. Nanoseconds. Pure.
/// </summary>
public static class LatencyHistogram
{
    public const int Buckets = 192;

    private const int FirstOctave = 10; // 2^10 ns, about a microsecond
    private const int PerOctave = 8;
    private const int Octaves = 23;

    /// <summary>Which bucket; also for a clock that was set back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BucketOf(long nanoseconds)
    {
        if (nanoseconds < 1 << FirstOctave)
            return 0;
        int octave = 63 - BitOperations.LeadingZeroCount((ulong)nanoseconds);
        if (octave >= FirstOctave + Octaves)
            return (Octaves * PerOctave) + 1;
        return 1 + ((octave - FirstOctave) * PerOctave) + (int)((nanoseconds >> (octave - 3)) & (PerOctave - 1));
    }

    /// <summary>Nothing in the bucket is longer, but for the last.</summary>
    public static long UpperBound(int bucket)
    {
        if (bucket <= 0)
            return 1 << FirstOctave;
        int at = Math.Min(bucket - 1, (Octaves * PerOctave) - 1);
        int octave = FirstOctave + (at / PerOctave);
        return (1L << octave) + ((long)((at % PerOctave) + 1) << (octave - 3));
    }

    /// <param name="counts">By bucket.</param>
    /// <param name="share">0 to 1.</param>
    /// <returns>Nanoseconds which so many are not longer than; 0 where there are none.</returns>
    public static long Percentile(ReadOnlySpan<long> counts, double share)
    {
        long all = 0;
        foreach (long count in counts)
            all += count;
        if (all == 0)
            return 0;
        long rank = Math.Max(1, (long)Math.Ceiling(share * all));
        long seen = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= rank)
                return UpperBound(i);
        }

        return UpperBound(counts.Length - 1);
    }
}
