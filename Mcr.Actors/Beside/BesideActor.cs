using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Beside;

/// <summary>
/// Owns an ActorSystem beside the relay's, and makes it anew when it ends, whatever ended it, and when its certificates are renewed. It keeps nothing, so its end costs nothing but the
/// time. <see cref="BesideState"/> decides; what it is for and is called is its heirs'.
/// </summary>
internal abstract class BesideActor<TParts>(ControlGate gate, TimeProvider time) : UntypedActor, IWithTimers
    where TParts : BesideParts
{
    /// <summary>So often it is looked whether the certificate was renewed.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    private readonly SystemMaking _making = new();
    private BesideState _state = BesideState.Fresh;
    private CertificateFiles? _lastGood;

    public ITimerScheduler Timers { get; set; } = null!;

    protected ILoggingAdapter Log { get; } = Context.GetLogger();

    /// <summary>What runs.</summary>
    protected TParts? Parts { get; private set; }

    protected BesideStage Stage => _state.Stage;

    /// <summary>It was told to leave, and has left or is about to.</summary>
    protected bool IsAway => _state.IsLeaving;

    protected int Restarts => _state.Restarts;

    /// <summary>What others call it, in sentences.</summary>
    protected abstract string Subject { get; }

    protected override void PreStart()
    {
        gate.OpenBeside(Self);
        Do(_state.Start());
        Timers.StartPeriodicTimer(nameof(Look), new Look(ActorRefs.Nobody), LookInterval, LookInterval);
    }

    protected override void PostStop()
    {
        gate.CloseBeside(Self);
        _making.End();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartAgain:
                Do(_state.Start());
                break;
            case Made made when made.By != _making:
                _ = made.Parts.System.Terminate(); // the one before this actor was restarted has had it made
                break;
            case Made made:
                Parts = made.Parts;
                _lastGood = made.Parts.Files ?? _lastGood;
                ActorSystem system = made.Parts.System;
                system.WhenTerminated.PipeTo(Self, success: () => new Ended(system, Why(system)));
                Do(_state.Made(made.Parts.FilesProblems, Now));
                break;
            case NotMade failed when failed.By == _making:
                Do(_state.NotMade(WhyNotBegun(failed.Problem), Now, Random.Shared.NextDouble()));
                break;
            case Ended ended when ended.System == Parts?.System:
                Parts = null;
                Timers.Cancel(nameof(LeaveOverdue));
                Timers.Cancel(nameof(MoveDue));
                Do(_state.Ended(ended.Why, Now, Random.Shared.NextDouble()));
                break;
            case MoveDue:
                Do(_state.MoveIsDue());
                break;
            case LeaveOverdue:
                Do(_state.LeaveIsOverdue());
                break;
            case BesideMessages.Look:
                StartLooking(Sender);
                break;
            case Look look:
                StartLooking(look.Asker);
                break;
            case Seen seen:
                See(seen);
                break;
            default:
                break;
        }
    }

    /// <summary>On another thread; throws when it cannot be made, and the innermost message is a sentence.</summary>
    /// <returns>What makes it, of what is so now.</returns>
    protected abstract Func<TParts> Making(CertificateFiles? lastGood);

    /// <summary>On another thread.</summary>
    protected abstract string WhyEnded(ActorSystem system);

    protected abstract string WhyNotBegun(string problem);

    protected abstract void Became(BesideStage stage, string? why);

    protected abstract void Began(TParts parts, bool isBack);

    protected abstract void Moved(string why);

    protected abstract void Failed(BesideEffect.Failed failed);

    /// <summary>What runs is to leave in order.</summary>
    protected virtual void LeaveInOrder(TParts parts) => parts.System.Terminate();

    protected virtual void Left()
    {
    }

    private void Do(BesideStep step)
    {
        _state = step.Next;
        foreach (BesideEffect effect in step.Effects)
            Do(effect);
    }

    protected void BeginAnew(string why) => Do(_state.BeginAnew(why));

    protected void Leave() => Do(_state.Leave());

    protected void Join() => Do(_state.Join());

    private TimeSpan Now => time.GetElapsedTime(0);

    private void Do(BesideEffect effect)
    {
        switch (effect)
        {
            case BesideEffect.Make:
                Func<TParts> make = Making(_lastGood);
                Task.Run(() => _making.Keep(make(), parts => parts.System)).PipeTo(Self, success: parts => new Made(parts, _making), failure: e => new NotMade(SystemBeside.Innermost(e), _making));
                break;
            case BesideEffect.MakeIn again:
                Timers.StartSingleTimer(nameof(StartAgain), new StartAgain(), again.Delay);
                break;
            case BesideEffect.MakeNoMore:
                Timers.Cancel(nameof(StartAgain));
                break;
            case BesideEffect.Terminate:
                _ = Parts!.System.Terminate();
                break;
            case BesideEffect.TerminateIn later:
                Timers.StartSingleTimer(nameof(MoveDue), new MoveDue(), later.Delay);
                break;
            case BesideEffect.Leave leave:
                LeaveInOrder(Parts!);
                Timers.StartSingleTimer(nameof(LeaveOverdue), new LeaveOverdue(), leave.Limit);
                break;
            case BesideEffect.Became became:
                Became(became.Stage, became.Why);
                break;
            case BesideEffect.Began began:
                Began(Parts!, began.IsBack);
                break;
            case BesideEffect.Moved moved:
                Moved(moved.Why);
                break;
            case BesideEffect.Failed failed:
                Failed(failed);
                break;
            case BesideEffect.Left:
                Left();
                break;
            case BesideEffect.FilesAreBad bad:
                Log.Error("the new certificate files cannot be used, and the ones before are until they can: {Problems}", bad.Problems);
                break;
        }
    }

    /// <summary>Whatever is wrong with the reason, that it has ended is to be heard of.</summary>
    private string Why(ActorSystem system)
    {
        try
        {
            return WhyEnded(system);
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }

    private void StartLooking(IActorRef asker)
    {
        if (Parts?.Files is { } files)
            Task.Run(() => new Seen(files, BesideFiles.Renewed(files, time.GetUtcNow()), asker)).PipeTo(Self, failure: e => new Seen(files, [e.Message], asker));
        else
            asker.Tell(new BesideMessages.Looked(null));
    }

    private void See(Seen seen)
    {
        if (seen.Of == Parts?.Files)
            Do(_state.Looked(seen.Problems));
        seen.Asker.Tell(new BesideMessages.Looked(seen.Problems switch
        {
            null => null,
            { Count: 0 } => $"{Subject} has a new certificate, and is made anew with it; what is relayed is not touched",
            { } problems => $"{Subject} goes on with its certificate from before, since the new files cannot be used: {string.Join("; ", problems)}",
        }));
    }

    private sealed record StartAgain;

    private sealed record Made(TParts Parts, SystemMaking By);

    private sealed record NotMade(string Problem, SystemMaking By);

    private sealed record Ended(ActorSystem System, string Why);

    private sealed record MoveDue;

    private sealed record LeaveOverdue;

    private sealed record Look(IActorRef Asker);

    /// <param name="Of">What was compared with what is on disk.</param>
    private sealed record Seen(CertificateFiles Of, IReadOnlyCollection<string>? Problems, IActorRef Asker);
}
