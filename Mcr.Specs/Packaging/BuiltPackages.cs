using System.Diagnostics;

namespace Mcr.Specs.Packaging;

/// <summary>What packaging/build makes, once for all specs: the package, and another version of it.</summary>
public sealed class BuiltPackages : IDisposable
{
    public const string First = "0.1.0";
    public const string Second = "0.1.0-2";

    /// <summary>A directory with both, to try a spec again without the minutes that compiling takes.</summary>
    private const string Variable = "MCR_SPEC_PACKAGES";

    private readonly string? _given = Environment.GetEnvironmentVariable(Variable);
    private readonly string _output;

    public BuiltPackages()
    {
        _output = _given ?? Directory.CreateTempSubdirectory("mcr-spec-packages-").FullName;
        if (_given is not null)
            return;
        string? missing = Array.Find(["gcc", "dpkg-deb", "dpkg-shlibdeps"], tool => !NamespaceSupport.HasProgram(tool)) ?? (HasLinkerLibrary() ? null : "zlib1g-dev");
        if (missing is not null)
        {
            Obstacle = $"Packages are built with gcc, zlib1g-dev and dpkg-dev; {missing} is not there (apt-get install gcc zlib1g-dev dpkg-dev).";
            return;
        }

        long start = Stopwatch.GetTimestamp();
        Build("--package-version", First);
        Compiled = Stopwatch.GetElapsedTime(start);
        Build("--package-version", Second, "--no-publish");
    }

    /// <summary>Why there are none.</summary>
    public string? Obstacle { get; private set; }

    public TimeSpan Compiled { get; }

    /// <summary>All programs, as the package has them.</summary>
    public static string Programs { get; } = Path.Combine(Executables.RepositoryRoot, "artifacts", "work", "programs");

    public string Of(string version) => Path.Combine(_output, $"mcr_{version}_amd64.deb");

    public string Tarball => Path.Combine(_output, $"mcr-{First}-linux-x64.tar.gz");

    public void Require() => Assert.SkipUnless(Obstacle is null, Obstacle ?? "");

    public void Dispose()
    {
        if (_given is null)
            Directory.Delete(_output, recursive: true);
    }

    private void Build(params string[] arguments)
    {
        if (Obstacle is not null)
            return;
        using var build = new RunningProcess(null, Path.Combine(Executables.RepositoryRoot, "packaging", "build"), ["--output", _output, .. arguments]);
        int code = build.WaitForExit(seconds: 900);
        if (code != 0 && (build.Output.Contains("NU1301", StringComparison.Ordinal) || build.Output.Contains("NU1101", StringComparison.Ordinal)))
            Obstacle = "Packages need the compilers of .NET (ILCompiler, Crossgen2), which cannot be fetched here.";
        else
            Assert.True(code == 0, build.Output);
    }

    private static bool HasLinkerLibrary()
    {
        using var run = new RunningProcess(null, "gcc", ["-print-file-name=libz.so"]);
        return run.WaitForExit() == 0 && run.Output.Contains('/', StringComparison.Ordinal); // it says the bare name of what it cannot find
    }
}
