namespace Mcr.Host.Mcrd.Demo;

/// <summary>What the kernel says of a running worker's rights (proc(5)), in every task of it.</summary>
internal static class WorkerProof
{
    private static readonly string[] Fields = ["Uid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"];

    /// <summary>mcrd is ready before the process that stands by is: until its system call filter is there, or a few seconds, or its end.</summary>
    public static async Task WaitFilteredAsync(int pid, CancellationToken cancellation)
    {
        for (int i = 0; i < 300 && IsUnfiltered(pid); i++)
            await Task.Delay(10, cancellation);
    }

    private static bool IsUnfiltered(int pid)
    {
        try
        {
            return Field(File.ReadAllLines($"/proc/{pid}/status"), "Seccomp") == "0";
        }
        catch (IOException)
        {
            return false; // it is gone
        }
    }

    /// <param name="name">What the process is.</param>
    /// <returns>null when the process is gone.</returns>
    public static string? Describe(string name, int pid)
    {
        try
        {
            string[] tasks = Directory.GetDirectories($"/proc/{pid}/task");
            string[] rights = [.. tasks.Select(Rights).Distinct()];
            string resident = Field(File.ReadAllLines($"/proc/{pid}/status"), "VmRSS");
            return $"{name} (pid {pid}): {string.Join(" / ", rights)} in each of {tasks.Length} tasks; resident {resident}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Rights(string task)
    {
        string[] status = File.ReadAllLines(Path.Combine(task, "status"));
        string[] values = [.. Fields.Select(f => Field(status, f))];
        bool noCapability = values[1..6].All(v => v.Trim('0').Length == 0);
        return $"uid {values[0].Split('\t')[0]}, {(noCapability ? "no capability in any set" : $"capabilities {values[3]} (bounding {values[4]})")}, NoNewPrivs {values[6]}, Seccomp {values[7]}";
    }

    private static string Field(string[] status, string name) =>
        status.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal)) is { } line ? line[(name.Length + 1)..].Trim() : "?";
}
