namespace Mcr.Host.Mcrd.Demo;

/// <summary>Who has been started by a process: the children of all its threads (proc(5)).</summary>
internal static class ChildProcesses
{
    /// <returns>None of a process that is gone.</returns>
    public static int[] Of(int pid)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{pid}/task").SelectMany(OfTask)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static IEnumerable<int> OfTask(string task)
    {
        try
        {
            return [.. File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        }
        catch (IOException)
        {
            return []; // a thread that has ended meanwhile
        }
    }
}
