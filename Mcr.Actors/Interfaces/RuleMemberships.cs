using Mcr.Actors.Platform;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>What a rule needs joined or claimed. Pure.</summary>
internal static class RuleMemberships
{
    public static IEnumerable<Membership> Of(ForwardingRule rule)
    {
        RuleInput input = rule.Input;
        if (!input.IsMulticast)
            return [new Membership(input.Group, null, input.Port)]; // one claim, whatever the sources
        return rule.Join.Kind switch
        {
            JoinKind.AllMulticast => [Membership.AllMulticast],
            JoinKind.None => [],
            JoinKind.Listed => rule.Join.Groups.Select(group => new Membership(group, input.Source, 0)),
            _ => input.Range.Addressed().Select(group => new Membership(group, input.Source, 0)),
        };
    }

    /// <summary>Why it is not had, for the rule's state.</summary>
    public static string Sentence(Membership membership, string why) =>
        membership.IsHeardOnly ? $"{membership.Group} is not let through: {why}"
        : membership.IsAllMulticast ? $"the device does not take all groups in: {why}"
        : membership.Port == 0 ? $"{membership.Group} cannot be joined: {why}"
        : $"{membership.Group}:{membership.Port} cannot be claimed: {why}";
}
