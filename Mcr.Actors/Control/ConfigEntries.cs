using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>What runs.</summary>
/// <param name="RulesetHash">Of <paramref name="Rules"/>, as of the rules that <paramref name="Hocon"/> has.</param>
/// <param name="ConfigFile">What mcrd was started with; null for none.</param>
/// <param name="Hocon">A configuration file that starts the same relay.</param>
public sealed record ConfigEntry(string RulesetHash, IReadOnlyList<RuleEntry> Rules, string? ConfigFile, string Hocon);

/// <summary>A rule as somebody wants it; how it is, is in a <see cref="RuleEntry"/>.</summary>
public sealed record RuleShape(string RuleId, string? Name, string InputInterface, string InputGroup, int InputPort, string? Source, IReadOnlyList<OutputEntry> Outputs) : RuleTraits;

/// <summary>The rule with one input, before and after.</summary>
public sealed record RuleChangeEntry(RuleShape Before, RuleShape After);

/// <summary>What a change was, or would have been.</summary>
/// <param name="DryRun">Nothing was done.</param>
/// <param name="Sentence">What became of it.</param>
/// <param name="RulesetHash">After it.</param>
public sealed record ChangesEntry(
    bool DryRun,
    string Sentence,
    string RulesetHash,
    IReadOnlyList<RuleShape> Added,
    IReadOnlyList<RuleChangeEntry> Changed,
    IReadOnlyList<RuleShape> Removed)
{
    /// <summary>What else was done, or has to be known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Notes { get; init; }

    /// <summary>Keys of the files that have another value now, which mcrd has from its next start on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? NeedsRestart { get; init; }
}
