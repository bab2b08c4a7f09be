using Mcr.Actors.Messages;

namespace Mcr.Actors.Configuration;

/// <summary>Where events are posted to, as <c>mcr.events.webhook</c> says.</summary>
/// <param name="Url">Checked; empty: nowhere.</param>
/// <param name="Authorization">The value of the header of that name; empty: none is sent.</param>
/// <param name="MinSeverity">What matters less is not posted.</param>
/// <param name="Timeout">For one post, from connecting to the status of the answer.</param>
/// <param name="Queue">Events that may wait; of more the oldest are dropped, and counted.</param>
public sealed record WebhookSettings(string Url, string Authorization, EventSeverity MinSeverity, TimeSpan Timeout, int Queue)
{
    public static readonly WebhookSettings Off = new("", "", EventSeverity.Warning, TimeSpan.FromSeconds(5), 1000);

    public bool IsOff => Url.Length == 0;

    /// <summary>For people: without the path and what follows it, which is often all that a receiver takes for a password.</summary>
    public string Place => IsOff ? "nowhere" : new Uri(Url).GetLeftPart(UriPartial.Authority);
}
