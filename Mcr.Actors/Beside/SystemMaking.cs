using Akka.Actor;

namespace Mcr.Actors.Beside;

/// <summary>
/// An ActorSystem that is made on another thread for an actor, which may have stopped or been restarted meanwhile: nobody would end it then, and it would keep its port. Thread-safe.
/// </summary>
internal sealed class SystemMaking
{
    private readonly Lock _lock = new();
    private ActorSystem? _system;
    private bool _hasEnded;

    /// <exception cref="OperationCanceledException">Whoever wanted it is gone, and so is it.</exception>
    public T Keep<T>(T made, Func<T, ActorSystem> system)
    {
        lock (_lock)
        {
            if (!_hasEnded)
            {
                _system = system(made);
                return made;
            }
        }

        system(made).Terminate();
        throw new OperationCanceledException();
    }

    /// <summary>Ends what was made, and what is being made.</summary>
    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            _system?.Terminate();
        }
    }
}
