using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Actors.State;

namespace Mcr.Actors.Cluster;

/// <summary>
/// <c>/user/cluster/rules</c>: what this node knows of the rules of all, on disk and in step with the relay and with the others. All decisions are <see cref="ClusterRules"/>'. One thing
/// after another: what it asks of the relay and of the disk is answered before it looks at the next message.
/// </summary>
internal sealed class ClusterRulesActor : ReceiveActor, IWithTimers
{
    /// <summary>Shards that come together are taken together: one write to disk, one change of the relay.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(5);

    /// <summary>It is compared what runs with what should, whatever was heard of it; and asked again for what was refused, as often as <see cref="_again"/> says.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    /// <summary>Five minutes.</summary>
    private const int MostLooks = 60;

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef _relay;
    private readonly ClusterRulesFile? _file;
    private readonly string _node;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly ClusterRuleTexts _texts = new();
    private readonly Dictionary<int, RuleShard> _arrived = [];
    private ClusterRules? _state;

    /// <summary>What runs, as the relay has said last: maybe more than <see cref="_state"/> knows.</summary>
    private RunningRules _own = RunningRules.None;

    /// <summary>To be asked of the relay.</summary>
    private readonly List<RuleApply> _wanted = [];

    /// <summary>What has come of a change, until the relay has said what runs since.</summary>
    private List<ApplyOutcome> _outcomes = [];

    /// <summary>The relay has left something unanswered: until the next look nothing is asked of it, so that others have not to wait for each time that it does.</summary>
    private bool _isSilent;
    private string? _unsaved;
    private ImmutableSortedDictionary<string, string> _refused = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Looks until what was refused is asked for again, and after that: twice as many each time.</summary>
    private (int Left, int Next) _again = (1, 2);

    /// <param name="file">null: nothing is kept (persist = off).</param>
    /// <param name="patience">Longer than the relay takes to answer any command.</param>
    public ClusterRulesActor(IActorRef relay, ClusterRulesFile? file, string node, TimeProvider time, TimeSpan patience)
    {
        _patience = patience;
        _relay = relay;
        _file = file;
        _node = node;
        _time = time;
        ReceiveAsync<Look>(_ => LookAsync(retry: true));
        ReceiveAsync<OwnRules.Changed>(_ => LookAsync(retry: false));
        Receive<MemberMessages.Shard>(Keep);
        ReceiveAsync<Gathered>(_ => MergeAsync());
        ReceiveAsync<Apply>(_ => ApplyAsync());
        Receive<Replay>(_ => Tell(_state?.All() ?? []));
        ReceiveAsync<ClusterMessages.Leave>(async leave => Sender.Tell(await LeaveAsync(leave)));
        ReceiveAsync<ClusterMessages.Forget>(async forget => Sender.Tell(await DoAsync(forget.By, state => state.Forget(forget.Node, forget.By, Now), $"the rules of node {forget.Node} are forgotten")));
        Receive<ClusterMessages.Summarize>(ask => Sender.Tell(_texts.Summarize(_state, ask.Reports)));
        Receive<LegMessages.GetRules>(_ =>
        {
            if (_state is { } state)
                Context.Parent.Tell(_texts.AllLegs(state)); // else it does when it knows them
        });
        Receive<ClusterMessages.ListRules>(ask => Sender.Tell(_texts.List(_state, ask.Reports)));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _time.GetUtcNow();

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(OwnRules.Changed));
        Context.Parent.Tell(new MemberMessages.Recall()); // what its predecessor had heard, and has not kept
        Timers.StartPeriodicTimer(nameof(Look), new Look(), TimeSpan.Zero, LookInterval);
    }

    private void Keep(MemberMessages.Shard shard)
    {
        _arrived[shard.Index] = shard.Rules;
        if (!Timers.IsTimerActive(nameof(Gathered)))
            Timers.StartSingleTimer(nameof(Gathered), new Gathered(), Gather);
    }

    private async Task MergeAsync()
    {
        if (_state is not { } state)
        {
            Timers.StartSingleTimer(nameof(Gathered), new Gathered(), LookInterval); // the relay has not said yet what runs
            return;
        }

        var effects = new List<ClusterRulesEffect>();
        foreach (RuleShard shard in _arrived.Values)
        {
            (state, ImmutableArray<ClusterRulesEffect> more) = state.Merged(shard, Now);
            effects.AddRange(more);
        }

        _arrived.Clear();
        await BecomeAsync(state, effects);
    }

    /// <summary>What runs here, and whether that is news.</summary>
    private async Task LookAsync(bool retry)
    {
        if (!await ReadOwnAsync())
            return;
        if (_state is null)
        {
            SavedRules saved = await OpenAsync();
            (ClusterRules first, ImmutableArray<ClusterRulesEffect> begin) = ClusterRules.Start(saved, _own.Values, $"node {_node}", Now);
            await BecomeAsync(first, begin);
        }
        else if (_outcomes.Count > 0)
        {
            await EndApplyAsync();
        }
        else
        {
            (ClusterRules next, ImmutableArray<ClusterRulesEffect> effects) = _state.LocalChanged(_own.Values, $"node {_node}", Now); // a revision alone does not say it: a rule may be in a file by now
            if (retry && ReferenceEquals(next, _state) && !_state.Refused.IsEmpty && IsTimeToAskAgain())
                (next, effects) = _state.Retry(Now);
            await BecomeAsync(next, effects);
        }
    }

    /// <summary>What was refused once is mostly refused again: each time costs the relay a check.</summary>
    private bool IsTimeToAskAgain()
    {
        bool isTime = _again.Left <= 1;
        _again = isTime ? (_again.Next, Math.Min(2 * _again.Next, MostLooks)) : (_again.Left - 1, _again.Next);
        return isTime;
    }

    private async Task BecomeAsync(ClusterRules next, IReadOnlyCollection<ClusterRulesEffect> effects)
    {
        _state = next;
        if (effects.Any(e => e is ClusterRulesEffect.Save))
            await SaveAsync(); // before anybody hears of it: a write that its own node has forgotten would come back to it as news
        Tell(effects);
        _wanted.AddRange(effects.OfType<ClusterRulesEffect.Apply>().SelectMany(a => a.Rules));
        if (_wanted.Count > 0)
            Self.Tell(new Apply());
        TellRefusals();
        if (_texts.Legs(next) is { } legs)
            Context.Parent.Tell(legs);
    }

    private void Tell(IEnumerable<ClusterRulesEffect> effects)
    {
        foreach (ClusterRulesEffect effect in effects)
        {
            switch (effect)
            {
                case ClusterRulesEffect.Replicate replicate:
                    Context.Parent.Tell(new MemberMessages.Replicate(replicate.Index, replicate.Shard));
                    break;
                case ClusterRulesEffect.ConflictFound conflict:
                    string sentence = ClusterRuleTexts.Describe(conflict);
                    _log.Warning("{Conflict}", sentence);
                    Context.System.EventStream.Publish(new RelayEvent(EventSeverity.Warning, EventKind.RuleConflict, sentence)
                    {
                        Values = ImmutableSortedDictionary<string, string>.Empty.Add("node", conflict.Key.Node).Add("rule", conflict.Key.Id),
                    });
                    break;
            }
        }
    }

    /// <summary>All as one change. What of it the relay says cannot be is left out, and the rest is asked for again, after what has come meanwhile.</summary>
    private async Task ApplyAsync()
    {
        if (_wanted.Count == 0)
            return;
        RuleApply[] wanted = [.. _wanted];
        _wanted.Clear();
        (RuleBatch? batch, ImmutableArray<ApplyOutcome> outcomes) = RuleBatch.Of(wanted, _own, _texts);
        _outcomes.AddRange(outcomes);
        if (batch is not null)
            await ChangeAsync(batch);
        if (_wanted.Count > 0)
            Self.Tell(new Apply());
        else if (!_isSilent && await ReadOwnAsync())
            await EndApplyAsync(); // else the next look does it
    }

    private async Task EndApplyAsync()
    {
        List<ApplyOutcome> outcomes = _outcomes;
        _outcomes = [];
        foreach (ApplyOutcome outcome in outcomes.Where(o => o.Refused is not null && o.Refused != _refused.GetValueOrDefault(o.Id)))
            _log.Warning("rule {Rule}, which another node asks for, cannot be here: {Why}", outcome.Id, outcome.Refused);
        (ClusterRules next, ImmutableArray<ClusterRulesEffect> effects) = _state!.ApplyDone(outcomes, _own.Values, $"node {_node}", Now);
        await BecomeAsync(next, effects);
    }

    private async Task ChangeAsync(RuleBatch batch)
    {
        CommandResult? result = null;
        try
        {
            if (!_isSilent)
                result = await _relay.Ask<CommandResult>(batch.Change, _patience);
        }
        catch (AskTimeoutException)
        {
            // whether it is done is seen when it is looked what runs
        }

        switch (result)
        {
            case CommandResult.Rejected { IsOutdated: false, IsStopping: false } rejected:
                (ImmutableArray<ApplyOutcome> outcomes, ImmutableArray<RuleApply> rest) = batch.Without(rejected);
                _outcomes.AddRange(outcomes);
                _wanted.AddRange(rest);
                break;
            case null or CommandResult.Rejected:
                _isSilent |= result is not CommandResult.Rejected { IsOutdated: true };
                _outcomes.AddRange(batch.All.Select(a => new ApplyOutcome(a.Id) { Outdated = true }));
                break;
            default:
                if (result is CommandResult.Ok { Difference.IsEmpty: false } ok)
                    _log.Info("from the cluster: {Change}", ok.Sentence);
                _outcomes.AddRange(batch.All.Select(a => new ApplyOutcome(a.Id)));
                break;
        }
    }

    /// <returns>false: the relay is busy or just stopping.</returns>
    private async Task<bool> ReadOwnAsync()
    {
        try
        {
            OwnRules own = await _relay.Ask<OwnRules>(new OwnRules.Get(), _patience);
            await _relay.Ask<StateEvents.Flushed>(new OwnRules.WhenSaved(), _patience);
            _own = _own.After(own, _texts);
            _isSilent = false;
            return true;
        }
        catch (Exception e) when (e is AskTimeoutException or InvalidOperationException)
        {
            _isSilent = true;
            return false;
        }
    }

    private async Task<SavedRules> OpenAsync()
    {
        ulong epoch = (ulong)Random.Shared.NextInt64();
        if (_file is null)
            return new SavedRules(_node, Writers.Name(_node, epoch), 0) { IsNew = true };
        (SavedRules saved, string? problem) = await Task.Run(() => _file.Open(_node, epoch));
        SayOfSaving(problem);
        return saved;
    }

    private async Task SaveAsync()
    {
        if (_file is { } file && _state!.ToSave() is { } saved)
            SayOfSaving(await Task.Run(() => file.Save(saved)));
    }

    private void SayOfSaving(string? problem)
    {
        if (problem is not null && _unsaved is null)
            _log.Error("the rules of the cluster cannot be written to {File}: {Why}; they are known to the other nodes, and here until mcrd ends. It is tried again with each change", _file!.Place, problem);
        else if (problem is null && _unsaved is not null)
            _log.Info("the rules of the cluster are written to {File} again", _file!.Place);
        _unsaved = problem;
    }

    /// <summary>What an operator asks of a node that cannot be reached: it is done when it is back.</summary>
    private Task<ControlResponse> LeaveAsync(ClusterMessages.Leave leave)
    {
        if (_state is not { } state)
            return Task.FromResult<ControlResponse>(new ControlResponse.Error($"the rules of node {leave.Node} are not known yet; try again in a moment"));
        if (_texts.Read(state, leave.Node, leave.Request, out IReadOnlyList<ProblemEntry> problems) is not { } changes)
            return Task.FromResult<ControlResponse>(new ControlResponse.Error(problems));
        ProblemEntry[] refused = [.. changes.Select(c => state.WhyNot(c.Key, c.Value)).OfType<string>().Select(sentence => new ProblemEntry(null, sentence))];
        if (refused.Length > 0)
            return Task.FromResult<ControlResponse>(new ControlResponse.Error(refused));
        string done = changes.Count == 1 ? $"rule {changes[0].Key.Id} of node {leave.Node} is {(changes[0].Value is null ? "to be removed" : "pending")}" : $"{changes.Count} changes are pending for node {leave.Node}";
        return DoAsync(
            leave.By,
            all =>
            {
                var effects = ImmutableArray.CreateBuilder<ClusterRulesEffect>();
                foreach ((RuleKey key, RuleValue? value) in changes)
                {
                    (ClusterRules next, ImmutableArray<ClusterRulesEffect> more, string? refusal) = value is null ? all.Remove(key, leave.By, Now) : all.Put(key, value, leave.By, Now);
                    if (refusal is not null)
                        return (state, [], refusal);
                    all = next;
                    effects.AddRange(more);
                }

                return (all, effects.ToImmutable(), null);
            },
            $"{done}: it cannot be reached just now, and does it when it can");
    }

    private async Task<ControlResponse> DoAsync(string by, Func<ClusterRules, (ClusterRules Next, ImmutableArray<ClusterRulesEffect> Effects, string? Refusal)> change, string sentence)
    {
        if (_state is not { } state)
            return new ControlResponse.Error("the rules of the cluster are not known yet; try again in a moment");
        (ClusterRules next, ImmutableArray<ClusterRulesEffect> effects, string? refusal) = change(state);
        if (refusal is not null)
            return new ControlResponse.Error(refusal);
        await BecomeAsync(next, effects);
        _log.Info("{Who}: {What}", by, sentence);
        return new ControlResponse.Success(_unsaved is { } why ? $"{sentence}; for now it would not survive a restart of all nodes: {why}" : sentence);
    }

    /// <summary>What is asked for again is refused until the relay says otherwise.</summary>
    private void TellRefusals()
    {
        var refused = _refused.Where(r => _state!.Applying.ContainsKey(r.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItems(_state!.Refused.Select(r => KeyValuePair.Create(r.Key, r.Value.Why)));
        if (refused.SequenceEqual(_refused))
            return;
        _refused = refused;
        _again = (1, 2);
        Context.Parent.Tell(new ClusterMessages.Refusals(refused));
    }

    /// <summary>A new DistributedData knows nothing.</summary>
    public sealed record Replay;

    private sealed record Look;

    private sealed record Gathered;

    private sealed record Apply;
}
