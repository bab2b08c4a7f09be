using System.Reflection;

namespace Mcr.Specs.Fixtures;

/// <summary>Where the built programs are: each in its own project's output, of the same configuration as this assembly.</summary>
internal static class Executables
{
    public static string RepositoryRoot { get; } =
        typeof(Executables).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public static string Mcrd => Of("mcrd");

    public static string Mcrctl => Of("mcrctl");

    public static string Mcrgen => Of("mcrgen");

    private static string Of(string name)
    {
        string configuration = typeof(Executables).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        string path = Path.Combine(RepositoryRoot, "Mcr.Host", name, "bin", configuration, "net10.0", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{name} has not been built: dotnet build", path);
    }
}
