using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Native.Rules;

namespace Mcr.Actors.Rules;

/// <summary>
/// One rule: keeps its state, logs each change of it once and tells the supervisor. Hears from the supervisor what the rule is, and from
/// the interface what became of it.
/// </summary>
internal sealed class RuleActor : UntypedActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RuleId _id;
    private readonly IActorRef _supervisor;
    private readonly TimeProvider _time;
    private RuleState? _state;

    public RuleActor(RuleId id, IActorRef supervisor, TimeProvider time)
    {
        _id = id;
        _supervisor = supervisor;
        _time = time;
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RuleCommands.Assign assign:
                _state = _state?.Redefined(assign.Rule) ?? RuleState.New(assign.Rule, _time.GetUtcNow());
                _supervisor.Tell(new RuleEvents.Changed(_state.View, 0));
                break;
            case RuleCommands.Report report when _state is not null:
                (_state, bool isNews) = _state.Reported(report.Outcome, _time.GetUtcNow());
                if (isNews)
                    Log(_state);
                _supervisor.Tell(new RuleEvents.Changed(_state.View, report.Revision));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        _supervisor.Tell(new RuleEvents.Restarted(_id));
    }

    private void Log(RuleState state)
    {
        const string Line = "{Rule} for {Input} is {State}";
        string label = Sentences.Label(state.Rule);
        string description = Sentences.Describe(state.Outcome);
        switch (state.Outcome.Status)
        {
            case RuleStatus.Failed:
                _log.Error(Line, label, state.Rule.Input, description);
                break;
            case RuleStatus.Degraded:
                _log.Warning(Line, label, state.Rule.Input, description);
                break;
            default:
                _log.Info(Line, label, state.Rule.Input, description);
                break;
        }
    }
}
