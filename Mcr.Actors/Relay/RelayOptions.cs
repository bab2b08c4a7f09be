namespace Mcr.Actors.Relay;

/// <summary>What the actors need to know of the configuration.</summary>
public sealed record RelayOptions
{
    /// <summary>Of the program, as it answers to <c>mcrctl version</c>.</summary>
    public string Version { get; init; } = "";

    /// <summary>Interfaces that are configured, with the CPUs their workers may use (empty for all). They need not have rules.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Interfaces { get; init; } = new Dictionary<string, IReadOnlyList<int>>();

    /// <summary>Between two STATS lines of one worker.</summary>
    public TimeSpan StatsInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A worker that is not ready by then is killed and started again.</summary>
    public TimeSpan WorkerStartTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A worker that has not exited by then is killed.</summary>
    public TimeSpan WorkerStopTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the machine's devices are looked at, until something tells of their changes.</summary>
    public TimeSpan LinkInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a command waits for the worker's confirmation.</summary>
    public TimeSpan ApplyTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
