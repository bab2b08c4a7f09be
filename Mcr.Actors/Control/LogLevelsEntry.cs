namespace Mcr.Actors.Control;

/// <summary>Levels are Debug, Info, Warning and Error.</summary>
/// <param name="Global">Of every facility that has no level of its own.</param>
/// <param name="FacilityOverrides">Those that have.</param>
/// <param name="Facilities">All of them, each with the level in force.</param>
public sealed record LogLevelsEntry(string Global, IReadOnlyDictionary<string, string> FacilityOverrides, IReadOnlyDictionary<string, string> Facilities);
