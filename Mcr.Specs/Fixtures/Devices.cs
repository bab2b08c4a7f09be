using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;

namespace Mcr.Specs.Fixtures;

/// <summary>Devices of a namespace, as we and as ethtool see them.</summary>
internal static class Devices
{
    /// <summary>Not from within the namespace's own <see cref="NetworkNamespace.Run{T}"/>, which would wait for itself.</summary>
    public static Link Find(NetworkNamespace place, string name) =>
        place.Run(() => LinkReader.Read().TryGet(name, out Link? link) ? link : throw new InvalidOperationException($"no {name}"));

    /// <returns>on or off.</returns>
    public static string Feature(NetworkNamespace place, string device, string feature) =>
        place.Tool("ethtool", $"-k {device}").Split('\n').Select(l => l.Trim().Split(": ")).Single(l => l[0] == feature)[1].Split(' ')[0];
}
