using Mcr.Actors.Messages;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// Rates over one and over ten seconds, and when something was last seen, from totals that are read once a second. It has a ring of the last
/// samples while there is traffic, and nothing while there is none. It knows no clock. Owned by whoever samples.
/// </summary>
/// <param name="at">Of the first sample, on any clock that only goes forward.</param>
/// <param name="counts">What there was then.</param>
internal sealed class TrafficMeter(TimeSpan at, TrafficCounts counts)
{
    /// <summary>One more than the seconds of the longest rate.</summary>
    public const int Samples = 11;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private (TimeSpan At, TrafficCounts Counts)[]? _ring;
    private (TimeSpan At, TrafficCounts Counts) _last = (at, counts);
    private TimeSpan _quietSince = at; // while there is no ring
    private int _count;
    private int _next;

    public TrafficView View { get; private set; } = TrafficView.None;

    /// <summary>There has been traffic within the time that it remembers.</summary>
    public bool IsMoving => _ring is not null;

    /// <param name="now">By the wall clock, for whoever reads it.</param>
    public void Sample(TimeSpan at, DateTimeOffset now, TrafficCounts counts)
    {
        if (at <= _last.At)
            return;
        bool isSeen = counts.Datagrams != _last.Counts.Datagrams;
        if (_ring is null && counts == _last.Counts)
        {
            _last.At = at;
            return;
        }

        if (_ring is null)
        {
            (_ring, _count, _next) = (new (TimeSpan, TrafficCounts)[Samples], 0, 0);
            for (TimeSpan then = at - (Second * (Samples - 1)); then < _last.At; then += Second)
            {
                if (then >= _quietSince)
                    Put((then, _last.Counts)); // it has been the same all the time
            }

            Put(_last);
        }

        _last = (at, counts);
        Put(_last);
        View = new TrafficView(Over(Second), Over(Second * (Samples - 1)), isSeen ? now : View.LastSeen);
        if (_count == Samples && _ring[_next].Counts == counts)
        {
            _quietSince = _ring[_next].At; // as far as it remembers
            _ring = null;
        }
    }

    private void Put((TimeSpan, TrafficCounts) sample)
    {
        _ring![_next] = sample;
        _next = (_next + 1) % Samples;
        _count = Math.Min(_count + 1, Samples);
    }

    /// <summary>Back to the newest sample that is about so old, or to the oldest there is.</summary>
    private TrafficRate Over(TimeSpan time)
    {
        (TimeSpan At, TrafficCounts Counts) from = _last;
        for (int age = 1; age < _count && _last.At - from.At < time - (Second / 2); age++)
            from = _ring![(_next - 1 - age + (2 * Samples)) % Samples];
        double seconds = (_last.At - from.At).TotalSeconds;
        TrafficCounts difference = _last.Counts - from.Counts;
        return new TrafficRate(difference.Datagrams / seconds, difference.Bytes * 8 / seconds, difference.Sent / seconds, difference.Drops / seconds);
    }
}
