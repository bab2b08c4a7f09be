namespace Mcr.Native.Redundancy;

/// <summary>What a rule says of its takeover, as a loop uses it.</summary>
/// <param name="After">Nanoseconds of silence.</param>
/// <param name="Rank">Of this node: 0 goes first. No two nodes have the same.</param>
public readonly record struct TakeoverSettings(long After, int Rank);
