using Akka.Actor;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Native.Netlink;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// <c>/user/relay/interfaces</c>: one child for each interface that has rules. A child that crashes closes everything and is restarted; the
/// supervisor then tells it its rules again. Passes on how the machine's devices are.
/// </summary>
internal sealed class InterfacesActor : UntypedActor
{
    private readonly NamedChildren _interfaces;
    private readonly RelayOptions _options;
    private IActorRef _stopAsker = ActorRefs.Nobody;
    private LinkTable? _links;

    public InterfacesActor(IRelayPlatform platform, RelayOptions options, IActorRef supervisor, IActorRef rules, TimeProvider time)
    {
        _options = options;
        _interfaces = new NamedChildren(Context, name => Props.Create(() => new InterfaceActor(name, platform, options, supervisor, rules, time)));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InterfaceCommands.UseRules use:
                _interfaces.Tell(use.Interface, use with { Links = _links });
                break;
            case InterfaceCommands.TellAgain again:
                _interfaces.TellExisting(again.Interface, again);
                break;
            case InterfaceCommands.SetWorkers set:
                IActorRef child = Context.Child(NamedChildren.PathElement(set.Interface));
                if (child.IsNobody())
                    Sender.Tell(new CommandResult.Rejected("interface", $"no rule takes datagrams in on {set.Interface}, so it has no workers (see: mcrctl list); add a rule first, or set interfaces.{set.Interface}.workers in the configuration"));
                else
                    child.Forward(set);
                break;
            case InterfaceCommands.EnableTrace or InterfaceCommands.DisableTrace or InterfaceCommands.GetTrace:
                string name = message switch
                {
                    InterfaceCommands.EnableTrace enable => enable.Rule.Home,
                    InterfaceCommands.DisableTrace disable => disable.Rule.Home,
                    _ => ((InterfaceCommands.GetTrace)message).Rule.Home,
                };
                Context.Child(NamedChildren.PathElement(name)).Forward(message); // it has rules
                break;
            case InterfaceCommands.Forget forget:
                _interfaces.Stop(forget.Interface);
                break;
            case LinkEvents.Changed changed:
                _links = changed.Links;
                TellAll(changed);
                break;
            case InterfaceCommands.GetReport:
                Report();
                break;
            case InterfaceCommands.Stop:
                _stopAsker = Sender;
                Become(Stopping);
                TellAll(message);
                AnswerWhenEmpty();
                break;
            case Terminated terminated:
                _interfaces.Ended(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Stopping(object message)
    {
        switch (message)
        {
            case InterfaceEvents.Stopped:
                Context.Stop(Sender);
                break;
            case Terminated:
                AnswerWhenEmpty();
                break;
        }
    }

    private void AnswerWhenEmpty()
    {
        if (_interfaces.IsEmpty)
            _stopAsker.Tell(new InterfaceEvents.AllStopped());
    }

    /// <summary>An interface that is just being set up anew does not hold up the others' answer.</summary>
    private void Report()
    {
        IEnumerable<Task<(string Name, InterfaceEvents.Report? Report)>> reports = Context.GetChildren().Select(child =>
            child.Ask<InterfaceEvents.Report>(new InterfaceCommands.GetReport(), _options.ApplyTimeout / 2)
                .ContinueWith(task => (NamedChildren.NameOf(child), task.IsCompletedSuccessfully ? task.Result : null), TaskScheduler.Default));
        Task.WhenAll(reports).PipeTo(Sender, Self, all => new InterfaceEvents.Reports([.. all.Select(each => each.Report).OfType<InterfaceEvents.Report>()])
        {
            Unanswered = [.. all.Where(each => each.Report is null).Select(each => each.Name)],
        });
    }

    private static void TellAll(object message)
    {
        foreach (IActorRef child in Context.GetChildren())
            child.Tell(message);
    }
}
