namespace Mcr.Actors.Messages;

/// <summary>Whether a worker runs the rules that it is to run.</summary>
public enum WorkerSync
{
    /// <summary>It does not run, or has been sent rules and has not confirmed them yet.</summary>
    Updating,

    Synced,

    /// <summary>It runs others, and nobody knows why.</summary>
    Drifted,

    /// <summary>It was told everything once more, because it had drifted.</summary>
    Repairing,
}
