using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <param name="Missed">Events that were asked for and are not kept any more.</param>
/// <param name="Next">To be given back for what comes after these.</param>
/// <param name="More">There are more to be had at once.</param>
/// <param name="List">The oldest first.</param>
public sealed record EventsEntry(long Missed, long Next, bool More, [property: JsonPropertyName("events")] IReadOnlyList<EventEntry> List);

/// <param name="Number">1 for the first of this mcrd, then one more each.</param>
/// <param name="Severity"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Kind">Such as <c>rule-state</c> or <c>alarm-raised</c>.</param>
/// <param name="Message">A sentence.</param>
public sealed record EventEntry(long Number, DateTimeOffset Time, string Severity, string Kind, string Message)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RuleId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RuleName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Interface { get; init; }

    /// <summary>What there is to it besides, by name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Values { get; init; }
}
