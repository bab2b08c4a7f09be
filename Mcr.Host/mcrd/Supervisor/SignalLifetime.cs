using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Mcr.Host.Mcrd.Supervisor;

/// <summary>
/// SIGTERM and SIGINT stop mcrd in order, from the moment this is made: one that comes while mcrd is starting is kept until it can be obeyed.
/// SIGHUP does nothing yet (it would end the process), so that closing the terminal of a daemon that was started by hand does not stop the relay.
/// </summary>
internal sealed class SignalLifetime : IHostLifetime, IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _signals;

    public SignalLifetime() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true),
    ];

    /// <summary>False when mcrd ends although nobody wanted it to.</summary>
    public bool WasAsked => _asked.IsCancellationRequested;

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
        _asked.Cancel();
    }
}
