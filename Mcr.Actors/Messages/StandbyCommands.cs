namespace Mcr.Actors.Messages;

/// <summary>To <c>/user/relay/standby</c>, by the event stream.</summary>
internal static class StandbyCommands
{
    /// <summary>A worker relays, perhaps the one that stood by; no start is in a hurry now.</summary>
    public sealed record Prepare;
}
