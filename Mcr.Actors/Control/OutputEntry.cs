using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>An output as lists show it. Options that are not given are null and not written. What is written can be read as an output of an add.</summary>
/// <param name="Ttl">What datagrams leave with, given or default, or <c>decrement</c>.</param>
public sealed record OutputEntry(
    string Group,
    int Port,
    string Interface,
    [property: JsonConverter(typeof(TextOrNumber))] string Ttl)
{
    /// <summary>The last of a range of ports, whose first is <see cref="Port"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? LastPort { get; init; }

    /// <summary><c>keep</c> or an address; null: the relay's own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    /// <summary>null: copied.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Dscp { get; init; }

    /// <summary>Bits a second.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RateLimit { get; init; }

    /// <summary>Datagrams.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxBurst { get; init; }

    /// <summary><c>on</c>, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Pace { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Priority { get; init; }

    /// <summary>Whose interface it is; null: this node's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Node { get; init; }

    /// <summary>Which nodes back each other up there, as <c>b+c</c>; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Pair { get; init; }

    /// <summary>The id or the name of the rule whose input it is, in place of an interface, a group and a port, which are empty and 0 then; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Rule { get; init; }
}
