using Mcr.Native.Logging;

namespace Mcr.Host.Mcrd.Logging;

/// <summary>
/// Which facility a logger's category belongs to: the full name of the type that logs, or of the type that it is about. Pure. What begins with
/// an entry belongs to it, and the longest one counts.
/// </summary>
internal static class LogCategories
{
    /// <summary>mcrd's own, where no type stands for it.</summary>
    public const string Daemon = "mcrd";

    /// <summary>What workers say under that facility.</summary>
    public static string OfWorker(LogFacility facility) => $"worker.{facility}";

    private static readonly (string Prefix, LogFacility Facility)[] Entries =
    [
        (Daemon, LogFacility.Supervisor),
        ("Mcr.Actors.Relay.", LogFacility.Supervisor),
        ("Mcr.Actors.Relay.ControlActor", LogFacility.ControlSocket),
        ("Mcr.Actors.Control.", LogFacility.ControlSocket),
        ("Mcr.Actors.Rules.", LogFacility.RuleDispatch),
        ("Mcr.Native.Rules.", LogFacility.RuleDispatch),
        ("Mcr.Actors.Interfaces.", LogFacility.Ingress),
        ("Mcr.Native.Ingress.", LogFacility.Ingress),
        ("Mcr.Actors.Interfaces.StatsLines", LogFacility.Stats),
        ("Mcr.Actors.Events.", LogFacility.Stats),
        ("Mcr.Native.Egress.", LogFacility.Egress),
        ("Mcr.Native.Packet.", LogFacility.PacketParser),
        ("Mcr.Actors.Workers.", LogFacility.DataPlane),
        ("Mcr.Native.Worker.", LogFacility.DataPlane),
        ("Mcr.Actors.Platform.Orphans", LogFacility.DataPlane),
        ("Mcr.Actors.Links.", LogFacility.Network),
        ("Mcr.Native.Kernel.", LogFacility.Network),
        ("Mcr.Actors.State.", LogFacility.State),
        ("Mcr.Actors.Audit.", LogFacility.Security),
        ("Mcr.Native.Privileges.", LogFacility.Security),
        ("Mcr.Actors.Cluster.", LogFacility.Cluster),
        ("Mcr.Actors.Console.", LogFacility.Cluster),
        ("Mcr.Actors.Beside.", LogFacility.Cluster),
        ("Mcr.Actors.Redundancy.", LogFacility.Cluster),
        ("Mcr.Actors.Legs.", LogFacility.Cluster),
        ("Mcr.Native.Redundancy.", LogFacility.DataPlane),
        ("Mcr.Native.Legs.", LogFacility.DataPlane),
        ("Mcr.Actors.Metrics.", LogFacility.Stats),
        ("Mcr.Host.Mcrd.Http.", LogFacility.Stats),
        ("Mcr.Host.Mcrd.Telemetry.", LogFacility.Stats),
        ("Mcr.Host.Mcrd.Health.", LogFacility.Stats),
        ("Mcr.Host.Mcrd.Supervisor.", LogFacility.Supervisor),
        ("OpenTelemetry.", LogFacility.Runtime),
        ("Akka.", LogFacility.Runtime),
        ("Microsoft.", LogFacility.Runtime),
        ("System.", LogFacility.Runtime),
        .. Enum.GetValues<LogFacility>().Select(f => (OfWorker(f), f)),
    ];

    /// <returns>null for a category that nobody has thought of.</returns>
    public static LogFacility? Find(string category)
    {
        (string prefix, LogFacility facility) = Entries.Where(e => category.StartsWith(e.Prefix, StringComparison.Ordinal)).DefaultIfEmpty().MaxBy(e => e.Prefix?.Length);
        return prefix is null ? null : facility;
    }

    public static LogFacility Of(string category) => Find(category) ?? LogFacility.Supervisor;
}
