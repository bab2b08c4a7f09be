using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Native.Rules;

namespace Mcr.Actors.Rules;

/// <summary>
/// One rule: keeps its state, logs each change of it once and tells the supervisor. Hears from the supervisor what the rule is, and from
/// the interface what became of it. Of many that are added at once, those that simply run log that for debugging only.
/// </summary>
internal sealed class RuleActor : UntypedActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RuleId _id;
    private readonly IActorRef _supervisor;
    private readonly TimeProvider _time;
    private RuleState? _state;
    private bool _isQuiet; // until something was logged, or might have been

    public RuleActor(IActorRef supervisor, TimeProvider time)
    {
        _id = new RuleId(NamedChildren.NameOf(Self));
        _supervisor = supervisor;
        _time = time;
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RuleCommands.Assign assign:
                if (_state is null)
                {
                    _state = RuleState.New(assign.Rule, _time.GetUtcNow()); // which is what the supervisor takes it for
                    _isQuiet = assign.IsOneOfMany;
                    break;
                }

                _state = _state.Redefined(assign.Rule);
                _supervisor.Tell(new RuleEvents.Changed(_state.View, 0));
                break;
            case RuleCommands.Report report when _state is not null:
                (_state, bool isNews) = _state.Reported(report.Outcome, _time.GetUtcNow());
                if (isNews)
                {
                    Log(_state, _isQuiet && _state.Outcome == RuleOutcome.Active);
                    _isQuiet = false;
                }

                _supervisor.Tell(new RuleEvents.Changed(_state.View, report.Revision));
                break;
            case RuleCommands.Report:
                break; // to one that was started again this moment: its interface tells it once more when it knows its rule
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

    private static void Publish(RuleState state, string sentence)
    {
        EventSeverity severity = state.Outcome.Status switch
        {
            RuleStatus.Failed => EventSeverity.Error,
            RuleStatus.Degraded => EventSeverity.Warning,
            _ => EventSeverity.Info,
        };
        Context.System.EventStream.Publish(RelayEvent.Of(state.Rule, severity, EventKind.RuleState, sentence) with
        {
            Values = ImmutableSortedDictionary<string, string>.Empty.Add("status", state.Outcome.Status.ToString()),
        });
    }

    private void Log(RuleState state, bool isQuiet)
    {
        const string Line = "{Rule} for {Input} is {State}";
        string label = Sentences.Label(state.Rule);
        string description = Sentences.Describe(state.Outcome);
        if (!isQuiet)
            Publish(state, $"{label} for {state.Rule.InputsText} is {description}");
        switch (state.Outcome.Status)
        {
            case RuleStatus.Failed:
                _log.Error(Line, label, state.Rule.InputsText, description);
                break;
            case RuleStatus.Degraded:
                _log.Warning(Line, label, state.Rule.InputsText, description);
                break;
            case RuleStatus.Active when isQuiet:
                _log.Debug(Line, label, state.Rule.InputsText, description);
                break;
            default:
                _log.Info(Line, label, state.Rule.InputsText, description);
                break;
        }
    }
}
