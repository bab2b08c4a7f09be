namespace Mcr.Actors.Messages;

/// <summary>From <c>/user/relay/state</c> to the supervisor.</summary>
internal static class StateEvents
{
    /// <param name="Problem">Why changes are not being saved; null when they are again.</param>
    public sealed record Changed(string? Problem);

    public sealed record Flushed;
}
