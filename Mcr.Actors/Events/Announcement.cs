using Akka.Event;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Events;

/// <summary>What alarms have to say goes to two places: the log, and whoever listens to events.</summary>
internal static class Announcement
{
    public static void Announce(this EventStream stream, ILoggingAdapter log, RelayEvent news)
    {
        if (news.Severity == EventSeverity.Warning)
            log.Warning("alarm: {Sentence}", news.Sentence);
        else
            log.Info("{Sentence}", news.Sentence);
        stream.Publish(news);
    }

    /// <summary>What is no alarm, as bad as it may be.</summary>
    public static void Tell(this EventStream stream, ILoggingAdapter log, RelayEvent news)
    {
        if (news.Severity == EventSeverity.Info)
            log.Info("{News}", news.Sentence);
        else
            log.Warning("{News}", news.Sentence);
        stream.Publish(news);
    }
}
