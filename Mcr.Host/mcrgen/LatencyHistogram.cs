using System.Numerics;

namespace Mcr.Host.Mcrgen;

/// <summary>
/// Counts of durations in nanoseconds, after HdrHistogram: exact below 256 ns, above that 128 buckets per power of two, so a
/// percentile is too high by less than 0.8 % and never too low. 57 KiB, whatever is recorded.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Precision = 7;
    private const int PerPower = 1 << Precision;
    private const int Buckets = (64 - Precision) * PerPower;

    private readonly long[] _counts = new long[Buckets];

    public long Count { get; private set; }

    /// <summary>Exact.</summary>
    public long Max { get; private set; }

    /// <summary>A negative duration (two clocks that disagree) counts as 0.</summary>
    public void Record(long nanoseconds)
    {
        long value = Math.Max(0, nanoseconds);
        _counts[Index((ulong)value)]++;
        Count++;
        Max = Math.Max(Max, value);
    }

    /// <summary>The smallest recorded value, up to the precision, that <paramref name="fraction"/> of all do not exceed; 0 when nothing was recorded.</summary>
    public long Percentile(double fraction)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(fraction * Count));
        long below = 0;
        for (int i = 0; i < Buckets; i++)
        {
            below += _counts[i];
            if (below >= rank)
                return Math.Min(Max, HighestOf(i));
        }

        return Max;
    }

    private static int Index(ulong value)
    {
        int shift = Math.Max(0, BitOperations.Log2(value | 1) - Precision);
        return shift * PerPower + (int)(value >> shift);
    }

    private static long HighestOf(int index)
    {
        int shift = Math.Max(0, index / PerPower - 1);
        long lowest = (long)(index - shift * PerPower) << shift;
        return lowest + (1L << shift) - 1;
    }
}
