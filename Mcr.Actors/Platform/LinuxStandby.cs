using Mcr.Native.Interop;
using Mcr.Native.Privileges;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>
/// At most one worker process that has been started, and has compiled its code, before anybody needs it: whoever does has a relaying worker within
/// milliseconds. It knows no interface until it is greeted. Safe to be called by several actors.
/// </summary>
internal sealed class LinuxStandby(WorkerProgram program, Capabilities capabilities)
{
    private readonly Lock _lock = new();
    private WorkerProcess? _waiting;
    private long _prepared; // so many so far; the last of them waits, if any does

    /// <summary>Starts one, unless one waits.</summary>
    /// <param name="onEnded">How it ended, if it does before it is taken; on another thread.</param>
    /// <returns>false: one waits.</returns>
    /// <exception cref="LinuxException">it could not be started.</exception>
    public bool Prepare(Action<string> onEnded)
    {
        lock (_lock)
        {
            if (_waiting is not null)
                return false;
            long number = ++_prepared;
            _waiting = WorkerProcess.Start(program, capabilities, _ => { }, (how, _) => Forget(number, how, onEnded));
            return true;
        }
    }

    /// <returns>The one that waits, or a new one.</returns>
    /// <inheritdoc cref="WorkerProcess.Start"/>
    public WorkerProcess Take(Action<WorkerMessage> onMessage, Action<string, bool> onExit)
    {
        WorkerProcess? waiting;
        lock (_lock)
            (waiting, _waiting) = (_waiting, null);
        return waiting?.Assign(onMessage, onExit) == true ? waiting : WorkerProcess.Start(program, capabilities, onMessage, onExit);
    }

    /// <summary>The one that waits, if any, ends.</summary>
    public void Dismiss()
    {
        lock (_lock)
        {
            _waiting?.Dispose();
            _waiting = null;
        }
    }

    private void Forget(long number, string how, Action<string> onEnded)
    {
        lock (_lock)
        {
            if (_waiting is null || number != _prepared)
                return; // it was taken, in the moment of its end: who took it has seen that
            _waiting = null;
        }

        onEnded(how);
    }
}
