using System.Collections.Immutable;
using Mcr.Native.Analysis;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// How long the datagrams of the last ten samples took, from a histogram that only grows and is read once a second. It keeps the buckets that have
/// grown, which are few. It knows no clock. Owned by whoever samples.
/// </summary>
/// <param name="counts">By bucket of <see cref="LatencyHistogram"/>, when it begins.</param>
internal sealed class LatencyWindow(ReadOnlySpan<long> counts)
{
    /// <summary>Seconds, when it is asked once a second.</summary>
    public const int Samples = 10;

    private long[]? _last = counts.ContainsAnyExcept(0) ? counts.ToArray() : null; // null: all 0, as of most rules that have just begun
    private (byte Bucket, long Count)[][] _ring = []; // filled when something is sent
    private int _next;

    /// <summary>Nothing has been sent since.</summary>
    public bool IsEmpty { get; private set; } = true;

    public ImmutableArray<long> Recent
    {
        get
        {
            long[] sum = new long[LatencyHistogram.Buckets];
            foreach ((byte bucket, long count) in _ring.SelectMany(sample => sample))
                sum[bucket] += count;
            return [.. sum];
        }
    }

    /// <param name="counts">At least what they were.</param>
    public void Sample(ReadOnlySpan<long> counts)
    {
        _last ??= new long[LatencyHistogram.Buckets];
        if (_ring.Length == 0)
            _ring = [.. Enumerable.Repeat<(byte, long)[]>([], Samples)];
        int grown = 0;
        for (int i = 0; i < _last.Length; i++)
            grown += counts[i] > _last[i] ? 1 : 0;
        (byte, long)[] sample = grown == 0 ? [] : new (byte, long)[grown];
        for (int i = 0, at = 0; at < grown; i++)
        {
            if (counts[i] > _last[i])
                sample[at++] = ((byte)i, counts[i] - _last[i]);
        }

        counts.CopyTo(_last);
        _ring[_next] = sample;
        _next = (_next + 1) % Samples;
        IsEmpty = _ring.All(one => one.Length == 0);
    }
}
