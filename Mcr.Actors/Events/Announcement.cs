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
}
