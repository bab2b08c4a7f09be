using System.Runtime.InteropServices;
using Mcr.Actors.Control;
using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Host.Mcrctl;

/// <summary>
/// Asks again each second, and whenever the terminal has another size, until interrupted. The terminal is given back however it ends, and while the
/// program is stopped (Ctrl-Z).
/// </summary>
internal sealed class LiveSession : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Terminal _terminal = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly PosixSignalRegistration[] _signals;
    private volatile bool _isInterrupted;

    /// <param name="isScreen">It is drawn, and so again when the terminal has another size.</param>
    public LiveSession(bool isScreen) => _signals =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Interrupt)),
        .. new[] { PosixSignal.SIGWINCH, PosixSignal.SIGCONT }.Where(_ => isScreen).Select(signal => PosixSignalRegistration.Create(signal, _ => _wake.Set())),
        PosixSignalRegistration.Create(PosixSignal.SIGTSTP, _ => _terminal.Restore()), // and then it stops
    ];

    /// <summary>Until interrupted, or until <paramref name="ask"/> says that it was not done.</summary>
    /// <returns>The exit code.</returns>
    public int Run(Func<int> ask)
    {
        while (true)
        {
            int code = ask();
            if (code != ExitCodes.Done)
                return code;
            _ = _wake.WaitOne(Interval);
            if (_isInterrupted)
                return ExitCodes.Done;
        }
    }

    public void Draw(Screen screen) => _terminal.Draw(screen);

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _terminal.Dispose();
        _wake.Dispose();
    }

    private void Interrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        _isInterrupted = true;
        _wake.Set();
    }
}
