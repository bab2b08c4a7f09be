namespace Mcr.Actors.Control;

/// <summary>How patient the server is and with how many. The defaults are mcrd's; specs take shorter ones.</summary>
public sealed record ControlServerOptions
{
    public int MaxConnections { get; init; } = 64;

    /// <summary>Between two requests of a connection.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the first byte of a request to its last.</summary>
    public TimeSpan Read { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For a response to be taken by the client.</summary>
    public TimeSpan Write { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For mcrd to answer; a handler that hangs may not use up the connections.</summary>
    public TimeSpan Handle { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For requests under way when the server stops.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(3);
}
