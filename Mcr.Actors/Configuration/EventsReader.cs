using Mcr.Actors.Control;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Configuration;

/// <summary><c>mcr.events</c>.</summary>
internal static class EventsReader
{
    public static readonly Dictionary<string, EventSeverity> Severities = Enum.GetValues<EventSeverity>().ToDictionary(EventViews.Name);

    private const int LongestUrl = 2000;

    public static WebhookSettings Read(ConfigSection events)
    {
        ConfigSection webhook = events.Section("webhook");
        var settings = new WebhookSettings(
            ReadUrl(webhook),
            ReadAuthorization(webhook),
            webhook.OneOf("min-severity", Severities),
            webhook.Duration("timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            webhook.Whole("queue", 1, 100_000));
        webhook.RefuseUnknownKeys();
        events.RefuseUnknownKeys();
        return settings;
    }

    private static string ReadUrl(ConfigSection webhook)
    {
        string url = webhook.Text("url") ?? "";
        if (url.Length > 0 && Problem(url) is { } problem)
            webhook.Problem(webhook.PositionOf("url"), "url", problem);
        return url;
    }

    /// <summary>What it is set to is not repeated: it may be a secret.</summary>
    private static string? Problem(string url) =>
        url.Length > LongestUrl ? $"has {url.Length} characters; give at most {LongestUrl}"
        : !Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) || parsed.Scheme is not ("http" or "https") || parsed.Host.Length == 0
            ? "is no URL that can be posted to; give one such as https://host.example/path, or leave it empty to post nothing"
        : parsed.UserInfo.Length > 0 ? "has a user or password in it; give them as authorization = \"Basic …\""
        : null;

    private static string ReadAuthorization(ConfigSection webhook)
    {
        string value = webhook.Text("authorization") ?? "";
        if (value.Any(c => c is < ' ' or > '~'))
            webhook.Problem(webhook.PositionOf("authorization"), "authorization", "has characters that no header can have; give printable ASCII, such as \"Bearer TOKEN\"");
        return value;
    }
}
