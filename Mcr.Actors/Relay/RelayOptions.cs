using Mcr.Actors.Configuration;
using Mcr.Actors.Events;
using Mcr.Actors.Workers;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>What the actors need to know of the configuration.</summary>
public sealed record RelayOptions
{
    /// <summary>Of the program, as it answers to <c>mcrctl version</c>.</summary>
    public string Version { get; init; } = "";

    /// <summary>Where all this comes from; null where it comes from no file.</summary>
    public RunningConfiguration? Configuration { get; init; }

    /// <summary>How this relay is called, beside its host.</summary>
    public string NodeName => Configuration?.Settings.NodeName ?? "";

    /// <summary>As it is now: when files are read again it may change.</summary>
    public WebhookSettings Webhook => Configuration?.Settings.Webhook ?? WebhookSettings.Off;

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

    /// <summary>A process stands by for a worker that dies.</summary>
    public bool Standby { get; init; } = true;

    /// <summary>A worker whose own memory, in bytes, grows past this is killed and started again; 0: any.</summary>
    public long WorkerMemoryLimit { get; init; } = 512 << 20;

    /// <summary>A worker that is started again more often is not to blame, but one of its rules.</summary>
    public RestartLimit WorkerRestarts { get; init; } = new(5, TimeSpan.FromMinutes(1));

    /// <summary>From 0 to 1, for waits that shall not be alike.</summary>
    public Func<double> Chance { get; init; } = Random.Shared.NextDouble;

    /// <summary>Of every rule that says nothing else.</summary>
    public AlarmSettings AlarmDefaults { get; init; } = new(TimeSpan.Zero, 0, 0, Loss: true, SecondSource: true, Querier: true, Duplicate: true, Protection: true);

    /// <summary>null: events are not counted for anybody.</summary>
    public EventMetrics? Metrics { get; init; }

    /// <summary>How long a command waits for the worker's confirmation.</summary>
    public TimeSpan ApplyTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
