using System.Collections.Immutable;
using Mcr.Actors.Relay;
using Mcr.Actors.Workers;
using Mcr.Native.Logging;
using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary>
/// Everything that can be configured, checked, with defaults from <c>hocon/reference.hocon</c>, which documents each value.
/// Read by <c>SettingsReader</c>.
/// </summary>
public sealed record McrSettings
{
    public required string NodeName { get; init; }

    public required ControlSettings Control { get; init; }

    /// <summary>Worker files and sockets of this mcrd; derived from the control socket's path unless given.</summary>
    public required string RuntimeDirectory { get; init; }

    /// <summary>What an mcrd leaves for the next one; derived from the control socket's path unless given.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Whether changes made at run time, and what was changed on the host, are kept there.</summary>
    public required bool Persist { get; init; }

    public required TimeSpan StatsInterval { get; init; }

    public required LogSettings Log { get; init; }

    public required WorkerSettings Worker { get; init; }

    /// <summary>Of every interface that is not in <see cref="Interfaces"/>.</summary>
    public required InterfaceOptions InterfaceDefaults { get; init; }

    /// <summary>By name, complete: the defaults where a file says nothing else.</summary>
    public required ImmutableSortedDictionary<string, InterfaceOptions> Interfaces { get; init; }

    /// <summary>Of every rule that says nothing else; complete.</summary>
    public required AlarmSettings AlarmDefaults { get; init; }

    public required WebhookSettings Webhook { get; init; }

    public required HttpSettings Http { get; init; }

    public required OtlpSettings Otlp { get; init; }

    public required TlsSettings Tls { get; init; }

    public required ClusterSettings Cluster { get; init; }

    /// <summary>As which this node is in a cluster; null: it is in none.</summary>
    public string? ClusterNode => Cluster.Enabled ? NodeName : null;

    public required ConsoleSettings Console { get; init; }

    internal bool AsksConsolesForCertificates => !Console.Insecure && !Tls.IsOff;

    /// <summary>In the order of the files.</summary>
    public required ImmutableArray<ConfiguredRule> Rules { get; init; }

    /// <summary>The <c>akka</c> object as JSON (<c>{"akka":{…}}</c>), for Akka's own parser.</summary>
    public required string AkkaJson { get; init; }

    public InterfaceOptions InterfaceOf(string name) => Interfaces.GetValueOrDefault(name) ?? InterfaceDefaults;

    /// <summary>The same settings with what can be had without a restart.</summary>
    /// <param name="workers">By interface.</param>
    internal McrSettings With(ImmutableArray<ConfiguredRule> rules, IReadOnlyDictionary<string, int> workers, WebhookSettings webhook) => this with
    {
        Rules = rules,
        Webhook = webhook,
        Interfaces = Interfaces.SetItems(workers.Select(w => KeyValuePair.Create(w.Key, InterfaceOf(w.Key) with { Workers = w.Value }))),
    };
}

/// <param name="Socket">Absolute path of the Unix socket.</param>
/// <param name="Group">Unix group that may connect besides the owner; empty for that of mcrd.</param>
/// <param name="ReadOnlyGroup">Unix group that may ask besides; empty for none.</param>
public sealed record ControlSettings(string Socket, string Group, string ReadOnlyGroup = "");

/// <param name="Json">One JSON object a line instead of text.</param>
public sealed record LogSettings(LogLevels Levels, bool Json)
{
    /// <summary>Of messages that are alike so many are logged in each <see cref="RepeatPeriod"/>, and the others counted; 0: all are logged.</summary>
    public int Repeats { get; init; }

    public TimeSpan RepeatPeriod { get; init; }
}

/// <param name="Path">A program to start as the worker; empty for this mcrd itself.</param>
/// <param name="ReceiveBuffer">Bytes of queue in front of each worker.</param>
/// <param name="SendBuffer">Bytes of queue of each egress socket.</param>
/// <param name="Segmentation">Whether runs of datagrams may be sent with UDP_SEGMENT.</param>
/// <param name="StartTimeout">A worker that is not ready by then is killed and started again.</param>
/// <param name="StopTimeout">A worker that has not exited by then is killed.</param>
/// <param name="OrphanGrace">How long a worker relays on without mcrd; null: until another mcrd adopts it.</param>
public sealed record WorkerSettings(string Path, int ReceiveBuffer, int SendBuffer, bool Segmentation, TimeSpan StartTimeout, TimeSpan StopTimeout, TimeSpan? OrphanGrace)
{
    /// <summary>Of what a worker finds queued up; zero: any.</summary>
    public TimeSpan MaxAge { get; init; }

    public bool Standby { get; init; }

    /// <summary>In bytes.</summary>
    public long MemoryLimit { get; init; }

    public RestartLimit Restarts { get; init; } = new(5, TimeSpan.FromMinutes(1));
}

/// <param name="Origin">Where it is written, as shown in lists: <c>mcrd.hocon:12:5</c>.</param>
public sealed record ConfiguredRule(ForwardingRule Rule, string Origin);
