using System.Globalization;
using Mcr.Actors.Relay;
using Mcr.Native.Logging;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Configuration;

/// <summary>
/// Settings as keys below <c>mcr</c> and their values in HOCON, the other way round from <see cref="SettingsReader"/>: every key of reference.hocon but
/// <c>rules</c>. By it settings are written down, and compared. Pure.
/// </summary>
internal static class SettingsKeys
{
    private const string Defaults = "interface-defaults";

    private const string Webhook = "events.webhook";

    private const string Otlp = "otlp";

    /// <summary>In the order of reference.hocon; of an interface only what differs from the defaults for all.</summary>
    public static IReadOnlyList<(string Key, string Value)> Of(McrSettings settings)
    {
        WorkerSettings worker = settings.Worker;
        var keys = new List<(string Key, string Value)>
        {
            ("node.name", RuleText.Quote(settings.NodeName)),
            ("control.socket", RuleText.Quote(settings.Control.Socket)),
            ("control.group", RuleText.Quote(settings.Control.Group)),
            ("control.read-only-group", RuleText.Quote(settings.Control.ReadOnlyGroup)),
            ("runtime-directory", Unless(settings.RuntimeDirectory, SettingsReader.DefaultRuntimeDirectory(settings.Control.Socket))),
            ("persist", Flag(settings.Persist)),
            ("state-directory", Unless(settings.StateDirectory, SettingsReader.DefaultStateDirectory(settings.Control.Socket))),
            ("stats-interval", Duration(settings.StatsInterval)),
            ("log.level", LogNames.Of(settings.Log.Levels.Global)),
            ("log.json", Flag(settings.Log.Json)),
            ("log.repeats", Number(settings.Log.Repeats)),
            ("log.repeat-period", Duration(settings.Log.RepeatPeriod)),
            ("worker.path", RuleText.Quote(worker.Path)),
            ("worker.receive-buffer", Units.Format(worker.ReceiveBuffer)),
            ("worker.send-buffer", Units.Format(worker.SendBuffer)),
            ("worker.segmentation", Flag(worker.Segmentation)),
            ("worker.max-age", Duration(worker.MaxAge)),
            ("worker.standby", Flag(worker.Standby)),
            ("worker.memory-limit", Units.Format(worker.MemoryLimit)),
            ("worker.max-restarts", Number(worker.Restarts.Restarts)),
            ("worker.restart-window", Duration(worker.Restarts.Window)),
            ("worker.start-timeout", Duration(worker.StartTimeout)),
            ("worker.stop-timeout", Duration(worker.StopTimeout)),
            ("worker.orphan-grace", worker.OrphanGrace is { } grace ? Duration(grace) : "forever"),
        };
        // Of those with a level of their own, here or in reference.hocon: that one has none here has to be said, too.
        keys.AddRange(LogNames.Facilities.Values.Where(f => f == LogFacility.Runtime || settings.Log.Levels.Overrides.ContainsKey(f)).Select(f => ($"log.levels.{f}", settings.Log.Levels.Overrides.TryGetValue(f, out LogVerbosity own) ? LogNames.Of(own) : LogNames.Default)));
        keys.AddRange(AlarmText.Pairs(settings.AlarmDefaults).Select(alarm => ($"alarm-defaults.{alarm.Key}", alarm.Value ?? "")));
        keys.AddRange(Of(settings.Webhook).Select(w => ($"{Webhook}.{w.Key}", w.Value)));
        keys.Add(("http.listen", settings.Http.Listen is { } listen ? RuleText.Quote($"{listen}") : ExportReader.Off));
        keys.AddRange(Of(settings.Otlp).Select(o => ($"{Otlp}.{o.Key}", o.Value)));
        keys.AddRange(Of(settings.Tls).Select(t => ($"tls.{t.Key}", t.Value)));
        keys.AddRange(Of(settings.Cluster).Select(c => ($"cluster.{c.Key}", c.Value)));
        keys.AddRange(Of(settings.Console).Select(c => ($"console.{c.Key}", c.Value)));
        (string Key, string Value)[] defaults = [.. Of(settings.InterfaceDefaults)];
        keys.AddRange(defaults.Select(d => ($"{Defaults}.{d.Key}", d.Value)));
        foreach ((string name, InterfaceOptions options) in settings.Interfaces)
            keys.AddRange(Of(options).Except(defaults).Select(o => ($"{Interface(name)}.{o.Key}", o.Value)));
        return keys;
    }

    /// <summary>What it is set to goes into no log.</summary>
    public static bool IsSecret(string key) => key is $"{Webhook}.url" or $"{Webhook}.authorization" or $"{Otlp}.headers";

    public static string Interface(string name) => $"interfaces.{RuleText.Quote(name)}";

    private static IEnumerable<(string Key, string Value)> Of(WebhookSettings webhook) =>
    [
        ("url", RuleText.Quote(webhook.Url)),
        ("authorization", RuleText.Quote(webhook.Authorization)),
        ("min-severity", Word(EventsReader.Severities, webhook.MinSeverity)),
        ("timeout", Duration(webhook.Timeout)),
        ("queue", Number(webhook.Queue)),
    ];

    private static IEnumerable<(string Key, string Value)> Of(OtlpSettings otlp) =>
    [
        ("endpoint", RuleText.Quote(otlp.Endpoint)),
        ("protocol", Word(ExportReader.Protocols, otlp.IsGrpc)),
        ("headers", RuleText.Quote(otlp.Headers)),
        ("interval", Duration(otlp.Interval)),
        ("timeout", Duration(otlp.Timeout)),
        ("metrics", Flag(otlp.Metrics)),
        ("traces", Flag(otlp.Traces)),
    ];

    private static IEnumerable<(string Key, string Value)> Of(TlsSettings tls) =>
    [
        ("ca", RuleText.Quote(tls.Ca)),
        ("certificate", RuleText.Quote(tls.Certificate)),
        ("key", RuleText.Quote(tls.Key)),
    ];

    private static IEnumerable<(string Key, string Value)> Of(ClusterSettings cluster) =>
    [
        ("enabled", Flag(cluster.Enabled)),
        ("name", RuleText.Quote(cluster.Name)),
        ("listen", RuleText.Quote($"{cluster.Listen}")),
        ("advertise", RuleText.Quote($"{cluster.Advertise}")),
        ("seeds", Texts(cluster.Seeds.Select(s => $"{s}"))),
        ("allow", Texts(cluster.Allow)),
        ("insecure", Flag(cluster.Insecure)),
        ("legs.interface", RuleText.Quote(cluster.Legs.Interface ?? "")),
        ("legs.ports", RuleText.Quote($"{cluster.Legs.FirstPort}-{cluster.Legs.LastPort}")),
    ];

    private static IEnumerable<(string Key, string Value)> Of(ConsoleSettings console) =>
    [
        ("enabled", Flag(console.Enabled)),
        ("listen", RuleText.Quote($"{console.Listen}")),
        ("advertise", RuleText.Quote($"{console.Advertise}")),
        ("admins", Texts(console.Admins)),
        ("readers", Texts(console.Readers)),
        ("insecure", Flag(console.Insecure)),
    ];

    private static IEnumerable<(string Key, string Value)> Of(InterfaceOptions options) =>
    [
        ("workers", Number(options.Workers)),
        ("cores", $"[{string.Join(", ", options.Cores)}]"),
        ("ingress", Word(InterfaceReader.Ingresses, options.Ingress)),
        ("gro", Word(InterfaceReader.Gros, options.Gro)),
        ("coalesce", options.CoalesceMicroseconds == WorkerOptions.CoalesceAuto ? InterfaceReader.Auto : Duration(TimeSpan.FromMicroseconds(options.CoalesceMicroseconds))),
        ("poll", Word(InterfaceReader.Polls, options.Spin)),
        ("realtime", Flag(options.Realtime)),
        ("fragments", Word(InterfaceReader.Fragments, options.Reassemble)),
    ];

    /// <summary>Empty when it is what is derived.</summary>
    private static string Unless(string value, string derived) => RuleText.Quote(value == derived ? "" : value);

    private static string Word<T>(Dictionary<string, T> words, T value) => words.First(w => EqualityComparer<T>.Default.Equals(w.Value, value)).Key;

    private static string Texts(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(RuleText.Quote))}]";

    private static string Flag(bool value) => value ? "on" : "off";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>In the largest unit that needs no fraction.</summary>
    private static string Duration(TimeSpan value) =>
        value.Ticks % TimeSpan.TicksPerMillisecond != 0 ? string.Create(CultureInfo.InvariantCulture, $"{value.TotalMicroseconds:0}us")
        : value.Ticks % TimeSpan.TicksPerSecond != 0 || value == TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"{value.TotalMilliseconds:0}ms")
        : string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0}s");
}
