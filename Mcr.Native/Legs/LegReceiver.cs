using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mcr.Native.Analysis;

namespace Mcr.Native.Legs;

/// <summary>
/// The receiving end of one leg: refuses what the other end has not sent or what was taken before, and counts what is lost, late and how long it took. It lies in shared memory with its
/// <see cref="ReplayWindow"/> and <see cref="LatencyHistogram"/> (see <see cref="LegBlock"/>), which outlives the worker, and mcrd reads it there. Loop thread only.
/// <para>
/// What was taken is known as long as this memory is. Whoever begins with new memory needs a key with which nothing was ever sent: else all that was recorded under the old one is fresh again.
/// </para>
/// <para>
/// A greater life of the sender is a restart, from number 0: what is under way of the one before is refused from then on. With a new key a life goes on, so that nothing is lost by it.
/// </para>
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct LegReceiver
{
    /// <summary>64-bit words, of which not all are used.</summary>
    public const int Words = 64;

    private const int OutcomeCount = (int)LegOutcome.Old + 1;

    private long _inUse;
    private long _leg;
    private long _life;
    private long _windowLife; // the life that the window is of, plus 1; 0: of none yet
    private long _first; // numbers before this one are nobody's loss
    private Counts _counts;
    private long _bytes;
    private long _lost;
    private long _gaps;
    private long _longestGap;
    private long _reordered;
    private long _restarts;
    private long _lastArrival;
    private long _lastSentAt;
    private long _key;
    private LegLatency _latency;

    public readonly bool IsInUse => _inUse != 0;

    public readonly ulong Leg => (ulong)_leg;

    /// <summary>Of the sender; 0 also before the first datagram.</summary>
    public readonly ushort Life => (ushort)_life;

    /// <summary>Of payloads that were good.</summary>
    public readonly long Bytes => _bytes;

    /// <summary>Numbers that have not come; one that comes late is none any more.</summary>
    public readonly long Lost => _lost;

    /// <summary>How often numbers were missing when the next one came, however many, and also where they came later.</summary>
    public readonly long Gaps => _gaps;

    public readonly long LongestGap => _longestGap;

    /// <summary>Good, and came after a later one.</summary>
    public readonly long Reordered => _reordered;

    /// <summary>How often the sender began anew.</summary>
    public readonly long Restarts => _restarts;

    /// <summary>Of the last good one, nanoseconds since 1970; 0: none yet, or its time is not known.</summary>
    public readonly long LastArrival => _lastArrival;

    /// <summary>By the sender's clock, nanoseconds since 1970.</summary>
    public readonly long LastSentAt => _lastSentAt;

    /// <summary>Number of the key that the last good one had: the previous key may go when it is the current one's.</summary>
    public readonly ushort Key => (ushort)_key;

    /// <summary>Where it lies, so that what is read of it is read there and in its order.</summary>
    [UnscopedRef]
    public readonly ref readonly LegLatency Latency => ref _latency;

    /// <summary>Datagrams of which this was found.</summary>
    public readonly long Count(LegOutcome outcome) => (uint)outcome < OutcomeCount ? _counts[(int)outcome] : 0;

    /// <summary>The leg is there. One that was there before, in this worker or the one before it, goes on.</summary>
    public void Use(ulong leg, long* histogram)
    {
        if (_inUse != 0 && _leg == (long)leg)
            return;
        this = default;
        new Span<long>(histogram, LatencyHistogram.Buckets).Clear();
        _leg = (long)leg;
        _inUse = 1;
    }

    /// <param name="window"><see cref="ReplayWindow.Words"/> words, of this leg only.</param>
    /// <param name="histogram"><see cref="LatencyHistogram.Buckets"/> words, of this leg only.</param>
    /// <param name="datagram">What follows the UDP header.</param>
    /// <param name="arrival">Nanoseconds since 1970, CLOCK_REALTIME; 0: not known.</param>
    public LegVerdict Take(long* window, long* histogram, ReadOnlySpan<byte> datagram, long arrival, in LegKeys keys)
    {
        LegOutcome outcome = Judge(window, datagram, in keys, out LegHeader header);
        _counts[(int)outcome]++;
        if (outcome != LegOutcome.Good)
            return new LegVerdict(outcome, 0, 0);
        int length = datagram.Length - LegHeader.Size;
        _bytes += length;
        _lastArrival = arrival;
        _lastSentAt = header.SentAt;
        _key = header.Key;
        if (arrival > 0)
        {
            long latency = arrival - header.SentAt;
            histogram[LatencyHistogram.BucketOf(latency)]++;
            _latency.Add(arrival, latency);
        }

        return new LegVerdict(outcome, LegHeader.Size, length);
    }

    /// <summary>Nothing of it is believed, nor remembered, before the MAC was found good.</summary>
    private LegOutcome Judge(long* window, ReadOnlySpan<byte> datagram, in LegKeys keys, out LegHeader header)
    {
        if (!LegHeader.TryRead(datagram, out header, out LegOutcome refusal))
            return refusal;
        if (_inUse == 0 || header.Leg != (ulong)_leg)
            return LegOutcome.UnknownLeg;
        if (!keys.TryFind(header.Key, out LegKey key))
            return LegOutcome.UnknownKey;
        if (!LegHeader.IsAuthentic(datagram, in key))
            return LegOutcome.Altered;
        if (header.Life < _life)
            return LegOutcome.Old;
        if (header.Life != _life || _windowLife != _life + 1)
            Begin(window, in header);
        return TakeNumber(window, header.Sequence);
    }

    /// <summary>
    /// The first datagram of all, or the first of a new life. A worker that is killed in between has written down the new life or has not; in the one case the next begins here again, in the other the old life's window is
    /// still whole.
    /// </summary>
    private void Begin(long* window, in LegHeader header)
    {
        bool isRestart = _windowLife != 0;
        _life = header.Life;
        ReplayWindow.Clear(window);
        _first = isRestart ? 0 : header.Sequence;
        _windowLife = _life + 1;
        if (isRestart)
            _restarts++;
    }

    private LegOutcome TakeNumber(long* window, long sequence)
    {
        long expected = Math.Max(ReplayWindow.Next(window), _first);
        switch (ReplayWindow.Take(window, sequence))
        {
            case ReplayAnswer.Repeated:
                return LegOutcome.Replayed;
            case ReplayAnswer.Old:
                return LegOutcome.Old;
        }

        if (sequence == expected)
            return LegOutcome.Good;
        if (sequence > expected)
        {
            _gaps++;
            _lost += sequence - expected;
            _longestGap = Math.Max(_longestGap, sequence - expected);
            return LegOutcome.Good;
        }

        _reordered++;
        if (sequence >= _first)
            _lost--;
        return LegOutcome.Good;
    }

    [InlineArray(OutcomeCount)]
    private struct Counts
    {
        private long _first;
    }
}
