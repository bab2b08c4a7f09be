using Mcr.Native.Analysis;
using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

/// <summary>One datagram that the sender has made, and what it is.</summary>
internal sealed record SentDatagram(byte[] Bytes, ushort Key, ushort Life, long Sequence, long SentAt);

/// <summary>
/// What a receiver should say: knows what was sent by its bytes and needs no key and no window; remembers each number it has taken.
/// </summary>
internal sealed class LegModel
{
    private readonly Dictionary<string, SentDatagram> _sent = [];
    private readonly List<Life> _lives = [];
    private readonly List<(long Arrival, long Latency)> _latencies = [];

    public long[] Counts { get; } = new long[Enum.GetValues<LegOutcome>().Length];

    public long Bytes { get; private set; }

    public long Reordered { get; private set; }

    public long Gaps { get; private set; }

    public long LongestGap { get; private set; }

    public long Restarts => Math.Max(0, _lives.Count - 1);

    public long Lost => _lives.Sum(life => life.Taken.Max() - life.First + 1 - life.Taken.Count(n => n >= life.First));

    public void Sent(SentDatagram datagram) => _sent.Add(Convert.ToHexString(datagram.Bytes), datagram);

    public LegVerdict Take(byte[] bytes, ushort[] keys, long arrival)
    {
        LegOutcome outcome = _sent.TryGetValue(Convert.ToHexString(bytes), out SentDatagram? sent) ? Judge(sent, keys) : Refuse(bytes, keys);
        Counts[(int)outcome]++;
        if (outcome != LegOutcome.Good)
            return new LegVerdict(outcome, 0, 0);
        Bytes += bytes.Length - 48;
        _latencies.Add((arrival, arrival - sent!.SentAt));
        return new LegVerdict(outcome, 48, bytes.Length - 48);
    }

    /// <summary>All windows that there were, in order.</summary>
    public List<LegLatencyWindow> Windows()
    {
        var windows = new List<LegLatencyWindow>();
        for (int i = 0; i < _latencies.Count;)
        {
            long since = _latencies[i].Arrival;
            (long Arrival, long Latency)[] inside = [.. _latencies.Skip(i).TakeWhile(l => l.Arrival >= since && l.Arrival < since + LegLatency.WindowLength)];
            windows.Add(new LegLatencyWindow { Since = since, Datagrams = inside.Length, Least = inside.Min(l => l.Latency), Most = inside.Max(l => l.Latency), Sum = inside.Sum(l => l.Latency) });
            i += inside.Length;
        }

        return windows;
    }

    public long[] Histogram() => [.. Enumerable.Range(0, LatencyHistogram.Buckets).Select(bucket => _latencies.LongCount(l => LatencyHistogram.BucketOf(l.Latency) == bucket))];

    private LegOutcome Judge(SentDatagram sent, ushort[] keys)
    {
        if (!keys.Contains(sent.Key))
            return LegOutcome.UnknownKey;
        if (_lives.Count > 0 && sent.Life < _lives[^1].Number)
            return LegOutcome.Old;
        if (_lives.Count == 0 || sent.Life > _lives[^1].Number)
            _lives.Add(new Life(sent.Life, _lives.Count == 0 ? sent.Sequence : 0, []));
        Life life = _lives[^1];
        if (life.Taken.Count > 0 && sent.Sequence <= life.Taken.Max() - 4096)
            return LegOutcome.Old;
        if (life.Taken.Contains(sent.Sequence))
            return LegOutcome.Replayed;
        long expected = life.Taken.Count > 0 ? life.Taken.Max() + 1 : life.First;
        if (sent.Sequence < expected)
            Reordered++;
        if (sent.Sequence > expected)
        {
            Gaps++;
            LongestGap = Math.Max(LongestGap, sent.Sequence - expected);
        }

        life.Taken.Add(sent.Sequence);
        return LegOutcome.Good;
    }

    /// <summary>Nobody has sent it: by the drawing of the header, the first thing that is wrong.</summary>
    private static LegOutcome Refuse(byte[] bytes, ushort[] keys)
    {
        if (bytes.Length < 48)
            return LegOutcome.Short;
        string hex = Convert.ToHexString(bytes);
        if (hex[..8] != "01000030" || bytes[16] >= 0x80 || hex[32..48] == "7FFFFFFFFFFFFFFF")
            return LegOutcome.Version;
        if (hex[16..32] != LegProbe.Leg.ToString("X16"))
            return LegOutcome.UnknownLeg;
        return keys.Contains(Convert.ToUInt16(hex[8..12], 16)) ? LegOutcome.Altered : LegOutcome.UnknownKey;
    }

    /// <param name="First">Numbers before it are nobody's loss.</param>
    private sealed record Life(ushort Number, long First, SortedSet<long> Taken);
}
