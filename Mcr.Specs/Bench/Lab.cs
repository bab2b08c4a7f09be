namespace Mcr.Specs.Bench;

/// <summary>The C programs of the folder lab, compiled into a directory of their own that is removed with this.</summary>
internal sealed class Lab : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mcr-bench-").FullName;

    public Lab()
    {
        string sources = Path.Combine(Executables.RepositoryRoot, "Mcr.Specs", "Bench", "lab");
        foreach (string source in Directory.GetFiles(sources, "*.c"))
        {
            using var gcc = new RunningProcess(null, "gcc", ["-O2", "-Wall", "-o", Path.Combine(_directory, Path.GetFileNameWithoutExtension(source)), source]);
            if (gcc.WaitForExit(120) != 0)
                throw new BenchException($"gcc did not compile {source}:\n{gcc.Output}");
        }
    }

    public string Sender => Path.Combine(_directory, "gen");

    public string Limit => Path.Combine(_directory, "limit");

    public string Latency => Path.Combine(_directory, "latency");

    /// <summary>A place for what peers want a file for.</summary>
    public string Scratch(string name) => Path.Combine(_directory, name);

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}

/// <summary>A sentence for the user; what it is about was not measured.</summary>
internal sealed class BenchException(string message) : Exception(message);
