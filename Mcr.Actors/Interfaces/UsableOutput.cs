using System.Net;
using Mcr.Actors.Legs;
using Mcr.Actors.Platform;
using Mcr.Native.Egress;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Interfaces;

/// <summary>An output that a worker can send by.</summary>
/// <param name="Key">Of its socket.</param>
/// <param name="Link">Its device; null for a leg, which takes the way that the kernel finds.</param>
internal sealed record UsableOutput(RuleOutput Output, EgressKey Key, IPAddress Address, ushort Port, EgressOptions Options, Link? Link, ResolvedLeg? Leg)
{
    public static UsableOutput Of(RuleOutput output, EgressKey key, Link link) => new(output, key, output.Group, output.Port, OutputResolution.OptionsOf(output, link), link, null);

    public static UsableOutput Of(RuleOutput output, EgressKey key, LegTarget target) => new(output, key, target.Address, target.Port, OutputResolution.OptionsOf(output, target), null, target.Leg);
}
