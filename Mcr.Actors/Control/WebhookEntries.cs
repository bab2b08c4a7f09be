using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>What is posted to <c>mcr.events.webhook.url</c>.</summary>
/// <param name="Host">The machine's name.</param>
/// <param name="Node">As configured: node.name.</param>
/// <param name="Version">Of mcrd.</param>
/// <param name="Post">1 for the first of this mcrd, then one more each: what is missing was given up, what is there twice was posted again.</param>
/// <param name="Dropped">Events that should have come since the post before and are lost.</param>
/// <param name="List">As <c>mcrctl events --json</c> prints them, the oldest first.</param>
public sealed record WebhookPostEntry(string Host, string Node, string Version, long Post, long Dropped, [property: JsonPropertyName("events")] IReadOnlyList<EventEntry> List);

/// <summary>How posting goes.</summary>
/// <param name="Place">Where to, without the path.</param>
/// <param name="Posted">Events that were taken.</param>
/// <param name="Waiting">Events that are still to be posted.</param>
/// <param name="Dropped">Events that are lost: there were too many, or the receiver refused them.</param>
/// <param name="Error">Why the last post was not taken; null when it was.</param>
/// <param name="FailingSince">When that began.</param>
public sealed record WebhookEntry(string Place, long Posted, long Waiting, long Dropped, string? Error, DateTimeOffset? FailingSince);
