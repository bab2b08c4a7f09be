namespace Mcr.Native.Logging;

/// <summary>How levels and facilities are written.</summary>
public static class LogNames
{
    /// <summary>Of a facility that has no level of its own.</summary>
    public const string Default = "default";

    public static readonly IReadOnlyDictionary<string, LogVerbosity> Levels = Enum.GetValues<LogVerbosity>().ToDictionary(Of, StringComparer.OrdinalIgnoreCase);

    public static readonly IReadOnlyDictionary<string, LogFacility> Facilities = Enum.GetValues<LogFacility>().ToDictionary(f => f.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>As in HOCON and on command lines.</summary>
    public static string Of(LogVerbosity level) => level switch
    {
        LogVerbosity.Debug => "debug",
        LogVerbosity.Info => "info",
        LogVerbosity.Warning => "warning",
        _ => "error",
    };
}
