using System.Collections.Immutable;

namespace Mcr.Native.Logging;

/// <summary>What is logged: one level for everything, and other ones for some facilities. Immutable.</summary>
public sealed record LogLevels(LogVerbosity Global, ImmutableSortedDictionary<LogFacility, LogVerbosity> Overrides)
{
    /// <summary>Until something else is said.</summary>
    public static readonly LogLevels Default = new(LogVerbosity.Info, ImmutableSortedDictionary<LogFacility, LogVerbosity>.Empty);

    public LogVerbosity Of(LogFacility facility) => Overrides.TryGetValue(facility, out LogVerbosity own) ? own : Global;

    public bool Pass(LogFacility facility, LogVerbosity level) => level >= Of(facility);

    /// <param name="level">null: the facility follows the global level again.</param>
    public LogLevels With(LogFacility facility, LogVerbosity? level) =>
        this with { Overrides = level is { } own ? Overrides.SetItem(facility, own) : Overrides.Remove(facility) };

    public bool Equals(LogLevels? other) => other is not null && Global == other.Global && Overrides.SequenceEqual(other.Overrides);

    public override int GetHashCode() => HashCode.Combine(Global, Overrides.Count);
}
