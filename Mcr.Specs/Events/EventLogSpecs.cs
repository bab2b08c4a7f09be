using Mcr.Actors.Events;
using Mcr.Actors.Messages;

namespace Mcr.Specs.Events;

/// <summary>What is kept of events, and how it is read on from where one was.</summary>
public sealed class EventLogSpecs
{
    [Fact]
    public void Reader_should_get_each_event_once_and_in_order()
    {
        EventLog log = Filled(450);
        var read = new List<long>();
        EventReport report = log.ReadFrom(1);
        while (true)
        {
            read.AddRange(report.Events.Select(e => e.Number));
            if (!report.HasMore)
                break;
            report = log.ReadFrom(report.Next);
        }

        Assert.Equal(Enumerable.Range(1, 450).Select(n => (long)n), read);
        Assert.Empty(log.ReadFrom(report.Next).Events);
        (log, _) = log.Add(News("one more"), default);
        Assert.Equal("one more", Assert.Single(log.ReadFrom(report.Next).Events).Event.Sentence);
    }

    [Fact]
    public void What_was_overrun_should_be_counted()
    {
        EventReport report = Filled(EventLog.Capacity + 30).ReadFrom(11);
        Assert.Equal(20, report.Missed);
        Assert.Equal(31, report.Events[0].Number);
    }

    [Fact]
    public void Last_ones_should_be_those_that_there_are()
    {
        Assert.Empty(EventLog.Empty.ReadLast(10).Events);
        Assert.Equal([1, 2, 3], Filled(3).ReadLast(10).Events.Select(e => e.Number));
        Assert.Equal([4, 5], Filled(5).ReadLast(2).Events.Select(e => e.Number));
        Assert.Equal((0, 6), (Filled(5).ReadLast(0).Events.Length, Filled(5).ReadLast(0).Next));
    }

    [Fact]
    public void Number_of_an_earlier_mcrd_should_begin_anew()
    {
        EventReport report = Filled(3).ReadFrom(500);
        Assert.Equal([1, 2, 3], report.Events.Select(e => e.Number));
        Assert.Equal(0, report.Missed);
    }

    private static EventLog Filled(int count)
    {
        EventLog log = EventLog.Empty;
        for (int i = 1; i <= count; i++)
            (log, _) = log.Add(News($"event {i}"), default);
        return log;
    }

    private static RelayEvent News(string sentence) => new(EventSeverity.Info, EventKind.Link, sentence);
}
