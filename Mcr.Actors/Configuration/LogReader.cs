using Mcr.Actors.Configuration.Hocon;
using Mcr.Native.Logging;

namespace Mcr.Actors.Configuration;

/// <summary><c>mcr.log</c>.</summary>
internal static class LogReader
{
    public static LogSettings Read(ConfigSection log)
    {
        var levels = new LogLevels(log.OneOf("level", LogNames.Levels), LogLevels.Default.Overrides);
        ConfigSection own = log.Section("levels");
        foreach ((string name, LogFacility facility) in LogNames.Facilities)
        {
            if (own.Find(name) is { } given)
                levels = levels.With(facility, given is HoconScalar { Text: LogNames.Default } ? null : own.OneOf(name, LogNames.Levels));
        }

        own.RefuseUnknownKeys();
        var settings = new LogSettings(levels, log.Flag("json"))
        {
            Repeats = log.Whole("repeats", 0, 100_000),
            RepeatPeriod = log.Duration("repeat-period", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        };
        log.RefuseUnknownKeys();
        return settings;
    }
}
