using System.Collections.Immutable;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Cluster;

/// <summary>What runs on this node, as its relay has said last. Immutable.</summary>
internal sealed record RunningRules(ImmutableDictionary<string, RuleValue> Values, ImmutableDictionary<string, OwnRule> ById, ImmutableDictionary<RuleInput, OwnRule> ByInput, long Revision)
{
    /// <summary>It has said nothing yet.</summary>
    public static readonly RunningRules None = new(ImmutableDictionary<string, RuleValue>.Empty, ImmutableDictionary<string, OwnRule>.Empty, ImmutableDictionary<RuleInput, OwnRule>.Empty, -1);

    /// <summary>With the same <see cref="Values"/> as before when nothing is new: the same object says so.</summary>
    public RunningRules After(OwnRules own, ClusterRuleTexts texts)
    {
        var values = own.Rules.ToImmutableDictionary(r => r.Rule.Id.Value, r => new RuleValue(texts.Text(r.Rule), r.Origin, r.IsFile));
        bool isSame = values.Count == Values.Count && values.All(v => Values.TryGetValue(v.Key, out RuleValue? known) && known == v.Value);
        return isSame
            ? this with { Revision = own.Revision }
            : new RunningRules(values, own.Rules.ToImmutableDictionary(r => r.Rule.Id.Value), own.Rules.ToImmutableDictionary(r => r.Rule.Input), own.Revision);
    }
}
