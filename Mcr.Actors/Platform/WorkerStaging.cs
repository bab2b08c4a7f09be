using System.Runtime.InteropServices;
using Mcr.Native.Interop;
using Mcr.Native.Logging;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>
/// A copy of the worker's files in the runtime directory, readable by nobody: so a checkout under a private home works, and a rebuild
/// does not disturb a running worker. A worker that is a native program is one file; otherwise, without a deps.json, the host takes what lies beside
/// it, which is only what a worker needs. A native one that everybody can start where it is, as that of a package, is not copied: whoever installs another replaces
/// the file, and a running worker keeps the one that it has.
/// </summary>
public sealed class WorkerStaging : IDisposable
{
    private const string DirectoryPrefix = "worker-";
    private const string Executable = "mcr-worker";

    /// <summary>Beside the program, unless that is a native one.</summary>
    private static readonly string[] Managed = ["mcr-worker.dll", "mcr-worker.runtimeconfig.json", "Mcr.Native.dll", "Tmds.LibC.dll"];

    private readonly string _runtimeDirectory;

    private WorkerStaging(WorkerProgram program, string runtimeDirectory)
    {
        Program = program;
        _runtimeDirectory = runtimeDirectory;
    }

    public WorkerProgram Program { get; }

    /// <param name="runtimeDirectory">mcrd's own, made here when missing.</param>
    /// <param name="workerPath">A program to use instead of this mcrd; empty for none.</param>
    /// <param name="asNobody">Workers change to that user, who must be able to get there.</param>
    /// <exception cref="IOException">a file is missing, or the directory cannot be written or reached; the message says which and why.</exception>
    public static WorkerStaging Prepare(string runtimeDirectory, string workerPath, bool asNobody)
    {
        if (!Directory.Exists(runtimeDirectory))
            Create(runtimeDirectory);
        if (workerPath.Length > 0)
            return new WorkerStaging(new WorkerProgram(workerPath, WorkerEnvironment()), runtimeDirectory);
        bool isNative = !File.Exists(Path.Combine(AppContext.BaseDirectory, Managed[0]));
        string beside = Path.Combine(AppContext.BaseDirectory, Executable);
        if (isNative && IsForAll(beside))
        {
            RemoveStale(runtimeDirectory);
            return new WorkerStaging(new WorkerProgram(beside, WorkerEnvironment()), runtimeDirectory);
        }

        if (asNobody && Barrier(runtimeDirectory) is { } barrier)
            throw new IOException($"workers run as the user nobody, who may not enter {barrier}; set mcr.runtime-directory to a directory that everybody may enter, such as /run/mcr/workers, or put the control socket into such a one");
        RemoveStale(runtimeDirectory);
        string directory = Unused(runtimeDirectory);
        Create(directory);
        foreach (string file in isNative ? [Executable] : Managed.Prepend(Executable))
        {
            string target = Path.Combine(directory, file);
            File.Copy(Path.Combine(AppContext.BaseDirectory, file), target, overwrite: true);
            File.SetUnixFileMode(target, file == Executable ? Mode755 : Mode755 & ~(UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute));
        }

        string program = Path.Combine(directory, Executable);
        if (Libc.access(program, Libc.X_OK) != 0) // its mode allows it
        {
            Directory.Delete(directory, recursive: true);
            throw new IOException("no program may be started from there (is it mounted noexec?); set mcr.runtime-directory to a directory of a file system where programs may be started, such as /var/lib/mcr-workers");
        }

        return new WorkerStaging(new WorkerProgram(program, WorkerEnvironment()), runtimeDirectory);
    }

    /// <summary>Leaves what workers that go on without us still use.</summary>
    public void Dispose()
    {
        if (!Directory.Exists(_runtimeDirectory))
            return;
        RemoveStale(_runtimeDirectory);
        if (!Directory.EnumerateFileSystemEntries(_runtimeDirectory).Any())
            Directory.Delete(_runtimeDirectory);
    }

    /// <summary>A name that nobody has: an earlier mcrd may have had our pid (in a container it has), and its workers may still run.</summary>
    private static string Unused(string runtimeDirectory)
    {
        string first = Path.Combine(runtimeDirectory, $"{DirectoryPrefix}{Environment.ProcessId}");
        string directory = first;
        for (int again = 1; Directory.Exists(directory); again++)
            directory = $"{first}-{again}";
        return directory;
    }

    private static void Create(string directory)
    {
        Directory.CreateDirectory(directory, Mode755);
        File.SetUnixFileMode(directory, Mode755); // whatever the umask
    }

    /// <returns>The directory on the way that others may not enter, or null.</returns>
    private static string? Barrier(string directory)
    {
        for (string? at = Path.GetFullPath(directory); at is not null; at = Path.GetDirectoryName(at))
        {
            if (!File.GetUnixFileMode(at).HasFlag(UnixFileMode.OtherExecute))
                return at;
        }

        return null;
    }

    /// <summary>Whether anybody can get there, read and start it.</summary>
    private static bool IsForAll(string program) =>
        File.Exists(program) && File.GetUnixFileMode(program).HasFlag(UnixFileMode.OtherRead | UnixFileMode.OtherExecute) && Barrier(Path.GetDirectoryName(program)!) is null;

    private const UnixFileMode Mode755 =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>
    /// What a worker's runtime gets: compiled once and for good (no tiers, no background threads), no diagnostics socket, a bounded heap. A native worker takes
    /// of these what is of the heap.
    /// </summary>
    private static Dictionary<string, string> WorkerEnvironment() => new()
    {
        ["PATH"] = "/usr/bin:/bin",
        ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")),
        ["DOTNET_TieredCompilation"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_EnableDiagnostics"] = "0",
        ["DOTNET_GCHeapHardLimit"] = "0x10000000",
        [Journal.Variable] = Environment.GetEnvironmentVariable(Journal.Variable) ?? "", // it has our stderr, for when it has no mcrd
        ["DOTNET_GCgen0size"] = "0x200000", // collected after 2 MiB of rule changes, not after a cache full
    };

    /// <summary>Copies that neither a worker nor another living mcrd uses, and sockets of workers that are gone.</summary>
    private static void RemoveStale(string runtimeDirectory)
    {
        Orphans.RemoveStale(runtimeDirectory);
        int[] workers = Orphans.PidsIn(runtimeDirectory);
        foreach (string directory in Directory.GetDirectories(runtimeDirectory, DirectoryPrefix + "*"))
        {
            string pid = Path.GetFileName(directory)[DirectoryPrefix.Length..].Split('-')[0];
            bool isAnothers = pid != $"{Environment.ProcessId}" && Directory.Exists($"/proc/{pid}");
            if (!isAnothers && !workers.Any(worker => RunsFrom(worker, directory)))
                Directory.Delete(directory, recursive: true);
        }
    }

    private static bool RunsFrom(int worker, string directory)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{worker}/exe", returnFinalTarget: false)?.FullName.StartsWith(directory + Path.DirectorySeparatorChar, StringComparison.Ordinal) ?? false;
        }
        catch (FileNotFoundException)
        {
            return false; // gone meanwhile
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true; // we may not look
        }
    }
}
