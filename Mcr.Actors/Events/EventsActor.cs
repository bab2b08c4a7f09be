using Akka.Actor;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Events;

/// <summary><c>/user/relay/events</c>: numbers and keeps what others publish as <see cref="RelayEvent"/>, and tells whoever asks.</summary>
internal sealed class EventsActor(TimeProvider time) : UntypedActor
{
    private EventLog _log = EventLog.Empty;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RelayEvent news:
                (_log, _) = _log.Add(news, time.GetUtcNow());
                break;
            case RelayQueries.GetEvents { From: { } from }:
                Sender.Tell(_log.ReadFrom(from));
                break;
            case RelayQueries.GetEvents get:
                Sender.Tell(_log.ReadLast(get.Last));
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
