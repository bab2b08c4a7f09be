namespace Mcr.Host.Mcrgen;

/// <summary>One <see cref="SequenceTracker"/> for each sender run that is heard, so that a restarted or second sender is not taken for disorder.</summary>
internal sealed class StreamSet
{
    /// <summary>Bounds the memory at 8 MiB.</summary>
    public const int MaxStreams = 64;

    private readonly Dictionary<uint, SequenceTracker> _trackers = [];
    private SequenceTracker? _latest;
    private uint _latestStream;

    public int Streams => _trackers.Count;

    /// <summary>Datagrams that are different from one another.</summary>
    public long Unique { get; private set; }

    public long Duplicated => _trackers.Values.Sum(t => t.Duplicated);

    public long Reordered => _trackers.Values.Sum(t => t.Reordered);

    /// <summary>The lowest sequence of all streams.</summary>
    public ulong? First => Streams == 0 ? null : _trackers.Values.Min(t => t.First);

    /// <summary>The highest sequence of all streams.</summary>
    public ulong? Last => Streams == 0 ? null : _trackers.Values.Max(t => t.Last);

    /// <returns>False when there are too many streams to follow this one.</returns>
    public bool TryAdd(uint stream, ulong sequence)
    {
        if (_latest is null || stream != _latestStream)
        {
            if (!_trackers.TryGetValue(stream, out SequenceTracker? known))
            {
                if (_trackers.Count == MaxStreams)
                    return false;
                _trackers[stream] = known = new SequenceTracker();
            }

            _latest = known;
            _latestStream = stream;
        }

        if (_latest.Add(sequence))
            Unique++;
        return true;
    }

    /// <summary>What is missing between the first and the last datagram of each stream.</summary>
    public long Missing() => Bounded(_trackers.Values.Aggregate(UInt128.Zero, (sum, t) => sum + t.Missing));

    /// <summary>What is missing when each stream began at 0 and <paramref name="count"/> datagrams were to come in all.</summary>
    public long MissingOf(long count)
    {
        UInt128 missing = 0, covered = 0;
        foreach (SequenceTracker tracker in _trackers.Values)
        {
            missing += tracker.MissingFromZero;
            covered += (UInt128)tracker.Last + 1;
        }

        return Bounded(missing + (covered < (UInt128)count ? (UInt128)count - covered : 0));
    }

    private static long Bounded(UInt128 value) => (long)UInt128.Min(value, long.MaxValue);
}
