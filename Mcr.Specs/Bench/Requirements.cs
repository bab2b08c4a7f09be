namespace Mcr.Specs.Bench;

/// <summary>What no measurement can do without.</summary>
internal static class Requirements
{
    private static readonly (string Program, string Package)[] Programs = [("ip", "iproute2"), ("ethtool", "ethtool"), ("taskset", "util-linux"), ("gcc", "gcc")];

    /// <exception cref="BenchException">a sentence for what is missing.</exception>
    public static void Check()
    {
        if (!Environment.IsPrivilegedProcess)
            throw new BenchException("the benchmark needs root: it makes network namespaces and sets up devices (try: sudo dotnet run …)");
        if (Environment.ProcessorCount < 2)
            throw new BenchException("the benchmark needs two CPUs: one for the sender, one for the relay");
        foreach ((string program, string package) in Programs.Where(p => !Bench.Programs.Exists(p.Program)))
            throw new BenchException($"the benchmark needs {program}, which is not on the PATH (install {package})");
    }
}
