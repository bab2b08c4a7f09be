using System.Collections.Immutable;

namespace Mcr.Actors.Configuration;

/// <summary>The hosts that are one relay with this one.</summary>
/// <param name="Enabled">Off: this host is alone.</param>
/// <param name="Name">Of the cluster, the same on all of its nodes.</param>
/// <param name="Listen">Where other nodes connect to.</param>
/// <param name="Advertise">What they know that place by; null: by <paramref name="Listen"/>.</param>
/// <param name="Seeds">Nodes to join, this one among them or not; none of them is special.</param>
/// <param name="Allow">Names of certificates that may be nodes; none: each node's certificate of the authority.</param>
/// <param name="Insecure">Plain text between hosts.</param>
public sealed record ClusterSettings(bool Enabled, string Name, HostPort Listen, HostPort? Advertise, ImmutableArray<HostPort> Seeds, ImmutableArray<string> Allow, bool Insecure)
{
    /// <summary>Where what other nodes' rules send here comes in.</summary>
    public LegSettings Legs { get; init; } = LegSettings.Default;

    public HostPort Address => Advertise ?? Listen;
}

/// <summary>The near end of the legs from other nodes: UDP, one port for each.</summary>
/// <param name="Interface">null: the one with the address of the cluster.</param>
/// <param name="LastPort">As many legs as there are ports can end here.</param>
public sealed record LegSettings(string? Interface, ushort FirstPort, ushort LastPort)
{
    public const int LeastPort = 1024;
    public const int MaxPorts = 1000;

    public static readonly LegSettings Default = new(null, 4100, 4199);
}

/// <summary>Consoles that ask over the network.</summary>
/// <param name="Enabled">Off: there is the control socket only.</param>
/// <param name="Listen">Where consoles connect to.</param>
/// <param name="Advertise">What they know that place by; null: by <paramref name="Listen"/>.</param>
/// <param name="Admins">Names of certificates that may change something.</param>
/// <param name="Readers">Names of certificates that may ask.</param>
/// <param name="Insecure">Plain text, and everybody may do everything.</param>
public sealed record ConsoleSettings(bool Enabled, HostPort Listen, HostPort? Advertise, ImmutableArray<string> Admins, ImmutableArray<string> Readers, bool Insecure)
{
    public HostPort Address => Advertise ?? Listen;

    /// <summary>What else is set takes a new port.</summary>
    internal ConsoleSettings WithNamesOf(ConsoleSettings other) => HasNamesOf(other) ? this : this with { Admins = other.Admins, Readers = other.Readers };

    internal bool HasNamesOf(ConsoleSettings other) => Admins.SequenceEqual(other.Admins) && Readers.SequenceEqual(other.Readers);
}
