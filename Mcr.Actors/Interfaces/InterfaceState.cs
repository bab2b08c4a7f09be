using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Interfaces.InterfaceEffect>;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// What one interface wants, has planned, and knows its workers to have. Immutable; each method is one thing that happened, and returns
/// the next state with what is to be done about it, in order. At most one generation of rules is with the workers unanswered
/// (<see cref="InFlight"/>): what is wanted meanwhile waits and goes as one, so a burst of changes costs two updates. All workers run the
/// same rules; a generation is settled when each running one has answered.
/// </summary>
internal sealed partial record InterfaceState(string Name)
{
    /// <summary>The latest wish of the supervisor.</summary>
    public long Revision { get; private init; }

    public ImmutableDictionary<RuleId, ForwardingRule> Desired { get; private init; } = ImmutableDictionary<RuleId, ForwardingRule>.Empty;

    /// <summary>The rules that are not as they were at the last plan; null for all.</summary>
    public ImmutableHashSet<RuleId>? Changed { get; private init; }

    /// <summary>The wish, or the machine, has changed since the last plan.</summary>
    public bool IsDirty { get; private init; }

    /// <summary>The wish that <see cref="Outcomes"/> and the generation are about.</summary>
    public long PlannedRevision { get; private init; }

    public ImmutableDictionary<RuleId, ForwardingRule> Planned { get; private init; } = ImmutableDictionary<RuleId, ForwardingRule>.Empty;

    public ImmutableDictionary<RuleId, RuleOutcome> Outcomes { get; private init; } = ImmutableDictionary<RuleId, RuleOutcome>.Empty;

    /// <summary>How many of <see cref="Outcomes"/> are not what was asked for.</summary>
    public int Faults { get; private init; }

    public Allocations Allocations { get; private init; } = Allocations.Empty;

    /// <summary>Of a rule with several inputs: a bit for each that has no device which it could be heard by.</summary>
    public int AbsentInputs(RuleId id) => Allocations.Rules.TryGetValue(id, out PlannedRule? planned) ? planned.AbsentInputs : 0;

    /// <summary>Of the rules that workers are to run. Grows for as long as the actor lives.</summary>
    public long Generation { get; private init; }

    public ulong Hash => Allocations.Hash;

    /// <summary>The workers that run, by number.</summary>
    public ImmutableSortedDictionary<int, RunningWorker> Workers { get; private init; } = ImmutableSortedDictionary<int, RunningWorker>.Empty;

    /// <summary>The seats whose adopted worker is neither there nor gone yet: what such a one has open may be anything that was ever given out.</summary>
    public ImmutableHashSet<int> Adopting { get; private init; } = [];

    public bool InFlight => Workers.Values.Any(w => w.InFlight);

    public long NextGeneration => Generation + 1;

    private ImmutableDictionary<RuleId, ForwardingRule> AppliedRules { get; init; } = ImmutableDictionary<RuleId, ForwardingRule>.Empty;

    /// <summary>What a worker has said against the generation that is in flight.</summary>
    private string? Refusal { get; init; }

    /// <summary>What each rule's actor was told last, so that it hears news only.</summary>
    private ImmutableDictionary<RuleId, (ForwardingRule Rule, RuleOutcome Outcome)> Told { get; init; } =
        ImmutableDictionary<RuleId, (ForwardingRule Rule, RuleOutcome Outcome)>.Empty;

    /// <summary>The rules whose actors may not know how things are; null for all.</summary>
    private ImmutableHashSet<RuleId>? Untold { get; init; }

    /// <param name="changed">What differs from the last wish; null when nobody knows.</param>
    public (InterfaceState Next, Effects Effects) Want(long revision, ImmutableDictionary<RuleId, ForwardingRule> rules, ImmutableHashSet<RuleId>? changed) =>
        (this with { Revision = revision, Desired = rules, Changed = Both(Changed, changed), IsDirty = true }).Acquit();

    public InterfaceState LookAgain() => this with { Changed = null, IsDirty = true };

    /// <summary>The same rule is to be run otherwise.</summary>
    public InterfaceState LookAt(RuleId rule) => this with { Changed = Both(Changed, [rule]), IsDirty = true };

    /// <summary>The port came with workers that run these rules.</summary>
    public InterfaceState Adopt(Allocations allocations, long generation, IEnumerable<int> workers) =>
        this with { Allocations = allocations, Generation = Math.Max(Generation, generation), Adopting = [.. workers], Changed = null, IsDirty = true };

    /// <summary>
    /// A rule's actor has forgotten what it was told. Nothing is said of a rule whose present form nobody has been told of yet: that comes, as it would have.
    /// </summary>
    public Effects TellAgain(RuleId id) => Told.TryGetValue(id, out (ForwardingRule Rule, RuleOutcome Outcome) last) && ReferenceEquals(last.Rule, Planned.GetValueOrDefault(id))
        ? [new InterfaceEffect.Report(id, last.Outcome)]
        : [];

    /// <summary>There is nothing to plan with: no device, no port, or no rules at all.</summary>
    public (InterfaceState Next, Effects Effects) Blocked(RuleOutcome outcome)
    {
        InterfaceState next = this with
        {
            IsDirty = false,
            Changed = null,
            PlannedRevision = Revision,
            Planned = Desired,
            Outcomes = Desired.ToImmutableDictionary(r => r.Key, _ => outcome),
            Faults = Desired.Count,
            Untold = null,
        };
        var effects = ImmutableArray.CreateBuilder<InterfaceEffect>();
        next = next.ReportAll(effects);
        effects.Add(new InterfaceEffect.Settle());
        return (next, effects.ToImmutable());
    }

    /// <summary>The plan's sockets are open and its groups joined.</summary>
    public (InterfaceState Next, Effects Effects) Prepared(InterfacePlan plan)
    {
        bool isSame = plan.Change.IsEmpty && Generation != 0 && plan.Allocations.Retired.IsEmpty && Workers.Values.All(w => w.Applied == Generation);
        InterfaceState next = (this with
        {
            IsDirty = false,
            Changed = [],
            PlannedRevision = Revision,
            Planned = Desired,
            Allocations = plan.Allocations,
            Generation = isSame ? Generation : plan.Change.Generation,
            Untold = Both(Untold, plan.Considered),
        }).TakeOutcomes(plan);
        var effects = ImmutableArray.CreateBuilder<InterfaceEffect>();
        if (isSame && !Workers.IsEmpty)
        {
            next = (next with { AppliedRules = Desired }).ReportAll(effects);
            next.BeginTrial(effects);
            effects.Add(new InterfaceEffect.Settle());
            return (next, effects.ToImmutable());
        }

        // What no worker is needed to know is told at once.
        next = next.Report(effects, outcome => !outcome.IsRelayed);
        if (!Workers.IsEmpty)
        {
            foreach (int number in Workers.Keys)
                next = next.SendRules(number, plan, effects);
        }
        else
        {
            // No process has what was retired, and removed rules are gone already.
            next = next.Release(effects);
            effects.Add(new InterfaceEffect.Settle());
        }

        return (next, effects.ToImmutable());
    }

    /// <summary>The port was disposed of, and with it everything that was allocated.</summary>
    public InterfaceState Closed() => new(Name)
    {
        Revision = Revision,
        Desired = Desired,
        IsDirty = IsDirty,
        PlannedRevision = PlannedRevision,
        Planned = Planned,
        Outcomes = Outcomes,
        Faults = Faults,
        Generation = Generation,
        Told = Told,
        Quarantine = Quarantine,
    };

    private static ImmutableHashSet<RuleId>? Both(ImmutableHashSet<RuleId>? one, ImmutableHashSet<RuleId>? other) =>
        one is null || other is null ? null : one.Union(other);

    private InterfaceState TakeOutcomes(InterfacePlan plan)
    {
        if (plan.Considered is not { } considered)
        {
            ImmutableDictionary<RuleId, RuleOutcome> all = plan.Allocations.Rules.ToImmutableDictionary(r => r.Key, r => r.Value.Outcome);
            return this with { Outcomes = all, Faults = all.Values.Count(o => o != RuleOutcome.Active) };
        }

        ImmutableDictionary<RuleId, RuleOutcome>.Builder outcomes = Outcomes.ToBuilder();
        int faults = Faults;
        foreach (RuleId id in considered)
        {
            if (outcomes.Remove(id, out RuleOutcome? before) && before != RuleOutcome.Active)
                faults--;
            if (!plan.Allocations.Rules.TryGetValue(id, out PlannedRule? rule))
                continue;
            outcomes.Add(id, rule.Outcome);
            faults += rule.Outcome == RuleOutcome.Active ? 0 : 1;
        }

        return this with { Outcomes = outcomes.ToImmutable(), Faults = faults };
    }

    /// <summary>Everything that anybody may not know.</summary>
    private InterfaceState ReportAll(ImmutableArray<InterfaceEffect>.Builder effects) => Report(effects, _ => true) with { Untold = [] };

    /// <param name="which">Of the outcomes of the plan.</param>
    /// <param name="instead">Told in their place.</param>
    private InterfaceState Report(ImmutableArray<InterfaceEffect>.Builder effects, Func<RuleOutcome, bool> which, RuleOutcome? instead = null)
    {
        var told = Told.ToBuilder();
        IEnumerable<RuleId> untold = Untold is { } some ? some : Planned.Keys.Concat(Told.Keys.Where(id => !Planned.ContainsKey(id)));
        foreach (RuleId id in untold)
        {
            if (!Planned.TryGetValue(id, out ForwardingRule? rule))
            {
                told.Remove(id);
                continue;
            }

            if (!which(Outcomes[id]))
                continue;
            RuleOutcome news = instead ?? Outcomes[id];

            // By reference: a rule that was removed and added again has another actor, which has been told nothing.
            if (told.TryGetValue(id, out (ForwardingRule Rule, RuleOutcome Outcome) last) && ReferenceEquals(last.Rule, rule) && last.Outcome == news)
                continue;
            told[id] = (rule, news);
            effects.Add(new InterfaceEffect.Report(id, news));
        }

        return this with { Told = told.ToImmutable() };
    }
}
