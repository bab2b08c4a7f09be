using System.Reflection;

namespace Mcr.Specs.Fixtures;

/// <summary>
/// Where the programs are: those that were built, each in its own project's output, of the same configuration as this assembly; or all in the directory
/// that <see cref="DirectoryVariable"/> names, as a package has them.
/// </summary>
internal static class Executables
{
    public const string DirectoryVariable = "MCR_SPECS_PROGRAMS";

    public static string RepositoryRoot { get; } =
        typeof(Executables).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public static string Mcrd => Of("mcrd");

    public static string Mcrctl => Of("mcrctl");

    public static string Mcrgen => Of("mcrgen");

    public static string Worker => Of("mcr-worker");

    private static string Of(string name)
    {
        if (Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } shipped)
            return File.Exists(Path.Combine(shipped, name)) ? Path.Combine(shipped, name) : throw new FileNotFoundException($"{DirectoryVariable} is {shipped}, which has no {name}");
        return InPlace(name);
    }

    public static string InPlace(string name)
    {
        string configuration = typeof(Executables).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        string path = Path.Combine(RepositoryRoot, "Mcr.Host", name, "bin", configuration, "net10.0", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{name} has not been built: dotnet build", path);
    }
}
