namespace Mcr.Specs.Bench;

internal static class Programs
{
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/sbin"];

    /// <summary>Whether a program can be started by its name; null stands for nothing that is needed.</summary>
    public static bool Exists(string? name) => name is null || Folders.Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>The first line with the word version that it prints.</summary>
    public static string VersionOf(string program, params string[] arguments)
    {
        using var run = new RunningProcess(null, program, arguments);
        run.WaitForExit();
        string[] lines = run.Output.Split('\n');
        return (lines.FirstOrDefault(l => l.Contains("version", StringComparison.OrdinalIgnoreCase)) ?? lines[0]).Trim();
    }
}
