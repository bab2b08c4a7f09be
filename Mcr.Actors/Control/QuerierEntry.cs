using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>Who asks on an interface's segment for memberships.</summary>
/// <param name="Family"><c>ipv4</c> or <c>ipv6</c>.</param>
/// <param name="Since">From when on it is listened for.</param>
public sealed record QuerierEntry(string Family, DateTimeOffset Since)
{
    /// <summary>Of the last one that asked; null: nobody has. 0.0.0.0 or :: of a switch that has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Address { get; init; }

    /// <summary>Such as <c>IGMPv3</c> or <c>MLDv2</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Protocol { get; init; }

    /// <summary>When it last asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Nobody has asked for longer than a segment does without, alarm or not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Silent { get; init; }

    /// <summary>That nobody asks; null while that is no alarm.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AlarmEntry? Alarm { get; init; }
}
