using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Loop;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Native.Worker;

/// <summary>
/// The rules and sockets that a worker has, and the tables made of them for the loop, which must have taken one before the next is made.
/// What is refused changes nothing. Control thread only.
/// </summary>
internal sealed class RunningRules
{
    private readonly Dictionary<int, Placed> _rules = []; // by counter
    private readonly Dictionary<int, TraceSettings> _traces = []; // by counter
    private readonly RuleTables _tables = new();
    private readonly SocketPlaces _sockets;
    private readonly OutputRanges _outputs;
    private readonly RunningRedundancy _redundancy = new();
    private readonly RunningLegs _legs = new();
    private readonly RunningFeeds _feeds;

    /// <param name="slot">Where what is known of rules with several inputs outlives the worker; null: such rules are refused.</param>
    public RunningRules(WorkerSlot? slot = null)
    {
        _feeds = new RunningFeeds(slot);
        var tables = new OutputTables();
        _sockets = new SocketPlaces(tables);
        _outputs = new OutputRanges(tables);
    }

    /// <summary>0 before the first.</summary>
    public long Generation { get; private set; }

    public ulong Hash { get; private set; } = ResolvedRuleHash.Empty;

    /// <summary>What runs, as <see cref="ResolvedRuleCodec.Decode"/> reads it.</summary>
    public byte[] Encode() => ResolvedRuleCodec.Encode([.. _rules.Values.Select(r => r.Encoded)]);

    /// <summary>From the next table on.</summary>
    public void Use(int id, EgressSocket socket) => _sockets.Put(id, socket);

    /// <inheritdoc cref="Use(int, EgressSocket)"/>
    public void Use(int id, IFrameSource echoes) => _redundancy.Use(id, echoes);

    /// <inheritdoc cref="Use(int, EgressSocket)"/>
    public void Use(int id, FrameInlet feed) => _feeds.Use(id, feed);

    /// <summary>No rule uses it any more.</summary>
    public void Forget(int id)
    {
        _sockets.Remove(id);
        _redundancy.Forget(id);
        _feeds.Forget(id);
    }

    /// <summary>The loop has taken the last table.</summary>
    public void Taken() => _feeds.Taken();

    /// <summary>The loop has ended.</summary>
    public void End() => _feeds.End();

    /// <exception cref="InvalidDataException">a rule names a socket that was never passed, or two rules have one input or one counter.</exception>
    public ForwardingTable Replace(ResolvedRuleSet rules) => Apply(rules.Generation, [.. _rules.Keys], rules.Rules);

    /// <exception cref="InvalidDataException">as with <see cref="Replace"/>, or it is not a change of what runs.</exception>
    public ForwardingTable Change(ResolvedRuleChange change)
    {
        if (change.Base != Generation)
            throw new InvalidDataException($"a change of generation {change.Base}, and generation {Generation} is what runs");
        foreach (int counter in change.Dropped)
        {
            if (!_rules.ContainsKey(counter))
                throw new InvalidDataException($"a change that drops rule {counter}, which there is not");
        }

        return Apply(change.Generation, [.. change.Dropped], change.Put);
    }

    /// <param name="gone">Counters of rules; those of <paramref name="put"/> are added to them.</param>
    private ForwardingTable Apply(long generation, HashSet<int> gone, IReadOnlyList<ResolvedRule> put)
    {
        _feeds.Taken();
        RuleKey?[] keys = Check(gone, put);
        var removed = new List<RuleKey>(gone.Count);
        foreach (int counter in gone)
        {
            if (!_rules.Remove(counter, out Placed placed))
                continue; // put for the first time
            if (placed.Key is { } key)
                removed.Add(key);
            _traces.Remove(counter);
            _redundancy.Remove(counter); // put again where it still is
            _legs.Remove(counter);
            _feeds.Remove(counter);
            _outputs.Return(placed.Entry.FirstOutput, placed.Entry.OutputCount);
            Hash -= placed.Hash;
        }

        var added = new List<(RuleKey, RuleEntry)>(put.Count);
        for (int i = 0; i < keys.Length; i++)
        {
            ResolvedRule rule = put[i];
            var entry = new RuleEntry(rule.Counter, _outputs.Add(rule.Outputs, _sockets), rule.Outputs.Length, (byte)(rule.Trace is null ? 0 : rule.Trace.Ring + 1), rule.Analysis)
            {
                IsRange = !rule.Range.IsExact,
                HostBits = (byte)(GroupRange.Bits(rule.Group) - rule.Range.Length),
                FirstPort = rule.Port,
                IsRedundant = rule.Redundancy is not null,
                Leg = _legs.Put(rule.Counter, rule.Leg),
            };
            ulong hash = ResolvedRuleHash.Of(rule);
            _rules.Add(rule.Counter, new Placed(keys[i], entry, hash, ResolvedRuleCodec.EncodeRule(rule)));
            if (rule.Trace is not null)
                _traces.Add(rule.Counter, rule.Trace);
            if (rule.Redundancy is not null)
                _redundancy.Put(rule.Counter, rule.Redundancy);
            if (keys[i] is { } input)
                added.Add((input, entry));
            else if (rule.Into != 0)
                _feeds.PutLeg(rule, entry);
            else
                _feeds.Put(rule, entry);
            Hash += hash;
        }

        Generation = generation;
        return new ForwardingTable(_tables.Change(removed, added), _outputs.Next(), generation, Hash)
        {
            Traces = [.. _traces.Values],
            Redundant = _redundancy.Next(),
            Feeds = _feeds.Next(),
            LegKeys = _legs.Next(),
            LegEnds = [.. put.Where(r => r.Leg is not null).Select(r => (r.Counter, r.Leg!.Id))],
            LegBeginnings = [.. put.SelectMany(r => r.Outputs).Where(o => o.Leg is not null).Select(o => (o.Counter, o.Leg!.Id))],
            NotAnalysed = [.. put.Where(r => r.Analysis.Kind == AnalysisKind.Off).Select(r => r.Counter)],
        };
    }

    /// <returns>The rules' inputs; null for those that have several.</returns>
    private RuleKey?[] Check(HashSet<int> gone, IReadOnlyList<ResolvedRule> put)
    {
        var counters = new HashSet<int>(put.Count);
        foreach (ResolvedRule rule in put)
        {
            if (!counters.Add(rule.Counter))
                throw new InvalidDataException($"two rules count in entry {rule.Counter}");
            foreach (ResolvedOutput output in rule.Outputs)
            {
                EgressKind kind = _sockets.KindOf(output.Socket) ?? throw new InvalidDataException($"rule for {rule.Group}:{rule.Port} names socket {output.Socket}, which was not passed");
                if (kind == EgressKind.Leg != output.Leg is not null)
                    throw new InvalidDataException($"rule for {rule.Group}:{rule.Port} {(output.Leg is null ? "has no leg for" : "begins a leg on")} socket {output.Socket}, which is of kind {kind}");
            }

            foreach (ResolvedEcho echo in rule.Redundancy?.Echoes ?? [])
            {
                if (!_redundancy.Hears(echo.Socket))
                    throw new InvalidDataException($"rule for {rule.Group}:{rule.Port} listens to socket {echo.Socket}, which was not passed");
            }
        }

        gone.UnionWith(counters);
        CheckFeeds(gone, put);
        var keys = new RuleKey?[put.Count];
        var seen = new HashSet<RuleKey>(put.Count);
        for (int i = 0; i < keys.Length; i++)
        {
            ResolvedRule rule = put[i];
            if (!rule.Inputs.IsEmpty)
                continue;
            RuleKey key = rule.Range.Key(rule.Source is null ? 0 : Addresses.ToNumber(rule.Source));
            keys[i] = key;
            if (!seen.Add(key) || (_tables.TryGet(key, out RuleEntry there) && !gone.Contains(there.Counter)))
                throw new InvalidDataException($"two rules for {rule.Group}:{rule.Port}");
        }

        return keys;
    }

    private void CheckFeeds(HashSet<int> gone, IReadOnlyList<ResolvedRule> put)
    {
        if (_feeds.Sockets > LoopWakeup.MostFeeds)
            throw new InvalidDataException($"{_feeds.Sockets} feed sockets are more than the {LoopWakeup.MostFeeds} devices that one worker can take inputs from; use fewer devices");
        var seen = new HashSet<(int, RuleKey)>();
        foreach (ResolvedRule rule in put)
        {
            if (rule.Into != 0 && (rule.Leg is null || rule.Select is not null || rule.Inputs is not [{ Token: 0 }] || rule.Outputs.Length > 0))
                throw new InvalidDataException($"rule for {rule.Group}:{rule.Port} goes into another one, and is not the end of a leg with one input and no output");
            if (rule.Into == 0 && rule.Select is null != rule.Inputs.IsEmpty)
                throw new InvalidDataException($"rule for {rule.Group}:{rule.Port} has {rule.Inputs.Length} inputs {(rule.Select is null ? "and nothing to select them by" : "to select from")}");
            if (rule.Inputs.IsEmpty)
                continue;
            if (!_feeds.CanKnow)
                throw new InvalidDataException($"rule for {rule.Group}:{rule.Port} takes from feeds, and there is no slot for what is known of them");
            foreach (ResolvedInput input in rule.Inputs.Where(i => i.Socket != ResolvedInput.NoSocket))
            {
                if (!_feeds.Hears(input.Socket))
                    throw new InvalidDataException($"rule for {rule.Group}:{rule.Port} takes from socket {input.Socket}, which {(_sockets.KindOf(input.Socket) is { } kind ? $"is of kind {kind}" : "was not passed")}");
                if (!seen.Add((input.Socket, RunningFeeds.KeyOf(input))) || (_feeds.OwnerOf(input) is { } owner && !gone.Contains(owner)))
                    throw new InvalidDataException($"two inputs for {input.Group}:{input.Port} at socket {input.Socket}");
            }
        }
    }

    /// <param name="Key">null: it has several inputs.</param>
    /// <param name="Encoded">For whoever adopts this worker.</param>
    private readonly record struct Placed(RuleKey? Key, RuleEntry Entry, ulong Hash, byte[] Encoded);
}
