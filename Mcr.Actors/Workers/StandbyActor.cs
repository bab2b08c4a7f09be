using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Native.Interop;

namespace Mcr.Actors.Workers;

/// <summary>
/// <c>/user/relay/standby</c>: sees to it that one process stands by, so that a worker that dies has a successor at once. It is started whenever a worker
/// has begun to relay, and again, with the same backoff as workers, when it ends by itself.
/// </summary>
internal sealed class StandbyActor(IRelayPlatform platform, RelayOptions options, TimeProvider time) : UntypedActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private RestartPolicy _policy = RestartPolicy.Fresh;
    private long _startedAt;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PostStop() => platform.DismissStandby();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StandbyCommands.Prepare:
                if (!Timers.IsTimerActive(nameof(StandbyCommands.Prepare)))
                    Prepare();
                break;
            case Ended ended:
                Wait($"ended: {ended.How}");
                break;
            case BackoffOver:
                Prepare();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Prepare()
    {
        IActorRef self = Self;
        long now = time.GetTimestamp();
        try
        {
            if (platform.PrepareStandby(how => self.Tell(new Ended(how))))
                _startedAt = now;
        }
        catch (LinuxException e)
        {
            _startedAt = now;
            Wait($"could not be started: {e.Message}");
        }
    }

    private void Wait(string what)
    {
        (_policy, TimeSpan delay, _) = _policy.Died(time.GetElapsedTime(_startedAt), time.GetElapsedTime(0), options.Chance(), options.WorkerRestarts);
        _log.Warning("the process that stands by for workers {What}; another is started {When}", what, Sentences.In(delay));
        if (delay == TimeSpan.Zero)
            Self.Tell(new BackoffOver());
        else
            Timers.StartSingleTimer(nameof(StandbyCommands.Prepare), new BackoffOver(), delay);
    }

    private sealed record Ended(string How);

    private sealed record BackoffOver;
}
