using System.Diagnostics;
using System.Runtime.InteropServices;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Feeds;

/// <summary>What a receiver gets of <see cref="ImpairedPaths"/>: each index, how often, when, and whether a later one was there before.</summary>
/// <param name="own">The address of the device to receive on.</param>
internal sealed class FeedRecorder(NetworkNamespace place, string own, string group, int port) : StreamRecorder(place, own, group, port)
{
    private const int Room = 1 << 23;

    private readonly long[] _first = new long[Room]; // Stopwatch ticks; 0: not yet
    private readonly byte[] _times = new byte[Room];
    private readonly List<(long Index, long Before)> _disorder = [];
    private long _latest = -1;
    private long _count;
    private long _damaged;

    /// <summary>All that came, doubles and all.</summary>
    public long Count => Interlocked.Read(ref _count);

    public long Latest => Interlocked.Read(ref _latest);

    /// <summary>What came is not what was sent.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>Times of <see cref="Stopwatch"/>; 0: it has not come.</summary>
    public long FirstOf(long index) => Volatile.Read(ref _first[index]);

    /// <summary>What became of the datagrams from one index to before another.</summary>
    public FeedOutcome Compare(ImpairedPaths sent, long from, long to)
    {
        (long common, long lost, long doubled, long longest, long before) = (0, 0, 0, 0, 0);
        for (long index = from; index < to; index++)
        {
            if (!sent.HasAny(index))
                common++;
            else if (_times[index] == 0)
                lost++;
            doubled += Math.Max(0, _times[index] - 1);
            if (_first[index] == 0)
                continue;
            if (before != 0)
                longest = Math.Max(longest, _first[index] - before);
            before = Math.Max(before, _first[index]);
        }

        lock (_disorder)
            return new FeedOutcome(to - from, common, lost, doubled, _disorder.Count(d => d.Index >= from && d.Index < to), Damaged, Stopwatch.GetElapsedTime(0, longest));
    }

    protected override void Take(Span<byte> payload, long now)
    {
        Interlocked.Increment(ref _count);
        Span<long> words = MemoryMarshal.Cast<byte, long>(payload[Math.Min(ImpairedPaths.HeaderRoom, payload.Length)..]);
        if (payload.Length != ImpairedPaths.Size || (ulong)words[0] >= Room || words.ContainsAnyExcept(words[0]))
            Interlocked.Increment(ref _damaged);
        else
            Take(words[0], now);
    }

    private void Take(long index, long now)
    {
        if (_times[index] < byte.MaxValue)
            _times[index]++;
        if (_first[index] == 0)
            Volatile.Write(ref _first[index], now);
        if (index > _latest)
        {
            Interlocked.Exchange(ref _latest, index);
        }
        else if (_times[index] == 1)
        {
            lock (_disorder)
                _disorder.Add((index, _latest));
        }
    }
}

/// <param name="Common">No path has carried them.</param>
/// <param name="Lost">Some path has, and they never came out.</param>
/// <param name="Doubled">Came once more, each time.</param>
/// <param name="Disordered">Came behind a later one.</param>
/// <param name="Silence">The longest time between two that came.</param>
internal readonly record struct FeedOutcome(long Sent, long Common, long Lost, long Doubled, long Disordered, long Damaged, TimeSpan Silence)
{
    public bool IsPerfect => (Lost, Doubled, Disordered, Damaged) == (0, 0, 0, 0);

    public override string ToString() => FormattableString.Invariant($"sent={Sent} by_no_path={Common} lost={Lost} doubled={Doubled} disordered={Disordered} damaged={Damaged} silence={Silence.TotalMilliseconds:0.0}ms");
}
