using System.Globalization;
using System.Text.Json;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Control;

/// <summary>Between events as mcrd's actors know them and what goes over the control socket. Pure.</summary>
public static class EventViews
{
    public const int DefaultLast = 20;
    public const int MostLast = Events.EventLog.Capacity;

    private static readonly string[] Kinds = ["rule-state", "worker-ready", "worker-ended", "link", "alarm-raised", "alarm-cleared", "sender-changed", "local-listener", "node-joined", "node-lost", "node-back", "node-left", "rule-conflict", "node-drift", "cluster-state", "taken-over", "yielded", "redundancy", "leg", "console-state", "input"];

    private static readonly string[] Alarms = ["silence", "rate-min", "rate-max", "loss", "second-source", "querier", "duplicate", "protection"];

    /// <returns>null: <paramref name="problems"/> says why.</returns>
    public static RelayQueries.GetEvents? Query(ControlRequest.Events request, List<ProblemEntry> problems)
    {
        if (request.Last is null || (int.TryParse(request.Last, NumberStyles.None, CultureInfo.InvariantCulture, out int last) && last <= MostLast))
            return new RelayQueries.GetEvents(request.From, request.Last is null ? DefaultLast : int.Parse(request.Last, CultureInfo.InvariantCulture));
        problems.Add(new ProblemEntry("last", $"'{request.Last}' cannot be; give a number from 0 to {MostLast}, which is how many are kept"));
        return null;
    }

    public static ControlResponse Report(EventReport report) =>
        new ControlResponse.Events(new EventsEntry(report.Missed, report.Next, report.HasMore, [.. report.Events.Select(Entry)]));

    public static EventEntry Entry(NumberedEvent numbered)
    {
        RelayEvent news = numbered.Event;
        return new EventEntry(numbered.Number, numbered.Time, Name(news.Severity), Name(news.Kind), news.Sentence)
        {
            RuleId = news.Rule?.Value,
            RuleName = news.RuleName,
            Interface = news.Interface,
            Values = news.Values.IsEmpty ? null : news.Values,
        };
    }

    /// <summary>What is posted of events.</summary>
    internal static byte[] Json(string host, string node, string version, Events.WebhookPost post) => JsonSerializer.SerializeToUtf8Bytes(
        new WebhookPostEntry(host, node, version, post.Number, post.Dropped, [.. post.Events.Select(Entry)]),
        ResponseJson.Default.WebhookPostEntry);

    public static string Name(AlarmKind kind) => Alarms[(int)kind];

    public static string Name(EventSeverity severity) => severity.ToString().ToLowerInvariant();

    public static string Name(EventKind kind) => Kinds[(int)kind];
}
