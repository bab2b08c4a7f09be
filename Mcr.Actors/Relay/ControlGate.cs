using Akka.Actor;
using Mcr.Actors.Control;
using Mcr.Native.Logging;

namespace Mcr.Actors.Relay;

/// <summary>
/// Between the control socket, which is opened before anything else so that a second mcrd is refused at once, and the
/// <see cref="ControlActor"/>, which comes later and may be restarted. Thread-safe.
/// </summary>
public sealed class ControlGate
{
    /// <summary>Longer than the relay takes to answer any command.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private volatile IActorRef? _actor;

    /// <summary>Ends mcrd and leaves its workers; null where nobody can.</summary>
    public Action? OnLeave { get; set; }

    /// <summary>The levels of the log, which a request may change.</summary>
    public LogControl Log { get; init; } = new(LogLevels.Default);

    public async Task<ControlResponse> HandleAsync(ControlRequest request, CancellationToken cancellation)
    {
        if (_actor is not { } actor)
            return new ControlResponse.Error("mcrd is just starting or stopping; try again in a moment");
        try
        {
            return await actor.Ask<ControlResponse>(request, Patience, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return new ControlResponse.Error($"mcrd did not answer within {Patience.TotalSeconds:0} s; its log says what it is busy with");
        }
    }

    internal bool Leave()
    {
        OnLeave?.Invoke();
        return OnLeave is not null;
    }

    internal void Open(IActorRef actor) => _actor = actor;

    internal void Close() => _actor = null;
}
