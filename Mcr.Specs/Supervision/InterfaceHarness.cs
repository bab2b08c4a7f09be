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
    private readonly HashSet<int> _workerSockets = [];
    private ResolvedRuleSet? _sent;
    private ResolvedRuleSet? _running;
    private bool _workerUp;
    private long _revision;

    public InterfaceState State { get; private set; } = new("in0");

    public Dictionary<RuleId, RuleOutcome> Told { get; } = [];

    public long Settled { get; private set; }

    public void Want(ImmutableDictionary<RuleId, ForwardingRule> rules)
    {
        State = State.Want(++_revision, rules);
        Reconcile();
    }

    public void WorkerReady()
    {
        if (_workerUp)
            return;
        _workerUp = true;
        _workerSockets.Clear();
        Apply(State.WorkerReady());
    }

    public void WorkerAnswers(bool refuses = false)
    {
        if (!_workerUp || _sent is not { } sent)
            return;
        _sent = null;
        if (!refuses)
            _running = sent;
        Apply(refuses ? State.WorkerRefused(sent.Generation, "planted") : State.WorkerApplied(sent.Generation));
        Reconcile();
    }

    public void WorkerDies()
    {
        if (!_workerUp)
            return;
        _workerUp = false;
        _sent = null;
        _running = null;
        Apply(State.WorkerDown("killed by signal 9", TimeSpan.Zero));
        Reconcile();
    }

    /// <summary>Lets everything come to rest and compares what is open with what is wanted.</summary>
    public void CheckAtRest(ImmutableDictionary<RuleId, ForwardingRule> wanted)
    {
        WorkerReady();
        for (int i = 0; i < 4 && _sent is not null; i++)
            WorkerAnswers();
        Assert.Null(_sent);
        Assert.Equal(_revision, Settled);
        Assert.Equal(wanted.Count, _running?.Rules.Length ?? 0);
        Assert.Equal(wanted.Values.Select(r => r.Input.Group).ToHashSet(), [.. _joined.Select(m => m.Group)]);
        Assert.Equal(_open.Keys.ToHashSet(), [.. (_running?.Rules ?? []).SelectMany(r => r.Outputs).Select(o => o.Socket)]);
        Assert.Equal(_open.Keys.ToHashSet(), _workerSockets);
        Assert.All(wanted.Keys, id => Assert.Equal(RuleOutcome.Active, Told[id]));
        Assert.Equal(wanted.Count, State.Allocations.RuleIndexes.InUse);
        Assert.Equal(wanted.Values.Sum(r => r.Outputs.Length), State.Allocations.OutputIndexes.InUse);
        Assert.True(State.Allocations.Retired.IsEmpty);
    }

    private void Reconcile()
    {
        if (!State.IsDirty || State.InFlight)
            return;
        _links.TryGet("in0", out Link? link);
        InterfacePlan plan = InterfacePlanner.Plan(new PlanInput(link!, _links, State.Desired, State.Allocations, PlanFailures.None, State.NextGeneration));
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
            switch (effect)
            {
                case InterfaceEffect.ToWorker { Command: UseSockets use }:
                    foreach (int id in use.Ids)
                    {
                        Assert.Contains(id, _open);
                        Assert.True(_workerSockets.Add(id), $"socket {id} handed over twice");
                    }

                    break;
                case InterfaceEffect.ToWorker { Command: UseRules use }:
                    Assert.True(_workerUp);
                    Assert.All(use.Rules.Rules.SelectMany(r => r.Outputs), o => Assert.Contains(o.Socket, _workerSockets));
                    Assert.Equal(use.Rules.Rules.Length, use.Rules.Rules.Select(r => r.Counter).Distinct().Count());
                    _sent = use.Rules;
                    break;
                case InterfaceEffect.ToWorker { Command: ForgetSockets forget }:
                    Assert.All(forget.Ids, id => Assert.True(_workerSockets.Remove(id)));
                    break;
                case InterfaceEffect.CloseEgress close:
                    Assert.DoesNotContain(_running?.Rules ?? [], r => r.Outputs.Any(o => o.Socket == close.Id));
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
}
