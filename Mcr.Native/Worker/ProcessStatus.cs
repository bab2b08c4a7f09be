using System.Globalization;

namespace Mcr.Native.Worker;

/// <summary>What the kernel says of a process (proc_pid_status(5)).</summary>
/// <param name="IsStopped">By SIGSTOP or the like, or by a debugger.</param>
/// <param name="MemoryBytes">Resident and its own: without files and what it shares with others.</param>
public readonly record struct ProcessStatus(bool IsStopped, long MemoryBytes)
{
    /// <returns>All zero for a process that is gone.</returns>
    public static ProcessStatus Read(int pid)
    {
        try
        {
            return Parse(File.ReadLines($"/proc/{pid}/status"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    internal static ProcessStatus Parse(IEnumerable<string> lines)
    {
        bool isStopped = false;
        foreach (string line in lines)
        {
            if (line.StartsWith("State:\t", StringComparison.Ordinal))
                isStopped = line["State:\t".Length..] is ['T' or 't', ..];
            else if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
                return new ProcessStatus(isStopped, KibiBytes(line) << 10);
        }

        return new ProcessStatus(isStopped, 0); // a zombie has no memory
    }

    /// <summary><c>RssAnon:	    1234 kB</c>.</summary>
    private static long KibiBytes(string line) =>
        long.TryParse(line.AsSpan("RssAnon:".Length).TrimEnd("kB ").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : 0;
}
