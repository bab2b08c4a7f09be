using System.Net;
using Mcr.Actors.Platform;
using Mcr.Native.Egress;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>An output of a rule and its device to the socket it leaves by and what the worker is told of it. Pure.</summary>
internal static class OutputResolution
{
    /// <summary>Outputs with equal keys share a socket.</summary>
    public static EgressKey KeyOf(RuleOutput output, Link link) =>
        output.IsMulticast
            ? new EgressKey(link.Index, link.Name, output.EffectiveTtl, Destination: null)
            : new EgressKey(link.Index, link.Name, output.EffectiveTtl, new IPEndPoint(output.Group, output.Port), string.Join(' ', link.Addresses));

    public static EgressOptions OptionsOf(RuleOutput output, Link link) => new();
}
