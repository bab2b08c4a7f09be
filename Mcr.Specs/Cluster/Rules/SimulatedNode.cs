using System.Collections.Immutable;
using Mcr.Actors.Cluster.Rules;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Cluster.Rules.ClusterRulesEffect>;

namespace Mcr.Specs.Cluster.Rules;

/// <summary>
/// One node: a relay that runs rules, two files on a disk, and the state that is tried. All that takes time (a save, a change of the relay, telling
/// of one) is a step of its own, between any two of which the node may be killed.
/// </summary>
internal sealed class SimulatedNode(string name, SimulatedNetwork network)
{
    private readonly Queue<Action> _relay = [];
    private readonly Queue<Action> _cluster = [];
    private readonly List<(string Conflict, bool IsSaved)> _told = [];
    private readonly Dictionary<string, int> _shown = [];
    private readonly Dictionary<int, RuleShard> _replicated = [];
    private Dictionary<string, int> _shownOnDisk = [];
    private ImmutableDictionary<string, RuleValue> _running = ImmutableDictionary<string, RuleValue>.Empty;
    private ImmutableDictionary<string, RuleValue> _rulesFile = ImmutableDictionary<string, RuleValue>.Empty;
    private byte[]? _clusterFile;
    private ulong _epoch;

    public string Name => name;

    /// <summary>null: it is down.</summary>
    public ClusterRules? State { get; private set; }

    public ImmutableDictionary<string, RuleValue> Running => _running;

    public IEnumerable<string> Told => _told.Select(t => t.Conflict);

    public bool IsIdle => _relay.Count + _cluster.Count == 0;

    /// <summary>Of an older copy or of a new start: what it says of other writers' numbers counts.</summary>
    public ClusterRules? OnDisk => _clusterFile is null ? null : ClusterRules.Start(ClusterRulesFile.Read(_clusterFile, name), _rulesFile, "x", network.Now).Next;

    public void Start()
    {
        SavedRules? found = _clusterFile is null ? null : ClusterRulesFile.Read(_clusterFile, name);
        SavedRules saved = ClusterRulesFile.Renew(found, name, ((ulong)name[0] << 32) + ++_epoch);
        _clusterFile = ClusterRulesFile.Encode(saved);
        _running = _rulesFile;
        _shown.Clear();
        foreach ((string id, int operation) in _shownOnDisk)
            _shown[id] = operation;
        Become(ClusterRules.Start(saved, _running, "the last mcrd", network.Now));
    }

    public void Kill()
    {
        State = null;
        _relay.Clear();
        _cluster.Clear();
        _replicated.Clear();
        _told.RemoveAll(t => !t.IsSaved);
    }

    /// <summary>While it is down. What ran here is not known to be newer than anything, from then on.</summary>
    public void LoseClusterFile()
    {
        _clusterFile = null;
        _told.Clear();
        _shownOnDisk.Clear();
    }

    public void Change(string id, bool removes, bool isFile)
    {
        if (removes && !_running.ContainsKey(id))
            return;
        SimulatedOperation operation = network.Begin(new RuleKey(name, id), removes, _shown.TryGetValue(id, out int shown) ? [shown] : []);
        _running = removes ? _running.Remove(id) : _running.SetItem(id, new RuleValue(operation.Text, name, isFile));
        _shown[id] = operation.Number;
        ImmutableDictionary<string, RuleValue> now = _running;
        SaveRelay(() =>
        {
            operation.IsAcknowledged = true;
            _relay.Enqueue(() => Become(State!.LocalChanged(now, operation.By, network.Now)));
        });
    }

    /// <summary>An operator here changes a rule of another node.</summary>
    public void ChangeAt(RuleKey key, bool removes)
    {
        RuleRegister register = State![key];
        SimulatedOperation operation = network.Begin(key, removes, [.. register.Writes.Select(network.OperationOf).OfType<int>()]);
        (ClusterRules next, Effects effects, string? refusal) = removes
            ? State.Remove(key, operation.By, network.Now)
            : State.Put(key, new RuleValue(operation.Text, name), operation.By, network.Now);
        Assert.Equal(register.Value is { IsFile: true } || (removes && register.Value is null), refusal is not null);
        if (refusal is not null)
        {
            Assert.Empty(effects);
            network.Forget(operation);
            return;
        }

        Become((next, effects), () => operation.IsAcknowledged = true);
    }

    /// <summary>What DistributedData has here, which is all that other nodes hear of.</summary>
    public IEnumerable<(int Index, RuleShard Shard)> Replicated => _replicated.Select(r => (r.Key, r.Value));

    public void Receive(int index, RuleShard shard)
    {
        _replicated[index] = _replicated.GetValueOrDefault(index, RuleShard.Empty).Merge(shard);
        Become(State!.Merged(_replicated[index], network.Now));
    }

    /// <summary>Asks again for what was refused.</summary>
    public void Retry() => Become(State!.Retry(network.Now));

    public void Step(bool relayFirst)
    {
        Queue<Action> queue = (relayFirst && _relay.Count > 0) || _cluster.Count == 0 ? _relay : _cluster;
        if (queue.TryDequeue(out Action? action))
            action();
    }

    private void Become((ClusterRules Next, Effects Effects) step, Action? whenSaved = null)
    {
        State = step.Next;
        foreach (ClusterRulesEffect effect in step.Effects)
        {
            switch (effect)
            {
                case ClusterRulesEffect.Save:
                    _cluster.Enqueue(() => Save(whenSaved));
                    break;
                case ClusterRulesEffect.Replicate replicate:
                    _cluster.Enqueue(() => Replicate(replicate));
                    break;
                case ClusterRulesEffect.ConflictFound conflict:
                    string text = $"{conflict.Key}: {string.Join(' ', conflict.Losers.Append(conflict.Winner).Select(w => $"{w.Writer}:{w.Number}").Order(StringComparer.Ordinal))}";
                    Assert.DoesNotContain(text, Told);
                    _told.Add((text, false));
                    break;
                case ClusterRulesEffect.Apply apply:
                    int?[] operations = [.. apply.Rules.Select(r => network.OperationOf(State[new RuleKey(name, r.Id)].Winner!))];
                    _cluster.Enqueue(() => Apply(apply.Rules, operations));
                    break;
                default:
                    throw new InvalidOperationException($"{effect}");
            }
        }
    }

    private void Replicate(ClusterRulesEffect.Replicate replicate)
    {
        _replicated[replicate.Index] = _replicated.GetValueOrDefault(replicate.Index, RuleShard.Empty).Merge(replicate.Shard);
        network.Send(this, replicate.Index, replicate.Shard);
    }

    private void Save(Action? whenSaved)
    {
        _clusterFile = ClusterRulesFile.Encode(State!.ToSave());
        for (int i = 0; i < _told.Count; i++)
            _told[i] = (_told[i].Conflict, true);
        whenSaved?.Invoke();
    }

    private void SaveRelay(Action then)
    {
        ImmutableDictionary<string, RuleValue> rules = _running;
        Dictionary<string, int> shown = new(_shown);
        _relay.Enqueue(() =>
        {
            _rulesFile = rules;
            _shownOnDisk = shown;
            then();
        });
    }

    /// <summary>This relay refuses every seventh rule that others bring, for good.</summary>
    private void Apply(ImmutableArray<RuleApply> rules, int?[] operations)
    {
        var outcomes = new List<ApplyOutcome>();
        for (int i = 0; i < rules.Length; i++)
        {
            (string id, RuleValue? value, RuleValue? expected) = rules[i];
            bool outdated = _running.GetValueOrDefault(id) != expected;
            bool refused = !outdated && value is not null && SimulatedNetwork.IsRefused(value);
            outcomes.Add(new ApplyOutcome(id, refused ? "every seventh is refused" : null) { Outdated = outdated });
            if (outdated || refused)
                continue;
            _running = value is null ? _running.Remove(id) : _running.SetItem(id, value);
            _shown.Remove(id);
            if (operations[i] is { } operation)
                _shown[id] = operation;
        }

        ImmutableDictionary<string, RuleValue> now = _running;
        SaveRelay(() => _relay.Enqueue(() => Become(State!.ApplyDone(outcomes, now, "somebody", network.Now))));
    }
}
