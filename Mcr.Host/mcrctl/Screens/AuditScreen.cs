using System.Globalization;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>`mcrctl audit`: who changed what, in the order in which it was. Pure.</summary>
internal static class AuditScreen
{
    private static readonly Column[] Columns = [new("TIME"), new("WHO", Give: Give.Wrap), new("WHAT", Give: Give.Wrap), new("RESULT")];

    public static Screen Of(IReadOnlyList<AuditEntry> entries) => entries.Count == 0 ? new Screen(["nothing was changed"]) : new Screen([])
    {
        Columns = Columns,
        What = "change",
        Rows = [.. entries.Select(entry => new Row([Time(entry.Time), Who(entry), entry.Request is { } request ? RequestWords.Of(request) : entry.Via, entry.Result], Note: entry.Sentence))],
    };

    private static string Who(AuditEntry entry) => entry.Uid is { } uid ? $"{entry.User ?? $"uid {uid}"} (pid {entry.Pid})" : entry.Remote ?? entry.Via;

    private static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
