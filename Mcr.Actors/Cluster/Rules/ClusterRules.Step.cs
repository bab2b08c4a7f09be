using System.Collections.Immutable;
using Effects = System.Collections.Immutable.ImmutableArray<Mcr.Actors.Cluster.Rules.ClusterRulesEffect>;

namespace Mcr.Actors.Cluster.Rules;

internal sealed partial record ClusterRules
{
    /// <summary>
    /// One thing that happens, as it is worked out. All its writes have one clock: what a node that was killed finds changed when it
    /// starts is thus never later than the same change that it had told of before.
    /// </summary>
    private sealed class Step(ClusterRules before, string by, DateTimeOffset now, long clock)
    {
        private readonly Dictionary<int, ImmutableDictionary<RuleKey, RuleRegister>.Builder> _shards = [];
        private readonly HashSet<int> _written = [];
        private readonly List<RuleApply> _apply = [];
        private readonly ImmutableHashSet<string>.Builder _repeated = before.Repeated.ToBuilder();
        private long _number = before.Number;
        private long _clock = before.Clock;

        public Step(ClusterRules before, string by, DateTimeOffset now)
            : this(before, by, now, before.Clock + 1)
        {
        }

        public ImmutableDictionary<string, AppliedRule>.Builder Applied { get; } = before.Applied.ToBuilder();

        public ImmutableDictionary<string, AppliedRule>.Builder Applying { get; } = before.Applying.ToBuilder();

        public ImmutableDictionary<string, RefusedRule>.Builder Refused { get; } = before.Refused.ToBuilder();

        public ImmutableHashSet<string>.Builder Behind { get; } = before.Behind.ToBuilder();

        /// <summary>What may be a conflict since, or none any more.</summary>
        public HashSet<RuleKey> Touched { get; } = [];

        public AppliedRule AppliedOf(string id) => Applied.TryGetValue(id, out AppliedRule? applied) ? applied : AppliedRule.None;

        /// <returns>What has seen this write and all that it has taken the place of.</returns>
        public SeenWrites Write(RuleKey key, RuleValue? value, SeenWrites context)
        {
            _clock = Math.Max(_clock, clock);
            return Write(key, new RuleWrite(before.Writer, ++_number, clock, by, now.ToUnixTimeMilliseconds(), value), context);
        }

        /// <summary>What runs here otherwise than was applied is a change that somebody made here. One that waits for the relay's answer is looked at then.</summary>
        public void WriteLocalChanges()
        {
            foreach ((string id, RuleValue value) in before.Local)
                WriteLocalChange(id, value);
            foreach ((string id, AppliedRule applied) in Applied.ToImmutable())
            {
                if (applied.Value is not null && !before.Local.ContainsKey(id))
                    WriteLocalChange(id, null);
            }
        }

        public void Merge(RuleShard shard)
        {
            foreach ((RuleKey key, RuleRegister theirs) in shard.Rules)
            {
                RuleRegister mine = Get(key);
                RuleRegister both = mine.Merge(theirs);
                if (ReferenceEquals(both, mine))
                    continue;
                Set(key, both);
                foreach (RuleWrite write in both.Writes)
                    _clock = Math.Max(_clock, write.Clock);
                _number = Math.Max(_number, both.Seen[before.Writer]); // more than this one remembers: an older copy of its state was put back
                if (key.Node == before.Node)
                    Behind.Add(key.Id);
            }
        }

        /// <summary>Brings this node's rules to where the cluster has them, as far as nothing is in the way.</summary>
        public void CatchUp()
        {
            foreach (string id in Behind.ToArray())
            {
                var key = new RuleKey(before.Node, id);
                RuleRegister register = Get(key);
                AppliedRule applied = AppliedOf(id);
                if (Applying.ContainsKey(id) || (Refused.TryGetValue(id, out RefusedRule? refused) && refused.Seen.Has(register.Seen)))
                    continue;
                Refused.Remove(id);
                RuleValue? local = before.Local.GetValueOrDefault(id);
                if (local is not { IsFile: true })
                    register = WithoutFiles(key, register);
                bool isSame = RuleValue.IsSame(register.Value, local);
                if (isSame && register.Writes.Length > 1 && !register.Losers.Any() && _repeated.Add(id))
                {
                    Applied[id] = new AppliedRule(local, Repeat(key, register, local));
                    Behind.Remove(id);
                }
                else if (applied.Seen.Has(register.Seen))
                {
                    Behind.Remove(id);
                }
                else if (isSame)
                {
                    Applied[id] = new AppliedRule(local, register.Seen);
                    Behind.Remove(id);
                }
                else if (local is { IsFile: true } || register.Value is { IsFile: true })
                {
                    Applied[id] = new AppliedRule(local, Write(key, local, register.Seen)); // what this node's files have, and what not, nobody else decides
                    Behind.Remove(id);
                }
                else
                {
                    Applying[id] = new AppliedRule(register.Value, register.Seen);
                    _apply.Add(new RuleApply(id, register.Value, local));
                }
            }
        }

        /// <param name="saves">Also when no rule has changed.</param>
        public (ClusterRules Next, Effects Effects) End(bool saves)
        {
            ImmutableArray<RuleShard>.Builder shards = before.Shards.ToBuilder();
            foreach ((int index, ImmutableDictionary<RuleKey, RuleRegister>.Builder rules) in _shards)
                shards[index] = new RuleShard(rules.ToImmutable());
            ImmutableDictionary<RuleKey, SeenWrites>.Builder told = before.Told.ToBuilder();
            ClusterRulesEffect[] conflicts = [.. Touched.Order(Comparer<RuleKey>.Create(RuleKey.Compare)).Select(k => Conflict(k, told)).OfType<ClusterRulesEffect>()];
            ClusterRules next = before with
            {
                Shards = _shards.Count > 0 ? shards.MoveToImmutable() : before.Shards,
                Number = _number,
                Clock = _clock,
                Applied = Applied.ToImmutable(),
                Applying = Applying.ToImmutable(),
                Refused = Refused.ToImmutable(),
                Behind = Behind.ToImmutable(),
                Told = told.ToImmutable(),
                Repeated = _repeated.ToImmutable(),
            };
            bool changed = saves || _shards.Count > 0 || !ReferenceEquals(next.Applied, before.Applied) || next.Applying.Any(a => a.Value != before.OnDisk.GetValueOrDefault(a.Key));
            return (changed ? next with { OnDisk = next.Applying } : next, [
                .. changed ? [new ClusterRulesEffect.Save()] : Effects.Empty,
                .. _written.Order().Select(i => new ClusterRulesEffect.Replicate(i, next.Shards[i])),
                .. conflicts,
                .. _apply.Count > 0 ? [new ClusterRulesEffect.Apply([.. _apply.OrderBy(a => a.Id, StringComparer.Ordinal)])] : Effects.Empty,
            ]);
        }

        /// <summary>
        /// What this node's files had once, of which a node that has lost its state hears from others, is over; what else is wanted of the rule counts, and not what happens to run here.
        /// </summary>
        private RuleRegister WithoutFiles(RuleKey key, RuleRegister register)
        {
            RuleWrite[] others = [.. register.Writes.Where(w => w.Value is not { IsFile: true })];
            if (others.Length == 0 || others.Length == register.Writes.Length)
                return register;
            RuleRegister next = RuleRegister.Of(others, register.Seen);
            Set(key, next);
            _written.Add(key.Shard);
            return next;
        }

        /// <summary>
        /// What several writes say, said once, and no later than they: a node without a file, or with a new one, writes all that it has in each of its lives, and a
        /// register would grow with each.
        /// </summary>
        private SeenWrites Repeat(RuleKey key, RuleRegister register, RuleValue? local) =>
            Write(key, register.Winner! with { Writer = before.Writer, Number = ++_number, Value = local }, register.Seen);

        private SeenWrites Write(RuleKey key, RuleWrite write, SeenWrites context)
        {
            Set(key, Get(key).With(write, context));
            _written.Add(key.Shard);
            return context.And(write);
        }

        private void WriteLocalChange(string id, RuleValue? value)
        {
            AppliedRule applied = AppliedOf(id);
            if (RuleValue.IsAsBefore(value, applied.Value) || Applying.ContainsKey(id))
                return;
            var key = new RuleKey(before.Node, id);
            RuleRegister register = Get(key);
            bool isKnown = register.Winner is not null && RuleValue.IsAsBefore(value, register.Value) && !register.Losers.Any();
            Applied[id] = new AppliedRule(value, isKnown ? register.Seen : Write(key, value, applied.Seen));
            if (!Applied[id].Seen.Has(Get(key).Seen))
                Behind.Add(id);
        }

        private ClusterRulesEffect.ConflictFound? Conflict(RuleKey key, ImmutableDictionary<RuleKey, SeenWrites>.Builder told)
        {
            RuleRegister register = Get(key);
            RuleWrite[] losers = [.. register.Losers];
            if (losers.Length == 0)
            {
                told.Remove(key);
                return null;
            }

            SeenWrites known = told.GetValueOrDefault(key, SeenWrites.None)!;
            SeenWrites all = losers.Append(register.Winner!).Aggregate(known, (seen, w) => seen.And(w));
            told[key] = all;
            return ReferenceEquals(all, known) ? null : new ClusterRulesEffect.ConflictFound(key, register.Winner!, [.. losers]);
        }

        private RuleRegister Get(RuleKey key) =>
            _shards.TryGetValue(key.Shard, out ImmutableDictionary<RuleKey, RuleRegister>.Builder? rules) ? rules.GetValueOrDefault(key, RuleRegister.Empty)! : before[key];

        private void Set(RuleKey key, RuleRegister register)
        {
            int shard = key.Shard;
            if (!_shards.TryGetValue(shard, out ImmutableDictionary<RuleKey, RuleRegister>.Builder? rules))
                _shards[shard] = rules = before.Shards[shard].Rules.ToBuilder();
            rules[key] = register;
            Touched.Add(key);
        }
    }
}
