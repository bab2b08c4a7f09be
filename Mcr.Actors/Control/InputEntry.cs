using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>A further input of a rule as lists show it. What is written can be read as an input of an add.</summary>
public sealed record InputEntry(string Group, int Port, string Interface)
{
    /// <summary>The only sender; null for any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }
}
