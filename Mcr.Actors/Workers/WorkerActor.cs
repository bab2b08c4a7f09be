using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Native.Interop;

namespace Mcr.Actors.Workers;

/// <summary>
/// One worker process at a time: starts it, passes commands and events, starts it again when it dies.
/// <code>
/// Starting ──WorkerReady──▶ Running ──Stop──▶ Stopping ──WorkerExited──▶ (stopped)
///    ▲  └─────WorkerExited─────┤
///    └────── Backoff ◀─────────┘
/// </code>
/// It knows nothing of rules: whoever owns it tells them to every new process.
/// </summary>
internal sealed class WorkerActor : UntypedActor, IWithTimers
{
    /// <summary>A killed process is reaped within milliseconds, unless the kernel itself hangs in one of its system calls.</summary>
    private static readonly TimeSpan KillTimeout = TimeSpan.FromMilliseconds(500);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly WorkerSeat _seat;
    private readonly IInterfacePort _port;
    private readonly IActorRef _owner;
    private readonly RelayOptions _options;
    private readonly TimeProvider _time;
    private RestartPolicy _policy = RestartPolicy.Fresh;
    private WorkerLife? _life;
    private HealthCheck _health = HealthCheck.Fresh;
    private bool _isRelaying;
    private string? _fault; // why the process was killed
    private long _startedAt;
    private int _restarts;

    public WorkerActor(WorkerSeat seat, IInterfacePort port, IActorRef owner, RelayOptions options, TimeProvider time)
    {
        _seat = seat;
        _port = port;
        _owner = owner;
        _options = options;
        _time = time;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private int Pid => _life?.Process?.Pid ?? 0;

    protected override void PreStart() => StartProcess();

    protected override void OnReceive(object message) => Unhandled(message);

    protected override void PreRestart(Exception reason, object message)
    {
        _owner.Tell(new WorkerEvents.Down(_seat, $"its actor failed with {reason.GetType().Name}", TimeSpan.Zero, TimeSpan.Zero, TooOften: false));
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        _life?.Process?.Kill();
        EndLife();
    }

    private void Starting(object message)
    {
        switch (message)
        {
            case FromProcess { Event: WorkerReady } event_ when IsCurrent(event_) && _fault is not null:
                break; // too late, it is killed
            case FromProcess { Event: WorkerReady ready } event_ when IsCurrent(event_):
                _isRelaying = ready.IsRelaying;
                if (_isRelaying)
                    Context.System.EventStream.Publish(new StandbyCommands.Prepare());
                Timers.Cancel(nameof(StartTimeout));
                Become(Running);
                LookLater();
                _log.Info("{Worker} (pid {Pid}) is ready", _seat, Pid);
                Publish(EventSeverity.Info, EventKind.WorkerReady, $"{_seat} (pid {Pid}) is ready");
                Report(WorkerStatus.Running);
                _owner.Tell(new WorkerEvents.Ready(_seat, _life!));
                break;
            case StartTimeout:
                _log.Error("{Worker} (pid {Pid}) was not ready within {Timeout} s and is killed; see what it logged before this line", _seat, Pid, _options.WorkerStartTimeout.TotalSeconds);
                Kill($"was not ready within {_options.WorkerStartTimeout.TotalSeconds} s");
                break;
            default:
                LivingOrNot(message);
                break;
        }
    }

    private void Running(object message)
    {
        switch (message)
        {
            case WorkerCommands.Execute execute when ReferenceEquals(execute.Life, _life):
                Send(execute.Command);
                break;
            case FromProcess { Event: RulesApplied applied } event_ when IsCurrent(event_):
                if (!_isRelaying)
                    Context.System.EventStream.Publish(new StandbyCommands.Prepare());
                _isRelaying = true;
                _owner.Tell(new WorkerEvents.Applied(_seat, applied.Generation));
                break;
            case FromProcess { Event: OrderObeyed obeyed } event_ when IsCurrent(event_):
                _owner.Tell(new WorkerEvents.Obeyed(_seat, obeyed.Ticket));
                break;
            case FromProcess { Event: RulesRefused refused } event_ when IsCurrent(event_):
                _owner.Tell(new WorkerEvents.Refused(_seat, refused.Generation, refused.Why));
                break;
            case LookAtHealth:
                Look();
                break;
            case WorkerCommands.Restart restart when ReferenceEquals(restart.Life, _life) && _fault is null:
                SayAndKill(restart.Why);
                break;
            default:
                LivingOrNot(message);
                break;
        }
    }

    /// <summary>Each time anew: a clock that ticks by itself makes up for the time that this host stood still, and so many looks at once find that nothing has moved.</summary>
    private void LookLater() => Timers.StartSingleTimer(nameof(LookAtHealth), new LookAtHealth(), HealthCheck.Interval);

    private void Look()
    {
        LookLater();
        WorkerHealth health = _life!.Process!.ReadHealth();
        (_health, string? fault) = _health.Look(health, _isRelaying, _options.WorkerMemoryLimit);
        if (fault is not null)
            SayAndKill(fault);
        else if (_isRelaying)
            _owner.Tell(new WorkerEvents.Pulse(_seat, health.RulesetHash));
    }

    private void SayAndKill(string why)
    {
        _log.Error("{Worker} (pid {Pid}) {Why}; it is killed", _seat, Pid, why);
        Kill(why);
    }

    /// <summary>From here on it does not count as running, however long it takes to go.</summary>
    private void Kill(string why)
    {
        _fault = why;
        Timers.Cancel(nameof(LookAtHealth));
        Report(WorkerStatus.Killed);
        _life!.Process!.Kill();
        Timers.StartSingleTimer(nameof(KillTimeoutOver), new KillTimeoutOver(), KillTimeout);
    }

    /// <summary>What cannot even be written down for the worker (no descriptor, no memory) is refused in its place: it goes on with what it has.</summary>
    private void Send(WorkerCommand command)
    {
        try
        {
            _life!.Process!.Send(command);
        }
        catch (LinuxException e) when (command is UseRules or ChangeRules)
        {
            long generation = command is ChangeRules change ? change.Change.Generation : ((UseRules)command).Rules.Generation;
            _owner.Tell(new WorkerEvents.Refused(_seat, generation, e.Message));
        }
    }

    private void Backoff(object message)
    {
        switch (message)
        {
            case BackoffOver:
                StartProcess();
                break;
            case WorkerCommands.StartNow:
                Timers.CancelAll();
                _policy = RestartPolicy.Fresh;
                StartProcess();
                break;
            case WorkerCommands.Stop:
                Timers.CancelAll();
                Finish();
                break;
            default:
                LivingOrNot(message);
                break;
        }
    }

    private void Stopping(object message)
    {
        switch (message)
        {
            case FromProcess { Event: WorkerExited exited } event_ when IsCurrent(event_):
                _log.Info("{Worker} (pid {Pid}) stopped: {How}", _seat, Pid, exited.How);
                Finish();
                break;
            case StopTimeout:
                _log.Warning("{Worker} (pid {Pid}) did not stop within {Timeout} s and is killed", _seat, Pid, _options.WorkerStopTimeout.TotalSeconds);
                _life?.Process?.Kill();
                Timers.StartSingleTimer(nameof(KillTimeoutOver), new KillTimeoutOver(), KillTimeout);
                break;
            case KillTimeoutOver:
                _log.Error("{Worker} (pid {Pid}) did not die when killed; the kernel is busy with it (see: cat /proc/{Pid}/stack), and it is left behind", _seat, Pid, Pid);
                Finish();
                break;
            case FromProcess or WorkerCommands.Execute or WorkerCommands.Stop or WorkerCommands.Restart or WorkerCommands.StartNow or StartTimeout or LookAtHealth:
                break; // it is going anyway
            default:
                Unhandled(message);
                break;
        }
    }

    private void Stopped(object message)
    {
        // Whatever was under way when it ended.
        if (message is not (FromProcess or WorkerCommands.Execute or WorkerCommands.Stop or WorkerCommands.Restart or WorkerCommands.StartNow or LookAtHealth))
            Unhandled(message);
    }

    /// <summary>What is handled alike in every state but the last two.</summary>
    private void LivingOrNot(object message)
    {
        switch (message)
        {
            case FromProcess { Event: WorkerExited exited } event_ when IsCurrent(event_):
                Died($"(pid {Pid}) ended: {exited.How}", _fault ?? exited.How);
                break;
            case FromProcess event_ when !IsCurrent(event_):
                break; // the last words of an earlier process
            case WorkerCommands.Execute or WorkerCommands.Restart or LookAtHealth:
                break; // meant for a process that has died; the next one is told everything
            case WorkerCommands.StartNow:
                _policy = RestartPolicy.Fresh;
                break; // it has been
            case KillTimeoutOver:
                _log.Error("{Worker} (pid {Pid}) does not die although it was killed; the kernel is busy with it (see: cat /proc/{Pid}/stack). Another is started once it is gone", _seat, Pid, Pid);
                break;
            case WorkerCommands.Stop { Hold: true }:
                Timers.CancelAll();
                _log.Info("{Worker} (pid {Pid}) is let go and goes on", _seat, Pid);
                Finish();
                break;
            case WorkerCommands.Stop:
                Timers.CancelAll();
                _life!.Process!.Send(new StopWorker());
                Timers.StartSingleTimer(nameof(StopTimeout), new StopTimeout(), _options.WorkerStopTimeout);
                Become(Stopping);
                Report(WorkerStatus.Stopping);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void StartProcess()
    {
        IActorRef self = Self;
        var life = new WorkerLife();
        _life = life;
        (_health, _isRelaying, _fault) = (HealthCheck.Fresh, false, null);
        _startedAt = _time.GetTimestamp();
        try
        {
            life.Process = _port.StartWorker(_seat.Number, e => self.Tell(new FromProcess(life, e)));
        }
        catch (LinuxException e)
        {
            Died($"could not be started: {e.Message}", $"it could not be started: {e.Message}");
            return;
        }

        Become(Starting);
        Timers.StartSingleTimer(nameof(StartTimeout), new StartTimeout(), _options.WorkerStartTimeout);
        Report(WorkerStatus.Starting);
    }

    private void Died(string what, string how)
    {
        Timers.CancelAll();
        TimeSpan lived = _time.GetElapsedTime(_startedAt);
        (_policy, TimeSpan delay, bool tooOften) = _policy.Died(lived, _time.GetElapsedTime(0), _options.Chance(), _options.WorkerRestarts);
        _log.Warning("{Worker} {What}; it is started again {When}", _seat, what, Sentences.In(delay));
        Publish(EventSeverity.Warning, EventKind.WorkerEnded, $"{_seat} {what}; it is started again {Sentences.In(delay)}");
        EndLife();
        _restarts++;
        _owner.Tell(new WorkerEvents.Down(_seat, how, lived, delay, tooOften));
        if (delay == TimeSpan.Zero)
        {
            StartProcess();
            return;
        }

        Become(Backoff);
        Timers.StartSingleTimer(nameof(BackoffOver), new BackoffOver(), delay);
        Report(WorkerStatus.Backoff);
    }

    private void Publish(EventSeverity severity, EventKind kind, string sentence) =>
        Context.System.EventStream.Publish(new RelayEvent(severity, kind, sentence) { Interface = _seat.Interface });

    private void Finish()
    {
        Timers.CancelAll();
        EndLife();
        Become(Stopped);
        _owner.Tell(new WorkerEvents.Stopped(_seat));
    }

    private void EndLife()
    {
        _life?.Process?.Dispose();
        _life = null;
    }

    private bool IsCurrent(FromProcess message) => ReferenceEquals(message.Life, _life);

    private void Report(WorkerStatus status) => _owner.Tell(new WorkerEvents.Changed(_seat, status, Pid, _restarts));

    private sealed record FromProcess(WorkerLife Life, WorkerEvent Event);

    private sealed record LookAtHealth;

    private sealed record StartTimeout;

    private sealed record StopTimeout;

    private sealed record KillTimeoutOver;

    private sealed record BackoffOver;
}
