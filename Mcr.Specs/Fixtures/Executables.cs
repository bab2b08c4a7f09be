using System.Reflection;

namespace Mcr.Specs.Fixtures;

/// <summary>The programs under test, as built next to these specs: same configuration.</summary>
internal static class Executables
{
    public static string RepositoryRoot { get; } =
        typeof(Executables).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public static string Mcrd { get; } = Find("mcrd");

    public static string Mcrctl { get; } = Find("mcrctl");

    public static string Mcrgen { get; } = Find("mcrgen");

    private static string Find(string name)
    {
        string configuration = typeof(Executables).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        return Path.Combine(RepositoryRoot, "Mcr.Host", name, "bin", configuration, "net10.0", name);
    }
}
