using System.ComponentModel;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;
using Mcr.Native.Privileges;

namespace Mcr.Specs.Fixtures;

/// <summary>For specs that need network namespaces: where there can be none, they skip and say why.</summary>
internal static class NamespaceSupport
{
    private static readonly Lazy<string?> Obstacle = new(Probe);

    /// <summary>Skips the calling spec, with the reason, where no namespace can be made.</summary>
    public static void Require() => Assert.SkipUnless(Obstacle.Value is null, Obstacle.Value ?? "");

    /// <summary>Skips the calling spec where a program it cannot do without is not installed.</summary>
    /// <param name="package">Of Debian, where that has another name.</param>
    public static void RequireProgram(string name, string? package = null) => Assert.SkipUnless(HasProgram(name), $"This spec needs {name}, which is not on the PATH (install {package ?? name}).");

    public static bool HasProgram(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Skips the calling spec where we cannot become, or give something to, another user.</summary>
    public static void RequireOtherUsers() =>
        Assert.SkipUnless(Capabilities.Read().CanChangeUser, "This spec needs another user to change to: run as root, outside a user namespace.");

    private static string? Probe()
    {
        try
        {
            using var probe = new NetworkNamespace("probe");
            return null;
        }
        catch (LinuxException e) when (e.Errno == Libc.EPERM)
        {
            return $"Network namespaces need root, or root in a user namespace (try: unshare -rn): {e.Message}.";
        }
        catch (Win32Exception e)
        {
            return $"Network namespaces are set up by iproute2's ip, which does not start here (install iproute2): {e.Message}.";
        }
    }
}
