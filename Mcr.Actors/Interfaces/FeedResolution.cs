using Mcr.Actors.Platform;
using Mcr.Native.Egress;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>One of several inputs of a rule and its device to the socket that it is heard by and what is joined there. Pure.</summary>
internal static class FeedResolution
{
    /// <summary>All inputs of one device share a socket.</summary>
    public static EgressKey KeyOf(Link link) => new(link.Index, link.Name, 0, null) { Kind = EgressKind.Feed, Incarnation = link.Incarnation };

    /// <summary>First that it is let through, so that nothing is lost which comes as soon as it is joined.</summary>
    public static IEnumerable<Membership> MembershipsOf(ForwardingRule rule, RuleInput input, EgressKey feed) =>
        RuleMemberships.Of(rule with { Input = input }).Prepend(new Membership(input.Group, null, 0) { IsHeardOnly = true }).Select(m => m with { Feed = feed });
}
