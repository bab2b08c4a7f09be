using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>A further input of a rule as lists show it. What is written can be read as an input of an add. Without a place (empty, port 0) with <see cref="Rule"/>.</summary>
public sealed record InputEntry(string Group, int Port, string Interface)
{
    /// <summary>The only sender; null for any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    /// <summary>With <see cref="Rule"/>: the node that has that rule; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Node { get; init; }

    /// <summary>The id or the name of the rule that sends here by a leg; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Rule { get; init; }
}
