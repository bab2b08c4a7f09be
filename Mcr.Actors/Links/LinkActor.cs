using Akka.Actor;
using Akka.Event;
using Akka.Pattern;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;

namespace Mcr.Actors.Links;

/// <summary>
/// <c>/user/relay/links/watch</c>: watches the machine's devices and tells the supervisor how they are, at first and after each change. When the
/// watch ends it crashes, and its parent <c>/user/relay/links</c> starts it again, later each time.
/// </summary>
internal sealed class LinkActor(IRelayPlatform platform, IActorRef supervisor) : UntypedActor
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(16);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IDisposable? _watch;

    /// <summary>Of the parent.</summary>
    public static Props Supervised(IRelayPlatform platform, IActorRef supervisor)
    {
        BackoffOptions backoff = Backoff.OnFailure(Props.Create(() => new LinkActor(platform, supervisor)), "watch", FirstDelay, LongestDelay, 0.2, maxNrOfRetries: -1);
        return BackoffSupervisor.Props(backoff.WithSupervisorStrategy(new OneForOneStrategy(_ => Directive.Restart)));
    }

    protected override void PreStart()
    {
        IActorRef self = Self;
        try
        {
            _watch = platform.WatchLinks(links => self.Tell(new LinkEvents.Changed(links)), why => self.Tell(new Ended(why)));
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LinkEvents.Changed changed:
                supervisor.Tell(changed);
                break;
            case Ended ended:
                Fail(ended.Why);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop() => _watch?.Dispose();

    private void Fail(Exception why)
    {
        _log.Error("the network devices are not watched ({Why}): what happens to them is not noticed until the watch is started again, in a moment", why.Message);
        throw new InvalidOperationException($"the watch on the network devices ended: {why.Message}", why);
    }

    private sealed record Ended(Exception Why);
}
