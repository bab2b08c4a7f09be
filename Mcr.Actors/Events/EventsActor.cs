using Akka.Actor;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Events;

/// <summary><c>/user/relay/events</c>: numbers and keeps what others publish as <see cref="RelayEvent"/>, and tells whoever asks, and the webhook.</summary>
internal sealed class EventsActor(IRelayPlatform platform, RelayOptions options, TimeProvider time) : UntypedActor
{
    private readonly IActorRef _webhook = Context.ActorOf(Props.Create(() => new WebhookActor(platform, options, time)), "webhook");
    private EventLog _log = EventLog.Empty;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RelayEvent news:
                (_log, NumberedEvent added) = _log.Add(news, time.GetUtcNow());
                options.Metrics?.Count(news);
                _webhook.Tell(added);
                break;
            case RelayQueries.GetEvents { From: { } from }:
                Sender.Tell(_log.ReadFrom(from));
                break;
            case RelayQueries.GetEvents get:
                Sender.Tell(_log.ReadLast(get.Last));
                break;
            case RelayQueries.GetWebhook or RelayCommands.UseWebhook:
                _webhook.Forward(message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
