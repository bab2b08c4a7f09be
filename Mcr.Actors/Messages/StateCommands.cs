namespace Mcr.Actors.Messages;

/// <summary>To <c>/user/relay/state</c>.</summary>
internal static class StateCommands
{
    /// <summary>The ledger has changed. Never answered: nobody waits for a disk.</summary>
    public sealed record Save;

    /// <summary>Answered by <see cref="StateEvents.Flushed"/> when what the ledger has is on disk, or cannot be.</summary>
    public sealed record Flush;
}
