using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Interfaces.InterfaceEffect>;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// What one interface wants, has planned, and knows its worker to have. Immutable; each method is one thing that happened, and returns
/// the next state with what is to be done about it, in order. At most one rule set is with the worker unanswered (<see cref="InFlight"/>):
/// what is wanted meanwhile waits and goes as one set, so a burst of changes costs two updates.
/// </summary>
internal sealed record InterfaceState(string Name)
{
    private static readonly ResolvedRuleSet NothingPlanned = new(0, []);

    /// <summary>The latest wish of the supervisor.</summary>
    public long Revision { get; private init; }

    public ImmutableDictionary<RuleId, ForwardingRule> Desired { get; private init; } = ImmutableDictionary<RuleId, ForwardingRule>.Empty;

    /// <summary>The wish, or the machine, has changed since the last plan.</summary>
    public bool IsDirty { get; private init; }

    /// <summary>The wish that <see cref="Rules"/> and <see cref="Outcomes"/> are about.</summary>
    public long PlannedRevision { get; private init; }

    public ImmutableDictionary<RuleId, ForwardingRule> Planned { get; private init; } = ImmutableDictionary<RuleId, ForwardingRule>.Empty;

    public ImmutableDictionary<RuleId, RuleOutcome> Outcomes { get; private init; } = ImmutableDictionary<RuleId, RuleOutcome>.Empty;

    public Allocations Allocations { get; private init; } = Allocations.Empty;

    /// <summary>What the worker is to run. Generations grow for as long as the actor lives.</summary>
    public ResolvedRuleSet Rules { get; private init; } = NothingPlanned;

    public ulong Hash { get; private init; } = ResolvedRuleCodec.Hash(ResolvedRuleCodec.Encode(NothingPlanned));

    public bool IsWorkerUp { get; private init; }

    public bool InFlight { get; private init; }

    /// <summary>The generation that this process has confirmed; 0 for none.</summary>
    public long Applied { get; private init; }

    public long NextGeneration => Rules.Generation + 1;

    private ImmutableDictionary<RuleId, ForwardingRule> AppliedRules { get; init; } = ImmutableDictionary<RuleId, ForwardingRule>.Empty;

    /// <summary>Egress sockets that this process has.</summary>
    private ImmutableHashSet<int> Handed { get; init; } = [];

    /// <summary>What each rule's actor was told last, so that it hears news only.</summary>
    private ImmutableDictionary<RuleId, (ForwardingRule Rule, RuleOutcome Outcome)> Told { get; init; } =
        ImmutableDictionary<RuleId, (ForwardingRule Rule, RuleOutcome Outcome)>.Empty;

    public InterfaceState Want(long revision, ImmutableDictionary<RuleId, ForwardingRule> rules) =>
        this with { Revision = revision, Desired = rules, IsDirty = true };

    public InterfaceState LookAgain() => this with { IsDirty = true };

    /// <summary>There is nothing to plan with: no device, no port, or no rules at all.</summary>
    public (InterfaceState Next, Effects Effects) Blocked(RuleOutcome outcome)
    {
        InterfaceState next = this with
        {
            IsDirty = false,
            PlannedRevision = Revision,
            Planned = Desired,
            Outcomes = Desired.ToImmutableDictionary(r => r.Key, _ => outcome),
        };
        var effects = ImmutableArray.CreateBuilder<InterfaceEffect>();
        next = next.Report(effects, _ => true);
        effects.Add(new InterfaceEffect.Settle());
        return (next, effects.ToImmutable());
    }

    /// <summary>The plan's sockets are open and its groups joined.</summary>
    public (InterfaceState Next, Effects Effects) Prepared(InterfacePlan plan)
    {
        ulong hash = ResolvedRuleCodec.Hash(ResolvedRuleCodec.Encode(plan.Rules));
        bool isSame = hash == Hash && Rules.Generation != 0 && plan.Allocations.Retired.IsEmpty && (Applied == Rules.Generation || !IsWorkerUp);
        InterfaceState next = this with
        {
            IsDirty = false,
            PlannedRevision = Revision,
            Planned = Desired,
            Outcomes = plan.Outcomes,
            Allocations = plan.Allocations,
            Rules = isSame ? Rules : plan.Rules,
            Hash = hash,
        };
        var effects = ImmutableArray.CreateBuilder<InterfaceEffect>();
        if (isSame && IsWorkerUp)
        {
            next = (next with { AppliedRules = Desired }).Report(effects, _ => true);
            effects.Add(new InterfaceEffect.Settle());
            return (next, effects.ToImmutable());
        }

        // What no worker is needed to know is told at once.
        next = next.Report(effects, outcome => !outcome.IsRelayed);
        if (IsWorkerUp)
        {
            next = next.SendRules(effects);
        }
        else
        {
            // No process has what was retired, and removed rules are gone already.
            next = next.Release(effects);
            effects.Add(new InterfaceEffect.Settle());
        }

        return (next, effects.ToImmutable());
    }

    /// <summary>A new process: it has nothing yet.</summary>
    public (InterfaceState Next, Effects Effects) WorkerReady()
    {
        var effects = ImmutableArray.CreateBuilder<InterfaceEffect>();
        InterfaceState next = (this with { IsWorkerUp = true }).SendRules(effects);
        return (next, effects.ToImmutable());
    }

    public (InterfaceState Next, Effects Effects) WorkerApplied(long generation)
    {
        if (generation != Rules.Generation || !InFlight)
            return (this, []);
        InterfaceState next = this with { InFlight = false, Applied = generation, AppliedRules = Planned };
        var effects = ImmutableArray.CreateBuilder<InterfaceEffect>();
        next = next.Release(effects).Report(effects, _ => true);
        effects.Add(new InterfaceEffect.Settle());
        return (next, effects.ToImmutable());
    }

    /// <summary>The worker goes on with the rules it had, so only what this set was to change has failed.</summary>
    public (InterfaceState Next, Effects Effects) WorkerRefused(long generation, string why)
    {
        if (generation != Rules.Generation || !InFlight)
            return (this, []);
        var failed = new RuleOutcome(RuleStatus.Failed, $"the worker of {Name} refused it: {why}");
        InterfaceState next = this with
        {
            InFlight = false,
            Outcomes = Outcomes.ToImmutableDictionary(o => o.Key, o => o.Value.IsRelayed && AppliedRules.GetValueOrDefault(o.Key) != Planned[o.Key] ? failed : o.Value),
        };
        var effects = ImmutableArray.CreateBuilder<InterfaceEffect>();
        next = next.Report(effects, _ => true);
        effects.Add(new InterfaceEffect.Settle());
        return (next, effects.ToImmutable());
    }

    /// <summary>The process is gone: nobody uses what was retired.</summary>
    public (InterfaceState Next, Effects Effects) WorkerDown(string how, TimeSpan delay)
    {
        InterfaceState next = this with
        {
            IsWorkerUp = false,
            InFlight = false,
            Applied = 0,
            AppliedRules = ImmutableDictionary<RuleId, ForwardingRule>.Empty,
            Handed = [],
        };
        var effects = ImmutableArray.CreateBuilder<InterfaceEffect>();
        next = next.Release(effects);

        // A restart at once is over before anybody could read about it.
        if (delay > TimeSpan.Zero)
        {
            var degraded = new RuleOutcome(RuleStatus.Degraded, $"the worker of {Name} keeps ending ({how}); it is started again {Sentences.In(delay)}");
            next = next.Report(effects, outcome => outcome.IsRelayed, degraded);
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
        Rules = new ResolvedRuleSet(Rules.Generation, []),
        Told = Told,
    };

    private InterfaceState SendRules(ImmutableArray<InterfaceEffect>.Builder effects)
    {
        ImmutableArray<int> missing = [.. Allocations.Sockets.Values.Where(id => !Handed.Contains(id)).Order()];
        if (!missing.IsEmpty)
            effects.Add(new InterfaceEffect.ToWorker(new UseSockets(missing)));
        effects.Add(new InterfaceEffect.ToWorker(new UseRules(Rules)));
        return this with { InFlight = true, Handed = Handed.Union(missing) };
    }

    private InterfaceState Release(ImmutableArray<InterfaceEffect>.Builder effects)
    {
        (Allocations kept, Released released) = Allocations.Release(Rules.Generation);
        ImmutableArray<int> known = [.. released.Sockets.Where(Handed.Contains)];
        if (!known.IsEmpty)
            effects.Add(new InterfaceEffect.ToWorker(new ForgetSockets(known)));
        effects.AddRange(released.Sockets.Select(id => new InterfaceEffect.CloseEgress(id)));
        effects.AddRange(released.Memberships.Select(m => new InterfaceEffect.Leave(m)));
        return this with { Allocations = kept, Handed = Handed.Except(known) };
    }

    /// <param name="which">Of the outcomes of the plan.</param>
    /// <param name="instead">Told in their place.</param>
    private InterfaceState Report(ImmutableArray<InterfaceEffect>.Builder effects, Func<RuleOutcome, bool> which, RuleOutcome? instead = null)
    {
        var told = Told.ToBuilder();
        told.RemoveRange(Told.Keys.Where(id => !Planned.ContainsKey(id)).ToArray());
        foreach ((RuleId id, RuleOutcome outcome) in Outcomes.Where(o => which(o.Value)))
        {
            ForwardingRule rule = Planned[id];
            RuleOutcome news = instead ?? outcome;

            // By reference: a rule that was removed and added again has another actor, which has been told nothing.
            if (told.TryGetValue(id, out (ForwardingRule Rule, RuleOutcome Outcome) last) && ReferenceEquals(last.Rule, rule) && last.Outcome == news)
                continue;
            told[id] = (rule, news);
            effects.Add(new InterfaceEffect.Report(id, news));
        }

        return this with { Told = told.ToImmutable() };
    }
}
