using System.Globalization;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>Every answer but an error as a screen. Pure.</summary>
internal static class AnswerScreen
{
    public static Screen Of(ControlResponse response) => response switch
    {
        ControlResponse.Rules rules => RuleScreen.Of(rules.Entries),
        ControlResponse.Workers workers => WorkerScreen.Of(workers.Entries),
        ControlResponse.Interfaces interfaces => InterfaceScreen.Of(interfaces.Entries),
        ControlResponse.Stats stats => StatsScreen.ByRule(stats.Entries, DateTimeOffset.UtcNow),
        ControlResponse.LogLevels levels => Levels(levels.Entry),
        ControlResponse.Changes changes => new Screen([.. ChangeLines.Of(changes.Entry)]),
        ControlResponse.Audit audit => AuditScreen.Of(audit.Entries),
        ControlResponse.ClusterStatus cluster => ClusterScreen.Of(cluster.Entry),
        ControlResponse.ClusterRules rules => ClusterScreen.Of(rules.Entries),
        ControlResponse.Success success => new Screen([success.Sentence]),
        ControlResponse.Pong => new Screen(["mcrd is running"]),
        ControlResponse.Version { Entry: var version } => new Screen(
        [
            $"mcrd {version.Version}, control protocol {version.ProtocolVersion}",
            .. version.Saving is { } saving ? [Saving(saving)] : Array.Empty<string>(),
            .. version.Webhook is { } webhook ? [Webhook(webhook)] : Array.Empty<string>(),
        ]),
        _ => new Screen([]),
    };

    private static Screen Levels(LogLevelsEntry levels) => new([])
    {
        Columns = [new("FACILITY"), new("LEVEL"), new("")],
        Rows = [new Row(["(all)", levels.Global.ToLowerInvariant(), ""]), .. levels.Facilities.Select(f => new Row([f.Key, f.Value.ToLowerInvariant(), levels.FacilityOverrides.ContainsKey(f.Key) ? "its own" : ""]))],
    };

    private static string Saving(SavingEntry saving) => saving switch
    {
        { Persist: false } => "changes are not saved and end with mcrd (persist = off)",
        { Error: { } why, FailingSince: { } since } => $"changes CANNOT be saved in {saving.StateDirectory} since {Time(since)} and would not survive a restart of mcrd: {why}",
        _ => $"changes are saved in {saving.StateDirectory}",
    };

    private static string Webhook(WebhookEntry webhook)
    {
        string counts = string.Create(CultureInfo.InvariantCulture, $"{webhook.Posted:N0} were taken, {webhook.Waiting:N0} wait, {webhook.Dropped:N0} are lost");
        return webhook is { Error: { } why, FailingSince: { } since }
            ? $"events CANNOT be posted to {webhook.Place} since {Time(since)}: {why} ({counts})"
            : $"events are posted to {webhook.Place}: {counts}";
    }

    private static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
