using System.Collections.Immutable;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Specs.Supervision;

/// <summary>
/// Drives <see cref="InterfaceState"/> and <see cref="InterfacePlanner"/> as their actor does, with a port and a worker that check every step:
/// nothing is used that is not open, nothing is opened twice, nothing is closed that is in use.
/// </summary>
internal sealed class InterfaceHarness
{
    private readonly LinkTable _links = new([FakePlatform.Device("in0", 1), FakePlatform.Device("out0", 2), FakePlatform.Device("out1", 3)]);
    private readonly Dictionary<int, EgressKey> _open = [];
    private readonly HashSet<Membership> _joined = [];
    private readonly Dictionary<int, HarnessWorker> _workers = [];
    private long _revision;

    public InterfaceState State { get; private set; } = new("in0");

    public Dictionary<RuleId, RuleOutcome> Told { get; } = [];

    /// <summary>Everything that was to be done, in order.</summary>
    public List<InterfaceEffect> Done { get; } = [];

    public long Settled { get; private set; }

    /// <summary>What of the rules has changed is told, unless <paramref name="isUnknown"/>.</summary>
    public void Want(ImmutableDictionary<RuleId, ForwardingRule> rules, bool isUnknown = false)
    {
        ImmutableHashSet<RuleId> changed = [.. rules.Keys.Union(State.Desired.Keys).Where(id => !ReferenceEquals(rules.GetValueOrDefault(id), State.Desired.GetValueOrDefault(id)))];
        Apply(State.Want(++_revision, rules, isUnknown ? null : changed));
        Reconcile();
    }

    /// <summary>That the worker has confirmed.</summary>
    public int RunningRules(int number = 0) => _workers[number].Running?.Rules.Length ?? 0;

    public void WorkerReady(int number = 0)
    {
        if (_workers.TryAdd(number, new HarnessWorker()))
            Apply(State.WorkerReady(number));
    }

    public void WorkerAnswers(int number = 0, bool refuses = false)
    {
        if (!_workers.TryGetValue(number, out HarnessWorker? worker) || worker.Sent is not { } sent)
            return;
        worker.Sent = null;
        if (!refuses)
            worker.Running = sent;
        Apply(refuses ? State.WorkerRefused(number, sent.Generation, "planted") : State.WorkerApplied(number, sent.Generation));
        Reconcile();
    }

    public void WorkerDies(int number = 0, bool tooOften = false)
    {
        if (!_workers.Remove(number))
            return;
        Apply(State.WorkerDown(number, "killed by signal 9", TimeSpan.Zero, TimeSpan.Zero, tooOften));
        Reconcile();
    }

    /// <summary>The worker has lived with the rules that are on trial.</summary>
    public void TrialOver()
    {
        Apply(State.TrialOver());
        Reconcile();
    }

    /// <summary>Lets everything come to rest and compares what is open with what is wanted.</summary>
    public void CheckAtRest(ImmutableDictionary<RuleId, ForwardingRule> wanted)
    {
        WorkerReady();
        for (int i = 0; i < 4; i++)
        {
            foreach (int number in _workers.Keys)
                WorkerAnswers(number);
        }

        Assert.Equal(_revision, Settled);
        Assert.Equal(wanted.Values.Select(r => r.Input.Group).ToHashSet(), [.. _joined.Select(m => m.Group)]);
        foreach (HarnessWorker worker in _workers.Values)
        {
            Assert.Null(worker.Sent);
            Assert.Equal(wanted.Count, worker.Running?.Rules.Length ?? 0);
            Assert.Equal(State.Hash, ResolvedRuleHash.Of(worker.Running?.Rules ?? []));
            Assert.Equal(_open.Keys.ToHashSet(), [.. (worker.Running?.Rules ?? []).SelectMany(r => r.Outputs).Select(o => o.Socket)]);
            Assert.Equal(_open.Keys.ToHashSet(), worker.Sockets);
        }

        Assert.All(wanted.Keys, id => Assert.Equal(RuleOutcome.Active, Told[id]));
        Assert.Equal(0, State.Faults);
        Assert.Equal(wanted.Count, State.Allocations.RuleIndexes.InUse);
        Assert.Equal(wanted.Values.Sum(r => r.Outputs.Length), State.Allocations.OutputIndexes.InUse);
        Assert.True(State.Allocations.Retired.IsEmpty);
        CheckAgainstWholePlan();
    }

    /// <summary>A plan that looks at all rules finds nothing that the plans of changes have left undone.</summary>
    private void CheckAgainstWholePlan()
    {
        InterfacePlan whole = Plan(changed: null);
        Assert.True(whole.Change.IsEmpty);
        Assert.Empty(whole.Open);
        Assert.Empty(whole.Join);
        Assert.Equal(State.Hash, whole.Allocations.Hash);
        Assert.Equal(State.Allocations.Sockets.ToHashSet(), [.. whole.Allocations.Sockets]);
        Assert.Equal(State.Allocations.Memberships.ToHashSet(), [.. whole.Allocations.Memberships]);
        Assert.Equal(State.Outcomes.ToHashSet(), [.. whole.Allocations.Rules.Select(r => KeyValuePair.Create(r.Key, r.Value.Outcome))]);

        // And one from nothing has the same rules but for the numbers of sockets and counters.
        InterfacePlan anew = InterfacePlanner.Plan(new PlanInput(_links.Links.First(l => l.Name == "in0"), _links, State.Desired, Allocations.Empty, PlanFailures.None, 1));
        Assert.Equal(State.Allocations.Sockets.Select(s => (s.Key, s.Value.Users)).ToHashSet(), [.. anew.Allocations.Sockets.Select(s => (s.Key, s.Value.Users))]);
        Assert.Equal(State.Allocations.Memberships.ToHashSet(), [.. anew.Allocations.Memberships]);
        Assert.Equal(State.Outcomes.Count, anew.Allocations.Rules.Count);
    }

    private InterfacePlan Plan(ImmutableHashSet<RuleId>? changed)
    {
        _links.TryGet("in0", out Link? link);
        return InterfacePlanner.Plan(new PlanInput(link!, _links, State.Desired, State.Allocations, PlanFailures.None, State.NextGeneration) { Changed = changed, LeftOut = State.LeftOut });
    }

    private void Reconcile()
    {
        if (!State.IsDirty || State.InFlight)
            return;
        InterfacePlan plan = Plan(State.Changed);
        foreach ((int id, EgressKey key) in plan.Open)
            Assert.True(_open.TryAdd(id, key), $"socket {id} opened twice");
        Assert.Equal(_open.Count, _open.Values.Distinct().Count());
        foreach (Membership membership in plan.Join)
            Assert.True(_joined.Add(membership), $"{membership} joined twice");
        Apply(State.Prepared(plan));
    }

    private void Apply((InterfaceState Next, ImmutableArray<InterfaceEffect> Effects) decision)
    {
        State = decision.Next;
        foreach (InterfaceEffect effect in decision.Effects)
        {
            Done.Add(effect);
            switch (effect)
            {
                case InterfaceEffect.ToWorker toWorker:
                    Tell(_workers[toWorker.Number], toWorker.Command);
                    break;
                case InterfaceEffect.CloseEgress close:
                    Assert.All(_workers.Values, w => Assert.DoesNotContain(w.Running?.Rules ?? [], r => r.Outputs.Any(o => o.Socket == close.Id)));
                    Assert.True(_open.Remove(close.Id));
                    break;
                case InterfaceEffect.Leave leave:
                    Assert.True(_joined.Remove(leave.Membership));
                    break;
                case InterfaceEffect.Report report:
                    Told[report.Rule] = report.Outcome;
                    break;
                case InterfaceEffect.Settle:
                    Settled = State.PlannedRevision;
                    break;
            }
        }
    }

    private void Tell(HarnessWorker worker, WorkerCommand command)
    {
        switch (command)
        {
            case UseSockets use:
                foreach (int id in use.Ids)
                {
                    Assert.Contains(id, _open);
                    Assert.True(worker.Sockets.Add(id), $"socket {id} handed over twice");
                }

                break;
            case UseRules use:
                worker.Take(use.Rules);
                break;
            case ChangeRules { Change: var change }:
                Assert.Equal(worker.Running!.Generation, change.Base);
                Assert.All(change.Dropped, counter => Assert.Contains(worker.Running.Rules, r => r.Counter == counter));
                worker.Take(new ResolvedRuleSet(change.Generation, [.. worker.Running.Rules.ExceptBy(change.Dropped.Concat(change.Put.Select(r => r.Counter)), r => r.Counter), .. change.Put]));
                break;
            case ForgetSockets forget:
                Assert.All(forget.Ids, id => Assert.True(worker.Sockets.Remove(id)));
                break;
        }
    }

    private sealed class HarnessWorker
    {
        public HashSet<int> Sockets { get; } = [];

        /// <summary>Not answered yet.</summary>
        public ResolvedRuleSet? Sent { get; set; }

        public ResolvedRuleSet? Running { get; set; }

        public void Take(ResolvedRuleSet rules)
        {
            Assert.Null(Sent);
            Assert.All(rules.Rules.SelectMany(r => r.Outputs), o => Assert.Contains(o.Socket, Sockets));
            Assert.Equal(rules.Rules.Length, rules.Rules.Select(r => r.Counter).Distinct().Count());
            Assert.Equal(rules.Rules.Length, rules.Rules.Select(r => (r.Group, r.Port, r.Source)).Distinct().Count());
            Sent = rules;
        }
    }
}
