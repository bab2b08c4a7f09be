using Akka.Actor;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Workers;

/// <summary>
/// <c>…/workers</c>: the workers of one interface. A worker's actor that crashes is restarted, which kills its process and
/// starts another; one that crashes again and again is stopped, and this actor with it, so that the interface starts over.
/// </summary>
internal sealed class WorkersActor : UntypedActor
{
    private const int CrashesAllowed = 5;
    private static readonly TimeSpan CrashWindow = TimeSpan.FromSeconds(10);

    private readonly Dictionary<WorkerSeat, IActorRef> _workers = [];

    public WorkersActor(IReadOnlyList<WorkerSeat> seats, IInterfacePort port, IActorRef owner, RelayOptions options, TimeProvider time)
    {
        // Watched without handling Terminated: a worker's actor that ends by itself takes this one along (death pact).
        foreach (WorkerSeat seat in seats)
            _workers.Add(seat, Context.Watch(Context.ActorOf(Props.Create(() => new WorkerActor(seat, port, owner, options, time)), $"{seat.Number}")));
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(CrashesAllowed, CrashWindow, _ => Directive.Restart);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WorkerCommands.Execute execute:
                _workers[execute.Seat].Forward(message);
                break;
            case WorkerCommands.Stop:
                foreach (IActorRef worker in _workers.Values)
                    worker.Forward(message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
