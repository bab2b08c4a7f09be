using System.Reflection;

namespace Mcr.Host.Mcrd;

/// <summary>As the build has it: <c>0.1.0</c>, or with the beginning of the commit it was built from, <c>0.1.0+1a2b3c4d</c>.</summary>
internal static class ProductVersion
{
    private const int CommitDigits = 8;

    public static readonly string Text = Shorten(typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    private static string Shorten(string version)
    {
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? version : version[..Math.Min(version.Length, plus + 1 + CommitDigits)];
    }
}
