namespace Mcr.Actors.Relay;

/// <summary>What the actors need to know of the configuration.</summary>
public sealed record RelayOptions
{
    /// <summary>Of the program, as it answers to <c>mcrctl version</c>.</summary>
    public string Version { get; init; } = "";

    /// <summary>Interfaces that are configured. They need not have rules.</summary>
    public IReadOnlyDictionary<string, InterfaceOptions> Interfaces { get; init; } = new Dictionary<string, InterfaceOptions>();

    /// <summary>Of every other interface.</summary>
    public InterfaceOptions InterfaceDefaults { get; init; } = new();

    public InterfaceOptions Of(string name) => Interfaces.GetValueOrDefault(name) ?? InterfaceDefaults;

    /// <summary>Between two STATS lines of one worker.</summary>
    public TimeSpan StatsInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A worker that is not ready by then is killed and started again.</summary>
    public TimeSpan WorkerStartTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A worker that has not exited by then is killed.</summary>
    public TimeSpan WorkerStopTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a command waits for the worker's confirmation.</summary>
    public TimeSpan ApplyTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
