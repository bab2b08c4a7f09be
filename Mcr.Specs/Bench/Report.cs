using System.Text;
using System.Text.RegularExpressions;

namespace Mcr.Specs.Bench;

/// <summary>Where and with what a run was made, and its Markdown.</summary>
internal sealed partial record Report(string Cpu, int Cpus, string Kernel, DateTimeOffset Date, string Command, IReadOnlyList<string> Versions, TimeSpan Took)
{
    public static Report Here(string command, IEnumerable<Peer> peers, TimeSpan took) => new(
        Machine.CpuName(), Environment.ProcessorCount, Machine.Kernel(), DateTimeOffset.UtcNow, command,
        [.. peers.Where(p => p.Version is not null && Programs.Exists(p.Needs)).Select(p => Programs.VersionOf(p.Version!.Value.Program, p.Version.Value.Arguments)), Programs.VersionOf("gcc", "--version"), $".NET {Environment.Version}"],
        took);

    /// <summary>The CPU's name as a folder.</summary>
    public string Folder => NotInNames().Replace(Cpu.ToLowerInvariant(), "-").Trim('-');

    public string ToMarkdown(string title, IEnumerable<ReportTable> tables, IReadOnlyList<string> remarks, string method)
    {
        var text = new StringBuilder(FormattableString.Invariant($"# {title}\n\n{Cpu}, {Cpus} CPUs, Linux {Kernel}, {Date:yyyy-MM-dd HH:mm} UTC, in {Took.TotalMinutes:F0} minutes, by\n\n```\n{Command}\n```\n\n"));
        text.AppendJoin("; ", Versions).Append(".\n\n").Append(method).Append('\n');
        foreach (ReportTable table in tables)
            text.Append('\n').Append(table.ToMarkdown());
        if (remarks.Count > 0)
            text.Append("\n## Remarks\n\n").AppendJoin("\n", remarks.Select(r => "- " + r)).Append('\n');
        return text.ToString();
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInNames();
}
