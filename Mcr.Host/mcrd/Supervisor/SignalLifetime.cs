using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Mcr.Host.Mcrd.Supervisor;

/// <summary>
/// SIGTERM and SIGINT stop mcrd and its workers in order, SIGUSR2 has it leave them, from the moment this is made: one that comes while mcrd is
/// starting is kept until it can be obeyed.
/// SIGHUP has the files read again; so closing the terminal of a daemon that was started by hand does not stop the relay.
/// </summary>
internal sealed class SignalLifetime : IHostLifetime, IDisposable
{
    private const PosixSignal SigUsr2 = (PosixSignal)12; // a number as it is (signal(7))

    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _signals;
    private volatile bool _mustStop;

    public SignalLifetime() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(SigUsr2, context =>
        {
            context.Cancel = true;
            Leave();
        }),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            OnHangup?.Invoke();
        }),
    ];

    /// <summary>null: SIGHUP does nothing.</summary>
    public Action? OnHangup { get; set; }

    /// <summary>False when mcrd ends although nobody wanted it to.</summary>
    public bool WasAsked => _asked.IsCancellationRequested;

    /// <summary>Workers go on without mcrd: it was told to leave them, or ends although nobody told it to stop.</summary>
    public bool IsHeld => !_mustStop;

    /// <summary>mcrd ends and leaves its workers.</summary>
    public void Leave() => _asked.Cancel();

    /// <summary>Stops this host once somebody asks, or at once if somebody has.</summary>
    public void Obey(IHost host)
    {
        var application = (IHostApplicationLifetime)host.Services.GetService(typeof(IHostApplicationLifetime))!;
        _asked.Token.Register(application.StopApplication);
    }

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _asked.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        _mustStop = true;
        _asked.Cancel();
    }
}
