namespace Mcr.Native.Logging;

/// <summary>
/// What a message is about: each has a level of its own, in mcrd and its workers alike. The list is closed, and most names are those of the Rust program
/// of the same name. The order is that of the bytes between mcrd and a worker: append only.
/// </summary>
public enum LogFacility : byte
{
    /// <summary>mcrd itself: its start and its end, the rule set as a whole.</summary>
    Supervisor,

    /// <summary>What becomes of each rule, and which rules a worker runs.</summary>
    RuleDispatch,

    /// <summary>The control socket and who asks there.</summary>
    ControlSocket,

    /// <summary>Worker processes: they start, are adopted, hang, end.</summary>
    DataPlane,

    /// <summary>Input interfaces: what they are opened with, their memberships, how workers share their flows.</summary>
    Ingress,

    /// <summary>Outputs: their sockets, and datagrams that could not be sent.</summary>
    Egress,

    /// <summary>Frames that were dropped because of what they are; counted, never a line each.</summary>
    PacketParser,

    /// <summary>The [STATS:…] lines.</summary>
    Stats,

    /// <summary>Rights that are missing, and what a worker is kept from.</summary>
    Security,

    /// <summary>The machine's devices and its kernel.</summary>
    Network,

    /// <summary>What is kept over a restart: rules.json, host.json.</summary>
    State,

    /// <summary>Akka.NET and .NET of themselves. By default at <c>warning</c>, in reference.hocon.</summary>
    Runtime,

    /// <summary>Other hosts: who belongs to the cluster, what they agree on, and remote consoles.</summary>
    Cluster,
}
