using System.Runtime.InteropServices;

namespace Mcr.Host.Mcrctl;

/// <summary>SIGINT and SIGTERM while something goes on and on: it ends in order, with what it has.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly ManualResetEventSlim _interrupted = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop)];

    /// <returns>Whether it came within that time.</returns>
    public bool Wait(TimeSpan time) => _interrupted.Wait(time);

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _interrupted.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        _interrupted.Set();
    }
}
