using Akka.Actor;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Rules;

/// <summary>
/// <c>/user/relay/rules</c>: one child for each rule. A child that crashes is restarted by Akka's default strategy and told again by the
/// supervisor, since its state is a copy of what others know.
/// </summary>
internal sealed class RulesActor : UntypedActor
{
    private readonly NamedChildren _rules;

    public RulesActor(IActorRef supervisor, TimeProvider time)
    {
        // One for all: making it takes longer than making an actor of it.
        var props = Props.Create(() => new RuleActor(supervisor, time));
        _rules = new NamedChildren(Context, _ => props);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RuleCommands.Assign assign:
                _rules.Tell(assign.Rule.Rule.Id.Value, assign);
                break;
            case RuleCommands.Report report:
                // A rule that was removed while its interface worked on it is nobody's business any more.
                _rules.TellExisting(report.Id.Value, report);
                break;
            case RuleCommands.Forget forget:
                _rules.Stop(forget.Id.Value);
                break;
            case Terminated terminated:
                _rules.Ended(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
