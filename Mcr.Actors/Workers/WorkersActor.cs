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
    private readonly Func<WorkerSeat, Props> _props;
    private int _later; // workers since the first ones

    public WorkersActor(IReadOnlyList<WorkerSeat> seats, IInterfacePort port, IActorRef owner, RelayOptions options, TimeProvider time)
    {
        _props = seat => Props.Create(() => new WorkerActor(seat, port, owner, options, time));
        foreach (WorkerSeat seat in seats)
            Start(seat, $"{seat.Number}");
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(CrashesAllowed, CrashWindow, _ => Directive.Restart);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WorkerCommands.Execute execute:
                _workers[execute.Seat].Forward(message);
                break;
            case WorkerCommands.Restart restart:
                _workers[restart.Seat].Forward(message);
                break;
            case WorkerCommands.StartNow now:
                _workers[now.Seat].Forward(message);
                break;
            case WorkerCommands.Start start:
                Start(start.Seat, $"{start.Seat.Number}-{++_later}"); // the number alone may still be taken by one that is ending
                break;
            case WorkerCommands.StopOne one:
                _workers[one.Seat].Tell(new WorkerCommands.Stop(Hold: false));
                break;
            case WorkerCommands.Forget forget:
                _workers.Remove(forget.Seat, out IActorRef? stopped);
                Context.Unwatch(stopped);
                Context.Stop(stopped);
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

    /// <summary>Watched without handling Terminated: a worker's actor that ends by itself takes this one along (death pact).</summary>
    private void Start(WorkerSeat seat, string name) => _workers.Add(seat, Context.Watch(Context.ActorOf(_props(seat), name)));
}
