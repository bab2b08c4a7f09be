using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Events;

/// <summary>
/// <c>/user/relay/events/webhook</c>: posts events to where the operator wants them, beside everybody else. Which and when is <see cref="WebhookState"/>'s decision. It
/// opens nothing while there is no URL.
/// </summary>
internal sealed class WebhookActor : UntypedActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IRelayPlatform _platform;
    private readonly RelayOptions _options;
    private readonly TimeProvider _time;
    private IWebhook? _receiver;
    private WebhookState _state;

    public WebhookActor(IRelayPlatform platform, RelayOptions options, TimeProvider time)
    {
        _platform = platform;
        _options = options;
        _time = time;
        _state = new WebhookState(options.Webhook); // as it is now: this may be another life, after a reload
        _receiver = Open(_state.Settings);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PostStop()
    {
        _receiver?.Dispose();
        if (_state.Waiting > 0)
            _log.Info("{Count} events were not posted to {Place} before the end", _state.Waiting, _state.Settings.Place);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NumberedEvent when _receiver is null:
                break;
            case NumberedEvent news:
                Apply(_state.Take(news));
                break;
            case Answered answered:
                Apply(_state.Answered(answered.Attempt, answered.Reply, _time.GetUtcNow()));
                break;
            case RestIsOver:
                Apply(_state.RestIsOver());
                break;
            case RelayQueries.GetWebhook:
                Sender.Tell(_receiver is null ? new RelayQueries.WebhookReport(null) : _state.Report);
                break;
            case RelayCommands.UseWebhook use:
                Use(use.Settings);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Use(WebhookSettings settings)
    {
        int lost = settings.IsOff ? _state.Waiting : 0;
        Timers.CancelAll();
        _receiver?.Dispose();
        _receiver = Open(settings);
        Apply(_state.Use(settings));
        string sentence = settings.IsOff ? $"events are posted nowhere any more{(lost > 0 ? $"; {lost} that waited are dropped" : "")}" : $"events are posted to {settings.Place} from now on";
        _log.Info("{Sentence}", sentence);
        Sender.Tell(new CommandResult.Ok(sentence));
    }

    private IWebhook? Open(WebhookSettings settings) => settings.IsOff ? null : _platform.OpenWebhook(settings, $"mcrd/{_options.Version}");

    private void Apply((WebhookState Next, ImmutableArray<WebhookEffect> Effects) decision)
    {
        _state = decision.Next;
        foreach (WebhookEffect effect in decision.Effects)
        {
            switch (effect)
            {
                case WebhookEffect.Post post:
                    byte[] json = EventViews.Json(Environment.MachineName, _options.NodeName, _options.Version, post.Content);
                    _receiver!.PostAsync(json).PipeTo(
                        Self,
                        Self,
                        reply => new Answered(post.Attempt, reply),
                        failure => new Answered(post.Attempt, new WebhookReply(WebhookVerdict.Failed, failure.Message)));
                    break;
                case WebhookEffect.Rest rest:
                    Timers.StartSingleTimer(nameof(RestIsOver), new RestIsOver(), rest.Delay);
                    break;
                case WebhookEffect.Tell { Reply: { Verdict: WebhookVerdict.Refused } reply } tell:
                    _log.Warning("events are refused by {Place}: {Why}. {Count} events are given up, and so are later ones while this goes on; see whether mcr.events.webhook (url, authorization) is what the receiver wants", _state.Settings.Place, reply.Why, tell.GivenUp);
                    break;
                case WebhookEffect.Tell tell:
                    _log.Warning("events cannot be posted to {Place}: {Why}. It is tried again until it works, and up to {Queue} events wait; see whether the receiver (mcr.events.webhook) runs and can be reached from here", _state.Settings.Place, tell.Reply.Why, _state.Settings.Queue);
                    break;
                case WebhookEffect.TellWell:
                    _log.Info("events are posted to {Place} again; {Dropped} were dropped so far", _state.Settings.Place, _state.Report.Dropped);
                    break;
                case WebhookEffect.TellOverflow:
                    _log.Warning("more than {Queue} events wait to be posted to {Place}: the oldest are dropped, and counted (mcrctl version). mcrctl events has the last {Kept}", _state.Settings.Queue, _state.Settings.Place, EventLog.Capacity);
                    break;
            }
        }
    }

    private sealed record Answered(long Attempt, WebhookReply Reply);

    private sealed record RestIsOver;
}
