using System.Globalization;
using Mcr.Actors.Control;
using Spectre.Console;
using BitRate = Mcr.Native.Rules.BitRate;

namespace Mcr.Host.Mcrctl;

/// <summary>Responses for people. The only class that needs Spectre.Console, which is loaded when a table is printed and not before.</summary>
internal static class Tables
{
    public static void Print(IAnsiConsole console, ControlResponse response)
    {
        switch (response)
        {
            case ControlResponse.Rules rules:
                Print(console, rules.Entries, "no rules", ["Rule", "Input", "Outputs", "Status"], Rule);
                break;
            case ControlResponse.Workers workers:
                Print(console, workers.Entries, "no workers", ["Pid", "Interface", "Number", "Cores", "Status", "Restarts", "Rules", "Sync"], Worker);
                break;
            case ControlResponse.Stats stats:
                Print(console, stats.Entries, "no rules", ["Rule", "Input", "Packets", "Bytes", "Packets/s", "Bits/s", "Sent", "Errors"], Stats);
                break;
            case ControlResponse.Interfaces interfaces:
                Print(console, interfaces.Entries, "no interfaces", ["Name", "Kind", "State", "MTU", "Addresses", "Rules", "Workers"], Interface);
                break;
            case ControlResponse.Changes changes:
                foreach (string line in ChangeLines.Of(changes.Entry))
                    Line(console, line);
                break;
            case ControlResponse.Audit audit:
                Print(console, audit.Entries, "nothing was changed", ["Time", "Who", "What", "Result"], Audit);
                break;
            case ControlResponse.Config config:
                console.Profile.Out.Writer.Write(Printable(config.Entry.Hocon)); // as it is: lines of a file are not to be broken
                break;
            case ControlResponse.Success success:
                Line(console, success.Sentence);
                break;
            case ControlResponse.Pong:
                Line(console, "mcrd is running");
                break;
            case ControlResponse.Version version:
                Line(console, $"mcrd {version.Entry.Version}, control protocol {version.Entry.ProtocolVersion}");
                if (version.Entry.Saving is { } saving)
                    Line(console, Saving(saving));
                break;
        }
    }

    private static void Print<T>(IAnsiConsole console, IReadOnlyList<T> entries, string none, string[] columns, Func<T, string[]> row)
    {
        if (entries.Count == 0)
        {
            Line(console, none);
            return;
        }

        var table = new Table { Border = TableBorder.Simple };
        foreach (string column in columns)
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))));
        foreach (T entry in entries)
            table.AddRow(row(entry).Select(cell => new Text(Printable(cell))));
        console.Write(table);
    }

    /// <summary>Below each other, so that a terminal of ordinary width has room for the reason.</summary>
    private static string[] Rule(RuleEntry rule) =>
    [
        Lines(rule.Name, rule.RuleId, $"of {rule.Origin}"),
        Input(rule.InputGroup, rule.InputPort, rule.InputInterface, rule.Source),
        string.Join('\n', rule.Outputs.Select(Output)),
        Lines(string.Create(CultureInfo.InvariantCulture, $"{rule.Status} since {Time(rule.Since)}"), rule.Why),
    ];

    private static string[] Audit(AuditEntry entry) =>
    [
        Time(entry.Time),
        entry.Uid is { } uid ? Lines(entry.User ?? $"uid {uid}", $"pid {entry.Pid}") : entry.Via,
        entry.Request is { } request ? RequestWords.Of(request) : entry.Via,
        Lines(entry.Result, entry.Sentence),
    ];

    private static string Saving(SavingEntry saving) => saving switch
    {
        { Persist: false } => "changes are not saved and end with mcrd (persist = off)",
        { Error: { } why, FailingSince: { } since } => $"changes CANNOT be saved in {saving.StateDirectory} since {Time(since)} and would not survive a restart of mcrd: {why}",
        _ => $"changes are saved in {saving.StateDirectory}",
    };

    private static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Lines(params string?[] lines) => string.Join('\n', lines.OfType<string>());

    private static string[] Worker(WorkerEntry worker) =>
    [
        worker.Pid == 0 ? "-" : $"{worker.Pid}",
        worker.Interface,
        $"{worker.Number}",
        worker.Cores.Count == 0 ? "all" : string.Join(',', worker.Cores),
        worker.Status,
        $"{worker.Restarts}",
        worker.RulesetHash == worker.ExpectedHash ? worker.RulesetHash : $"{worker.RulesetHash}, to be {worker.ExpectedHash}",
        worker.Repairs == 0 ? worker.Sync : $"{worker.Sync} (repaired {worker.Repairs} times)",
    ];

    private static string[] Stats(StatsEntry stats) =>
    [
        stats.Name ?? stats.RuleId,
        Input(stats.InputGroup, stats.InputPort, stats.InputInterface, null),
        $"{stats.PacketsRelayed:N0}",
        $"{stats.BytesRelayed:N0}",
        $"{stats.PacketsPerSecond:N0}",
        $"{stats.BitsPerSecond:N0}",
        $"{stats.Sent:N0}",
        $"{stats.Errors:N0}",
    ];

    private static string[] Interface(InterfaceEntry device) =>
    [
        device.Name,
        device.Kind ?? "",
        !device.Present ? "missing" : !device.Up ? "down" : device.Running ? "up" : "no carrier",
        device.Mtu is { } mtu ? $"{mtu}" : "",
        string.Join('\n', device.Addresses),
        $"{device.Rules}",
        $"{device.Workers}",
    ];

    internal static string Input(string group, int port, string device, string? source) =>
        Place(group, port, device) + (source is null ? "" : $" from {source}");

    internal static string Output(OutputEntry output) =>
        $"{Place(output.Group, output.Port, output.Interface)} ttl {output.Ttl}"
        + (output.Source is null ? "" : $", source {output.Source}")
        + (output.Dscp is null ? "" : $", dscp {output.Dscp}")
        + (output.RateLimit is not { } rate ? "" : $", rate-limit {BitRate.Format(rate)}")
        + (output.MaxBurst is null ? "" : $", max-burst {output.MaxBurst}")
        + (output.Pace is null ? "" : $", pace {output.Pace}")
        + (output.Priority is null ? "" : $", priority {output.Priority}");

    /// <summary>As mcrctl takes it.</summary>
    private static string Place(string group, int port, string device) =>
        group.Contains(':', StringComparison.Ordinal) ? $"[{group}]:{port}:{device}" : $"{group}:{port}:{device}";

    private static void Line(IAnsiConsole console, string text) => console.Write(new Text(Printable(text) + "\n"));

    /// <summary>Lines may break where a cell has several, but nothing that somebody named may move the cursor.</summary>
    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) && c != '\n' ? ' ' : c)]);
}
