namespace Mcr.Actors.Control;

public enum ControlClientProblem
{
    /// <summary>There is no such socket, or nobody listens on it.</summary>
    NotRunning,

    /// <summary>The socket is not this user's to use.</summary>
    NotPermitted,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The connection ended, or what came is no answer.</summary>
    Broken,
}

/// <summary>mcrd could not be asked; the message is a sentence that says what to do.</summary>
public sealed class ControlClientException(ControlClientProblem kind, string sentence, Exception? inner = null) : Exception(sentence, inner)
{
    public ControlClientProblem Kind { get; } = kind;
}
