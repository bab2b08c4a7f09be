using System.Collections.Immutable;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Cluster.Rules.ClusterRulesEffect>;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>
/// What one node knows of the rules of all: every method is one thing that happened, and returns the next state and what is to be done about it.
/// Immutable and pure. What runs here is what the relay says; this record finds out what of it is new to the cluster, and what of the cluster is
/// new here.
/// </summary>
internal sealed partial record ClusterRules
{
    private ClusterRules(SavedRules saved, ImmutableDictionary<string, RuleValue> local)
    {
        Node = saved.Node;
        Writer = saved.Writer;
        Number = saved.Number;
        Shards = saved.Shards;
        Applied = saved.Applied;
        Told = saved.Told;
        Local = local;
        Clock = saved.Shards.SelectMany(s => s.Rules.Values).SelectMany(r => r.Writes).Select(w => w.Clock).DefaultIfEmpty().Max();
    }

    /// <summary>This one.</summary>
    public string Node { get; }

    public string Writer { get; }

    /// <summary>Of this writer's last write.</summary>
    public long Number { get; private init; }

    /// <summary>The greatest that was seen.</summary>
    public long Clock { get; private init; }

    /// <summary>All rules of all nodes, tombstones, too, by <see cref="RuleKey.Shard"/>.</summary>
    public ImmutableArray<RuleShard> Shards { get; private init; }

    /// <summary>What runs here, by id, as the relay said last.</summary>
    public ImmutableDictionary<string, RuleValue> Local { get; private init; }

    /// <summary>By id of a rule of this node.</summary>
    public ImmutableDictionary<string, AppliedRule> Applied { get; private init; }

    /// <summary>Asked of the relay, and not yet answered.</summary>
    public ImmutableDictionary<string, AppliedRule> Applying { get; private init; } = ImmutableDictionary<string, AppliedRule>.Empty;

    /// <summary>What the cluster wants here and the relay refuses, until its rules change, the rule changes or <see cref="Retry"/>.</summary>
    public ImmutableDictionary<string, RefusedRule> Refused { get; private init; } = ImmutableDictionary<string, RefusedRule>.Empty;

    /// <summary>The writes of conflicts that the operator here has been told of.</summary>
    public ImmutableDictionary<RuleKey, SeenWrites> Told { get; private init; }

    /// <summary>Rules of this node of which there are writes that are not yet applied here.</summary>
    private ImmutableHashSet<string> Behind { get; init; } = [];

    /// <summary>
    /// Of <see cref="Applying"/>, as the last <see cref="ClusterRulesEffect.Save"/> has it. What was refused since may stay there: it says of a value that
    /// it counts as applied if it runs, which is so in any case.
    /// </summary>
    private ImmutableDictionary<string, AppliedRule> OnDisk { get; init; } = ImmutableDictionary<string, AppliedRule>.Empty;

    /// <summary>Rules of this node whose writes were made one in this life: no more than once, so that two nodes of one name do not go on at it for ever.</summary>
    private ImmutableHashSet<string> Repeated { get; init; } = [];

    public RuleRegister this[RuleKey key] => Shards[key.Shard][key];

    /// <param name="saved">From <see cref="ClusterRulesFile.Open"/>.</param>
    /// <param name="local">What runs here.</param>
    /// <param name="by">Who is named as having made changes that came about while the cluster was off.</param>
    public static (ClusterRules Next, Effects Effects) Start(SavedRules saved, ImmutableDictionary<string, RuleValue> local, string by, DateTimeOffset now)
    {
        var state = new ClusterRules(saved, local);
        var step = new Step(state, by, now, clock: saved.IsNew ? 0 : state.Clock + 1);
        foreach ((string id, AppliedRule wanted) in saved.Applying)
        {
            if (RuleValue.IsSame(local.GetValueOrDefault(id), wanted.Value))
                step.Applied[id] = wanted;
        }

        foreach ((RuleKey key, RuleRegister register) in state.Shards.SelectMany(s => s.Rules))
        {
            if (key.Node == state.Node && !step.AppliedOf(key.Id).Seen.Has(register.Seen))
                step.Behind.Add(key.Id);
            step.Touched.Add(key);
        }

        step.WriteLocalChanges();
        step.CatchUp();
        (ClusterRules next, Effects effects) = step.End(saves: true);
        return (next, [.. effects.Where(e => e is not ClusterRulesEffect.Replicate), .. next.All()]);
    }

    /// <summary>For a DistributedData that is new and knows nothing.</summary>
    public Effects All() => [.. Shards.Select((s, i) => (Shard: s, Index: i)).Where(s => !s.Shard.Rules.IsEmpty).Select(s => new ClusterRulesEffect.Replicate(s.Index, s.Shard))];

    /// <summary>Of all nodes, without what was removed, by node and id.</summary>
    public IEnumerable<(RuleKey Key, RuleRegister Register)> Rules() =>
        Shards.SelectMany(s => s.Rules).Where(r => r.Value.Value is not null).Select(r => (r.Key, r.Value)).OrderBy(r => r.Key, Comparer<RuleKey>.Create(RuleKey.Compare));

    /// <summary>Rules of this node that are to change here: waiting for the relay, or refused by it.</summary>
    public int Pending => Behind.Count + Applying.Keys.Count(id => !Behind.Contains(id));

    public SavedRules ToSave() => new(Node, Writer, Number) { Shards = Shards, Applied = Applied, Applying = Applying, Told = Told };

    /// <summary>The rules that run here are others. To be told when that is on disk, and not before: what is undone by a crash was never so.</summary>
    /// <param name="local">All of them.</param>
    /// <param name="by">Who has done it.</param>
    public (ClusterRules Next, Effects Effects) LocalChanged(ImmutableDictionary<string, RuleValue> local, string by, DateTimeOffset now)
    {
        if (IsSame(local, Local))
            return (this, []);
        var step = new Step(this with { Local = local, Refused = Refused.Clear() }, by, now);
        step.WriteLocalChanges();
        step.CatchUp();
        return step.End(saves: false);
    }

    /// <summary>What DistributedData has of a shard, however old.</summary>
    public (ClusterRules Next, Effects Effects) Merged(RuleShard shard, DateTimeOffset now)
    {
        var step = new Step(this, Node, now);
        step.Merge(shard);
        step.CatchUp();
        return step.End(saves: false);
    }

    /// <summary>What came of an <see cref="ClusterRulesEffect.Apply"/>, or of a part of it.</summary>
    /// <param name="local">All rules that run here since; <paramref name="by"/> is who has made changes beside.</param>
    public (ClusterRules Next, Effects Effects) ApplyDone(IEnumerable<ApplyOutcome> outcomes, ImmutableDictionary<string, RuleValue> local, string by, DateTimeOffset now)
    {
        var step = new Step(this with { Local = local }, by, now);
        bool any = false;
        foreach (ApplyOutcome outcome in outcomes)
        {
            if (!step.Applying.Remove(outcome.Id, out AppliedRule? wanted))
                continue;
            if (outcome.Refused is { } why)
                step.Refused[outcome.Id] = new RefusedRule(why, wanted.Seen);
            else if (!outcome.Outdated)
                step.Applied[outcome.Id] = wanted;
            any |= outcome is { Refused: null, Outdated: false };
        }

        if (any)
            step.Refused.Clear(); // what was in the way may be gone
        step.WriteLocalChanges();
        step.CatchUp();
        return step.End(saves: false);
    }

    /// <summary>Asks for what was refused once more.</summary>
    public (ClusterRules Next, Effects Effects) Retry(DateTimeOffset now)
    {
        var step = new Step(this with { Refused = Refused.Clear() }, Node, now);
        step.CatchUp();
        return step.End(saves: false);
    }

    private static bool IsSame(ImmutableDictionary<string, RuleValue> one, ImmutableDictionary<string, RuleValue> other) =>
        ReferenceEquals(one, other) || (one.Count == other.Count && one.All(r => other.TryGetValue(r.Key, out RuleValue? value) && value == r.Value));
}
