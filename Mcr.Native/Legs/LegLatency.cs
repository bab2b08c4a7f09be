using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mcr.Native.Legs;

/// <summary>
/// Time of arrival minus time of sending, each by its own host's clock: a way of so long only as far as the two clocks are known to agree, and negative where they do not. By windows of ten seconds of the receiver's
/// clock. Three places take turns, so that the one that was full last is not written for ten seconds and more, and another process may read it without a lock. Loop thread writes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct LegLatency
{
    /// <summary>Nanoseconds that a window lasts, and longer only where nothing arrives.</summary>
    public const long WindowLength = 10_000_000_000;

    private const int Count = 3; // filled, full last, begun next

    private Places _places;
    private long _turn; // how many windows were begun

    /// <summary>The one that was full last; without any datagrams: none was.</summary>
    public readonly LegLatencyWindow Last => _places[PlaceOf(Volatile.Read(in _turn) - 1)];

    /// <summary>The one that is being filled. What is read of it by others may be of one datagram more in one word than in the other.</summary>
    public readonly LegLatencyWindow Current => _places[PlaceOf(Volatile.Read(in _turn))];

    /// <param name="arrival">Nanoseconds since 1970.</param>
    internal void Add(long arrival, long latency)
    {
        ref LegLatencyWindow window = ref _places[PlaceOf(_turn)];
        if (window.Datagrams == 0 || (ulong)(arrival - window.Since) >= WindowLength) // also of a clock that was set back
        {
            long turn = _turn + 1;
            window = ref _places[PlaceOf(turn)];
            window = new LegLatencyWindow { Since = arrival, Least = long.MaxValue, Most = long.MinValue };
            Volatile.Write(ref _turn, turn);
        }

        window.Least = Math.Min(window.Least, latency);
        window.Most = Math.Max(window.Most, latency);
        window.Sum += latency;
        window.Datagrams++;
    }

    private static int PlaceOf(long turn) => (int)((ulong)turn % Count);

    [InlineArray(Count)]
    private struct Places
    {
        private LegLatencyWindow _first;
    }
}

/// <summary>Nanoseconds; without datagrams none of them says anything.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct LegLatencyWindow
{
    /// <summary>Arrival of the first datagram, since 1970.</summary>
    public long Since;

    public long Datagrams;
    public long Least;
    public long Most;
    public long Sum;

    public readonly long Mean => Datagrams <= 0 ? 0 : Sum / Datagrams;
}
