using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Messages;

namespace Mcr.Actors.State;

/// <summary>
/// <c>/user/relay/state</c>: brings what the ledger has to its store, beside everybody else, so that a slow disk delays nobody. When to write is
/// <see cref="SavingState"/>'s decision.
/// </summary>
internal sealed class StateActor(RuleLedger ledger, IOverlayStore store) : UntypedActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<IActorRef> _flushers = [];
    private SavingState _state = SavingState.Idle;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StateCommands.Save:
                Apply(_state.Changed());
                break;
            case StateCommands.Flush:
                _flushers.Add(Sender);
                Apply(_state.Flush());
                break;
            case Written written:
                Apply(_state.Written(written.Problem));
                break;
            case RetryIsDue:
                Apply(_state.RetryIsDue());
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Apply((SavingState Next, System.Collections.Immutable.ImmutableArray<SavingEffect> Effects) decision)
    {
        _state = decision.Next;
        foreach (SavingEffect effect in decision.Effects)
        {
            switch (effect)
            {
                case SavingEffect.Write:
                    Task.Run(() => ledger.Save(store)).PipeTo(Self, Self, problem => new Written(problem), failure => new Written(failure.Message));
                    break;
                case SavingEffect.Retry retry:
                    Timers.StartSingleTimer(nameof(RetryIsDue), new RetryIsDue(), retry.Delay);
                    break;
                case SavingEffect.Tell { Problem: { } problem } tell:
                    _log.Error("the state file {File} cannot be written: {Why}; rules that were changed at run time are in force, but the next mcrd would not know of them. It is tried again until it works; make room, or let mcrd write there", store.Place, problem);
                    Context.Parent.Tell(new StateEvents.Changed(tell.Problem));
                    break;
                case SavingEffect.Tell:
                    _log.Info("the state file {File} is written again, with every change so far", store.Place);
                    Context.Parent.Tell(new StateEvents.Changed(null));
                    break;
                case SavingEffect.Rest:
                    foreach (IActorRef flusher in _flushers)
                        flusher.Tell(new StateEvents.Flushed());
                    _flushers.Clear();
                    break;
            }
        }
    }

    private sealed record Written(string? Problem);

    private sealed record RetryIsDue;
}
