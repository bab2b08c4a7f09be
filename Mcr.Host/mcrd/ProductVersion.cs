using System.Reflection;

namespace Mcr.Host.Mcrd;

/// <summary>As the build has it: <c>0.1.0</c>, or with the commit it was built from.</summary>
internal static class ProductVersion
{
    public static readonly string Text =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
