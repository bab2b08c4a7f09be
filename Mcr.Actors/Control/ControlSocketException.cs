namespace Mcr.Actors.Control;

public enum ControlSocketProblem
{
    /// <summary>Another mcrd is alive and has it.</summary>
    InUse,

    /// <summary>The path, its directory, the group or a right is wrong.</summary>
    CannotCreate,
}

/// <summary>The control socket cannot be opened; the message is a sentence that says what to do.</summary>
public sealed class ControlSocketException(ControlSocketProblem kind, string sentence, Exception? inner = null) : Exception(sentence, inner)
{
    public ControlSocketProblem Kind { get; } = kind;
}
