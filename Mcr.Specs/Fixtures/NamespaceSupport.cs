using Mcr.Native.Interop;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>Skips a spec, with the reason, where network namespaces cannot be made.</summary>
internal static class NamespaceSupport
{
    private static readonly Lazy<string?> Obstacle = new(() =>
    {
        try
        {
            using var probe = new NetworkNamespace("probe");
            return null;
        }
        catch (Exception e) when (e is LinuxException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"no network namespaces here: {e.Message} (run as root, or under `unshare -Ur`; iproute2 is needed)";
        }
    });

    public static void Require() => Assert.SkipUnless(Obstacle.Value is null, Obstacle.Value ?? "");
}
