using System.Collections.Immutable;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Events;

/// <summary>The last <see cref="Capacity"/> events of this mcrd, numbered. Immutable and pure.</summary>
internal sealed record EventLog
{
    public const int Capacity = 1000;

    /// <summary>Events in one answer.</summary>
    public const int PageSize = 200;

    public static readonly EventLog Empty = new();

    private ImmutableList<NumberedEvent> _events = [];

    private EventLog()
    {
    }

    /// <summary>The number of the event that comes next.</summary>
    public long Next { get; private init; } = 1;

    private long First => Next - _events.Count;

    public (EventLog Log, NumberedEvent Added) Add(RelayEvent news, DateTimeOffset now)
    {
        var added = new NumberedEvent(Next, now, news);
        ImmutableList<NumberedEvent> kept = _events.Count < Capacity ? _events : _events.RemoveAt(0);
        return (this with { _events = kept.Add(added), Next = Next + 1 }, added);
    }

    public EventReport ReadLast(int count) => Read(Math.Max(First, Next - count), 0);

    /// <param name="from">The number of the first. One that there cannot have been yet is of an earlier mcrd: then everything is new.</param>
    public EventReport ReadFrom(long from) => from > Next ? Read(First, First - 1) : Read(Math.Max(from, First), Math.Max(0, First - Math.Max(1, from)));

    private EventReport Read(long from, long missed)
    {
        ImmutableArray<NumberedEvent> events = [.. _events.Skip((int)(from - First)).Take(PageSize)];
        long next = from + events.Length;
        return new EventReport(events, missed, next, next < Next);
    }
}
