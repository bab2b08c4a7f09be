using Mcr.Actors.Platform;
using Mcr.Native.Egress;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>On which outputs of a redundant rule other nodes can be heard, and why not on the others. Pure.</summary>
internal static class EchoResolution
{
    /// <summary>Outputs of one device share a socket.</summary>
    public static EgressKey KeyOf(Link link) => new(link.Index, link.Name, 0, null) { Kind = EgressKind.Echo, Incarnation = link.Incarnation };

    /// <returns>null: they can be. Else a sentence, for the operator.</returns>
    public static string? WhyNot(RuleOutput output, Link link) =>
        !output.IsMulticast ? $"what is sent to {output.Group}, which is no group, reaches that host alone"
        : !output.Range.IsExact ? $"{output.Range} is a range"
        : link.Kind != LinkKind.Ethernet ? $"frames on {link.Name} do not say who sent them"
        : null;
}
