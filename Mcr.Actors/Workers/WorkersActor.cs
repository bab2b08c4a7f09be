using Akka.Actor;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Workers;

/// <summary>
/// <c>…/workers</c>: the workers of one interface, today one. A worker's actor that crashes is restarted, which kills its process and
/// starts another; one that crashes again and again is stopped, and this actor with it, so that the interface starts over.
/// </summary>
internal sealed class WorkersActor : UntypedActor
{
    private const int CrashesAllowed = 5;
    private static readonly TimeSpan CrashWindow = TimeSpan.FromSeconds(10);

    private readonly IActorRef _worker;

    public WorkersActor(WorkerSeat seat, IInterfacePort port, IActorRef owner, RelayOptions options, TimeProvider time)
    {
        // Watched without handling Terminated: a worker's actor that ends by itself takes this one along (death pact).
        _worker = Context.Watch(Context.ActorOf(Props.Create(() => new WorkerActor(seat, port, owner, options, time)), $"{seat.Number}"));
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(CrashesAllowed, CrashWindow, _ => Directive.Restart);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WorkerCommands.Execute or WorkerCommands.Stop:
                _worker.Forward(message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
