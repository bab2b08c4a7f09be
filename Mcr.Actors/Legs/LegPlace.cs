using System.Net;
using System.Net.Sockets;
using Mcr.Actors.Configuration;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Legs;

/// <summary>Where the legs to this node end: an address, and the device that has it.</summary>
/// <param name="Problem">Why there is none, as a sentence; then the rest means nothing.</param>
internal sealed record LegPlace(string Interface, IPAddress Address, string? Problem = null)
{
    /// <param name="cluster">Where other nodes reach this one.</param>
    /// <param name="links">All devices, as they are now.</param>
    /// <param name="before">Where legs ended last, which is kept while the device has the address; null: nowhere.</param>
    public static LegPlace Of(string node, LegSettings settings, HostPort cluster, LinkTable links, RuleInput? before = null)
    {
        if (settings.Interface is { } device)
        {
            if (!links.TryGet(device, out Link? link))
                return None($"node {node} takes legs in on {device} (mcr.cluster.legs.interface), which does not exist");
            if (before?.Interface == device && link.Addresses.Contains(before.Group))
                return new LegPlace(device, before.Group);
            return link.Addresses.OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).FirstOrDefault(a => !a.IsIPv6LinkLocal) is { } first
                ? new LegPlace(device, first)
                : None($"node {node} takes legs in on {device} (mcr.cluster.legs.interface), which has no address");
        }

        if (!IPAddress.TryParse(cluster.Host, out IPAddress? address) || cluster.IsWildcard)
            return None($"node {node} is known to the others as {cluster.Host}, which is no address; say where legs come in: mcr.cluster.legs.interface");
        return links.Links.FirstOrDefault(l => l.Addresses.Contains(address)) is { } owner
            ? new LegPlace(owner.Name, address)
            : None($"no device of node {node} has the address {address} by which the others know it; say where legs come in: mcr.cluster.legs.interface");
    }

    private static LegPlace None(string problem) => new("", IPAddress.None, problem);
}
