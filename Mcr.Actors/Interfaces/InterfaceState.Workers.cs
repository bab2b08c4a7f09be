using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Native.Rules;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Interfaces.InterfaceEffect>;

namespace Mcr.Actors.Interfaces;

/// <summary>What its workers say and are told.</summary>
internal sealed partial record InterfaceState
{
    /// <summary>Those that have ended and are not started again soon: the others have their flows, see <see cref="WorkerShares"/>.</summary>
    public ImmutableHashSet<int> Away { get; private init; } = [];

    /// <summary>A new process: it has nothing yet.</summary>
    public (InterfaceState Next, Effects Effects) WorkerReady(int number)
    {
        var effects = ImmutableArray.CreateBuilder<InterfaceEffect>();
        InterfaceState next = (this with { Workers = Workers.SetItem(number, RunningWorker.New), Adopting = Adopting.Remove(number), Away = Away.Remove(number) }).SendRules(number, plan: null, effects);
        return (next, effects.ToImmutable());
    }

    /// <summary>A process that goes on with what an mcrd which is gone had given it.</summary>
    public InterfaceState WorkerAdopted(AdoptedRun run) =>
        this with
        {
            Workers = Workers.SetItem(run.Number, new RunningWorker(run.Generation, InFlight: false, run.Sockets, WorkerDrift.None)),
            Adopting = Adopting.Remove(run.Number),
        };

    public (InterfaceState Next, Effects Effects) WorkerApplied(int number, long generation) =>
        IsAwaited(number, generation, out RunningWorker worker)
            ? Answered(this with { Workers = Workers.SetItem(number, worker with { InFlight = false, Applied = generation, Drift = worker.Drift.Answered }) })
            : (this, []);

    /// <summary>The worker goes on with the rules it had, so only what this generation was to change has failed.</summary>
    public (InterfaceState Next, Effects Effects) WorkerRefused(int number, long generation, string why) =>
        IsAwaited(number, generation, out RunningWorker worker)
            ? Answered(this with { Workers = Workers.SetItem(number, worker with { InFlight = false, Drift = worker.Drift.Answered }), Refusal = why })
            : (this, []);

    /// <summary>It has stopped, as it was asked to.</summary>
    public (InterfaceState Next, Effects Effects) WorkerLeft(int number)
    {
        (InterfaceState next, ImmutableArray<InterfaceEffect>.Builder effects) = Without(number);
        return (next with { Away = Away.Remove(number) }, effects.ToImmutable());
    }

    /// <param name="delay">Until the next one is started.</param>
    /// <param name="tooOften">Waiting does not seem to help.</param>
    public (InterfaceState Next, Effects Effects) WorkerDown(int number, string how, TimeSpan lived, TimeSpan delay, bool tooOften)
    {
        (InterfaceState next, ImmutableArray<InterfaceEffect>.Builder effects) = Without(number);
        (next, Effects suspecting) = next.WorkerEnded(number, how, lived, tooOften);
        effects.AddRange(suspecting);

        // A restart at once is over before anybody could read about it.
        if (delay > TimeSpan.Zero && suspecting.IsEmpty)
        {
            bool isAway = delay > WorkerShares.LongestWait;
            string meanwhile = isAway && !next.Workers.IsEmpty ? ", and the others have its flows until then" : "";
            var degraded = new RuleOutcome(RuleStatus.Degraded, $"{Label(number)} keeps ending ({how}); it is started again {Sentences.In(delay)}{meanwhile}");
            next = (next with { Untold = null, Away = isAway ? Away.Add(number) : Away }).Report(effects, outcome => outcome.IsRelayed, degraded);
        }

        return (next, effects.ToImmutable());
    }

    /// <summary>The process is gone: what was retired is not used by it.</summary>
    private (InterfaceState Next, ImmutableArray<InterfaceEffect>.Builder Effects) Without(int number)
    {
        bool wasAwaited = Workers.TryGetValue(number, out RunningWorker? worker) && worker.InFlight;
        InterfaceState next = this with { Workers = Workers.Remove(number), Adopting = Adopting.Remove(number) };
        if (next.Workers.IsEmpty)
            next = next with { AppliedRules = ImmutableDictionary<RuleId, ForwardingRule>.Empty, Refusal = null };
        (next, Effects answered) = wasAwaited && !next.Workers.IsEmpty ? Answered(next) : (next, []);
        var effects = answered.ToBuilder();
        return (next.Release(effects), effects);
    }

    private string Label(int number) => Workers.IsEmpty && number == 0 ? $"the worker of {Name}" : $"worker {number} of {Name}";

    private bool IsAwaited(int number, long generation, out RunningWorker worker)
    {
        worker = Workers.GetValueOrDefault(number) ?? RunningWorker.New;
        return worker.InFlight && generation == Generation;
    }

    /// <summary>Settled when nobody's answer is missing any more.</summary>
    private static (InterfaceState Next, Effects Effects) Answered(InterfaceState state)
    {
        if (state.InFlight)
            return (state, []);
        var effects = ImmutableArray.CreateBuilder<InterfaceEffect>();
        InterfaceState next = (state.Refusal is { } why ? state.Fail(why) : state with { AppliedRules = state.Planned }).Release(effects).ReportAll(effects);
        next.BeginTrial(effects);
        effects.Add(new InterfaceEffect.Settle());
        return (next, effects.ToImmutable());
    }

    /// <summary>Whatever is planned next looks at all rules again: what has failed may not be among the changed ones then.</summary>
    private InterfaceState Fail(string why)
    {
        var failed = new RuleOutcome(RuleStatus.Failed, $"the worker of {Name} refused it: {why}");
        ImmutableDictionary<RuleId, RuleOutcome> outcomes = Outcomes.ToImmutableDictionary(
            o => o.Key,
            o => o.Value.IsRelayed && AppliedRules.GetValueOrDefault(o.Key) != Planned[o.Key] ? failed : o.Value);
        return this with { Outcomes = outcomes, Faults = outcomes.Values.Count(o => o != RuleOutcome.Active), Changed = null, Untold = null, Refusal = null };
    }

    /// <param name="plan">What has changed; null for a worker that has to be told everything.</param>
    private InterfaceState SendRules(int number, InterfacePlan? plan, ImmutableArray<InterfaceEffect>.Builder effects)
    {
        RunningWorker worker = Workers[number];
        bool knows = plan is not null && worker.Applied != 0 && worker.Applied == plan.Change.Base;
        IEnumerable<int> sockets = knows ? plan!.Added : Allocations.Sockets.Values.Select(s => s.Id);
        ImmutableArray<int> missing = [.. sockets.Where(id => !worker.Handed.Contains(id)).Order()];
        if (!missing.IsEmpty)
            effects.Add(new InterfaceEffect.ToWorker(number, new UseSockets(missing)));
        effects.Add(new InterfaceEffect.ToWorker(number, knows ? new ChangeRules(plan!.Change) : new UseRules(Allocations.Resolved(Generation))));
        return this with { Workers = Workers.SetItem(number, worker with { InFlight = true, Handed = worker.Handed.Union(missing) }) };
    }

    /// <summary>What no running worker can use. One that is still to be adopted may use anything.</summary>
    private InterfaceState Release(ImmutableArray<InterfaceEffect>.Builder effects)
    {
        if (Allocations.Retired.IsEmpty || !Adopting.IsEmpty)
            return this;
        (Allocations kept, Released released) = Allocations.Release(Workers.IsEmpty ? Generation : Workers.Values.Min(w => w.Applied));
        ImmutableSortedDictionary<int, RunningWorker> workers = Workers;
        foreach ((int number, RunningWorker worker) in Workers)
        {
            ImmutableArray<int> known = [.. released.Sockets.Where(worker.Handed.Contains)];
            if (known.IsEmpty)
                continue;
            effects.Add(new InterfaceEffect.ToWorker(number, new ForgetSockets(known)));
            workers = workers.SetItem(number, worker with { Handed = worker.Handed.Except(known) });
        }

        effects.AddRange(released.Memberships.Select(m => new InterfaceEffect.Leave(m)));
        effects.AddRange(released.Sockets.Select(id => new InterfaceEffect.CloseEgress(id))); // an echo socket's groups are left before
        return this with { Allocations = kept, Workers = workers };
    }
}

/// <summary>A worker process that is up, as far as its interface knows it.</summary>
/// <param name="Applied">The generation that it has confirmed; 0 for none.</param>
/// <param name="InFlight">It has been sent a generation and has not answered yet.</param>
/// <param name="Handed">Egress sockets that it has.</param>
/// <param name="Drift">Whether it runs what it has confirmed.</param>
internal sealed record RunningWorker(long Applied, bool InFlight, ImmutableHashSet<int> Handed, WorkerDrift Drift)
{
    public static readonly RunningWorker New = new(0, false, [], WorkerDrift.None);
}
