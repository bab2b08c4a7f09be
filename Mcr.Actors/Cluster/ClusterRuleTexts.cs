using System.Collections.Immutable;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Actors.State;
using Mcr.Native.Rules;
using RuleKey = Mcr.Actors.Cluster.Rules.RuleKey;

namespace Mcr.Actors.Cluster;

/// <summary>
/// Between rules as nodes hand them to each other, which is text, and rules as this version knows them; and what an operator is shown of both. Remembers what it has read; used by
/// one actor.
/// </summary>
internal sealed class ClusterRuleTexts
{
    /// <summary>In characters, of what is shown of a rule as text, or of why it is none: others have written it.</summary>
    private const int LongestText = 2_000;

    /// <summary>By node: what counted for its rules when it last ran what it should. What is so still, runs there.</summary>
    private readonly Dictionary<string, ImmutableHashSet<(RuleKey Key, RuleWrite Winner)>> _known = [];
    private readonly System.Runtime.CompilerServices.ConditionalWeakTable<ForwardingRule, string> _written = [];
    private Dictionary<string, (ForwardingRule? Rule, string? Problem)> _read = [];

    /// <summary>What the others are made of, as long as it is the same.</summary>
    private ImmutableArray<RuleShard> _shards = [];
    private (RuleKey Key, RuleRegister Register)[] _rules = [];
    private ImmutableArray<RuleShard> _legShards = [];
    private ImmutableArray<string> _conflicts = [];
    private Dictionary<string, NodeRules> _nodes = [];

    /// <returns>Either the rule, or why this version cannot read it.</returns>
    public (ForwardingRule? Rule, string? Problem) Rule(string text)
    {
        if (_read.TryGetValue(text, out (ForwardingRule? Rule, string? Problem) rule))
            return rule;
        rule = OverlayText.Parse(text);
        return _read[text] = rule with { Problem = rule.Problem is { } problem ? CertificateNames.Printable(problem, LongestText) : null };
    }

    /// <param name="id">Under which the text is known.</param>
    /// <returns>Either the rule, or a sentence why it is none here.</returns>
    public (ForwardingRule? Rule, string? Problem) Rule(string id, string text) => Rule(text) switch
    {
        (null, var problem) => (null, $"this mcrd cannot read the rule, which is of another version: {problem}"),
        ({ } other, _) when other.Id.Value != id => (null, $"this is rule {other.Id}, not {id}"),
        var rule => rule,
    };

    public string Text(ForwardingRule rule) => _written.GetValue(rule, OverlayText.Of);

    public ClusterMessages.Summary Summarize(ClusterRules? state, ImmutableSortedDictionary<string, NodeReport> reports)
    {
        if (state is null)
            return ClusterMessages.Summary.Unknown;
        Use(state);
        foreach ((string node, NodeReport report) in reports)
        {
            NodeRules? rules = _nodes.GetValueOrDefault(node);
            if (rules is { IsKnown: false } && rules.Hash(this, report) == report.RulesetHash)
            {
                _known[node] = [.. rules.Rules.Select(r => (r.Key, r.Register.Winner!))];
                rules.IsKnown = true;
            }
        }

        ImmutableSortedDictionary<string, string?> hashes = _nodes.ToImmutableSortedDictionary(n => n.Key, n => n.Value.Hash(this, reports.GetValueOrDefault(n.Key)), StringComparer.Ordinal)
            .SetItems(reports.Where(r => r.Value.RefusedMore > 0).Select(r => KeyValuePair.Create(r.Key, (string?)null)));
        return new ClusterMessages.Summary(hashes, state.Pending, _conflicts);
    }

    public ControlResponse.ClusterRules List(ClusterRules? state, ImmutableSortedDictionary<string, NodeReport> reports)
    {
        Summarize(state, reports);
        return new([.. (state is null ? [] : _rules).Select(r => Entry(state!, r.Key, r.Register, reports.GetValueOrDefault(r.Key.Node)))]);
    }

    /// <summary>Rules with outputs on another node than their own, and those of this node that have a unicast input.</summary>
    /// <returns>null: they are those that were last returned.</returns>
    public LegMessages.Rules? Legs(ClusterRules state)
    {
        if (_legShards == state.Shards)
            return null;
        _legShards = state.Shards;
        return AllLegs(state);
    }

    /// <inheritdoc cref="Legs"/>
    public LegMessages.Rules AllLegs(ClusterRules state)
    {
        Use(state);
        return new LegMessages.Rules([.. _rules.Select(r => (r.Key.Node, Rule(r.Key.Id, r.Register.Value!.Text).Rule)).Where(r => r.Rule is { } rule && (rule.HasLegs || (r.Node == state.Node && rule.Inputs.Any(i => !i.IsMulticast)))).Select(r => (r.Node, r.Rule!))]);
    }

    /// <summary>What an operator asks of a node that is away: checked against what is known of its rules, all of it or nothing.</summary>
    /// <returns>null with at least one problem.</returns>
    public IReadOnlyList<(RuleKey Key, RuleValue? Value)>? Read(ClusterRules state, string node, ControlRequest request, out IReadOnlyList<ProblemEntry> problems)
    {
        var found = new List<ProblemEntry>();
        problems = found;
        ControlRequest.ChangeRules change = request switch
        {
            ControlRequest.Add add => new() { Rules = [add] },
            ControlRequest.Remove remove => new() { Removals = [remove] },
            _ => (ControlRequest.ChangeRules)request,
        };
        if (RuleChangeRequest.Parse(change, out IReadOnlyList<RuleProblem> wrong) is not { } command)
        {
            found.AddRange(wrong.Select(p => new ProblemEntry(request is ControlRequest.ChangeRules ? p.Field : p.Field[(p.Field.IndexOf('.', StringComparison.Ordinal) + 1)..], p.Sentence)));
            return null;
        }

        if (command is { Replace: true } or { IsDryRun: true } or { ConfirmWithin: not null })
        {
            found.Add(new ProblemEntry(null, $"node {node} cannot be reached just now, and only additions and removals can wait for it"));
            return null;
        }

        ForwardingRule[] known = [.. state.Rules().Where(r => r.Key.Node == node).Select(r => Rule(r.Key.Id, r.Register.Value!.Text).Rule).OfType<ForwardingRule>()];
        return Changes(node, command, known, request is ControlRequest.ChangeRules, found);
    }

    public static string Describe(ClusterRulesEffect.ConflictFound conflict) => Describe(conflict.Key, conflict.Winner, conflict.Losers);

    private static string Describe(RuleKey key, RuleWrite winner, IEnumerable<RuleWrite> losers) =>
        $"rule {key.Id} of node {key.Node} was changed at the same time by {string.Join(" and ", losers.Append(winner).Select(Who))}; {What(winner)} by {winner.By} counts, and {string.Join(" and ", losers.Select(l => $"{What(l)} by {l.By}"))} is given up";

    private static string Who(RuleWrite write) => $"{write.By} at node {Writers.NodeOf(write.Writer)}";

    private static string What(RuleWrite write) => write.Value is null ? "its removal" : $"'{CertificateNames.Printable(write.Value.Text, LongestText)}'";

    private List<(RuleKey Key, RuleValue? Value)>? Changes(string node, RelayCommands.ChangeRules command, ForwardingRule[] known, bool isMany, List<ProblemEntry> problems)
    {
        string Field(string list, int i, string field) => isMany ? $"{list}[{i}].{field}" : field;
        RuleSetBuilder set = RuleSet.Empty.ToBuilder();
        foreach (ForwardingRule rule in known.Where(rule => set.Check(rule).Count == 0))
            set.Put(rule);
        var changes = new List<(RuleKey, RuleValue?)>();
        foreach ((int i, RelayCommands.RemoveRule removal) in command.Remove.Index())
        {
            if (known.FirstOrDefault(r => removal.Id is { } id ? r.Id == id : r.Name == removal.Name) is { } gone)
            {
                set.Remove(gone.Id);
                changes.Add((new RuleKey(node, gone.Id.Value), null));
            }
            else
            {
                problems.Add(new ProblemEntry(Field("removals", i, removal.Id is null ? "name" : "rule_id"), $"node {node} has no such rule, as far as is known here; `mcrctl cluster rules` shows what is"));
            }
        }

        foreach ((int i, RuleWithOrigin put) in command.Put.Index())
        {
            if (known.FirstOrDefault(r => r.Input == put.Rule.Input && r.Id != put.Rule.Id) is { } replaced)
            {
                set.Remove(replaced.Id);
                changes.Add((new RuleKey(node, replaced.Id.Value), null));
            }

            IReadOnlyList<RuleProblem> wrong = set.Check(put.Rule);
            problems.AddRange(wrong.Select(p => new ProblemEntry(Field("rules", i, p.Field), p.Sentence)));
            if (wrong.Count == 0)
                set.Put(put.Rule);
            changes.Add((new RuleKey(node, put.Rule.Id.Value), new RuleValue(Text(put.Rule), put.Origin)));
        }

        return problems.Count == 0 ? changes : null;
    }

    private ClusterRuleEntry Entry(ClusterRules state, RuleKey key, RuleRegister register, NodeReport? report)
    {
        RuleValue value = register.Value!;
        (ForwardingRule? rule, string? problem) = Rule(key.Id, value.Text);
        string? refused = key.Node == state.Node ? state.Refused.GetValueOrDefault(key.Id)?.Why : report?.Refused.GetValueOrDefault(key.Id);
        bool isPending = key.Node == state.Node ? !RuleValue.IsSame(state.Local.GetValueOrDefault(key.Id), value) : Writers.NodeOf(register.Winner!.Writer) != key.Node && !(_known.TryGetValue(key.Node, out var known) && known.Contains((key, register.Winner)));
        string place = refused is not null ? "Refused" : value.IsFile ? "File" : isPending ? "Pending" : "Running";
        RuleWrite[] losers = [.. register.Losers];
        return new ClusterRuleEntry(key.Node, key.Id, rule?.Name, rule is null ? null : $"{rule.InputsText} → {string.Join(", ", rule.Outputs)}", place, refused ?? problem, value.Origin)
        {
            Conflicts = losers.Length == 0 ? null : [.. losers.Select(l => $"{What(l)} by {Who(l)}")],
        };
    }

    /// <summary>Once a second it is asked for hashes of all rules, and most seconds no rule changes.</summary>
    private void Use(ClusterRules state)
    {
        if (_shards == state.Shards)
            return;
        _shards = state.Shards;
        _rules = [.. state.Rules()];
        _nodes = _rules.GroupBy(r => r.Key.Node).ToDictionary(node => node.Key, node => new NodeRules([.. node]));
        _conflicts = [.. state.Shards.SelectMany(s => s.Rules).Where(r => r.Value.Losers.Any()).OrderBy(r => r.Key, Comparer<RuleKey>.Create(RuleKey.Compare)).Select(r => Describe(r.Key, r.Value.Winner!, r.Value.Losers))];
        if (_read.Count <= 2 * (_rules.Length + 100))
            return;
        HashSet<string> texts = [.. _rules.Select(r => r.Register.Value!.Text)];
        _read = _read.Where(r => texts.Contains(r.Key)).ToDictionary();
    }

    /// <summary>The rules of one node, while no rule of any changes.</summary>
    private sealed class NodeRules((RuleKey Key, RuleRegister Register)[] rules)
    {
        private HashSet<string>? _refused;
        private string? _hash;

        public (RuleKey Key, RuleRegister Register)[] Rules => rules;

        /// <summary>It has run these.</summary>
        public bool IsKnown { get; set; }

        /// <summary>Of what it should run: all but what it has refused.</summary>
        /// <returns>null: it has a rule that this version cannot read.</returns>
        public string? Hash(ClusterRuleTexts texts, NodeReport? report)
        {
            IEnumerable<string> refused = report?.Refused.Keys ?? [];
            if (_refused?.SetEquals(refused) == true)
                return _hash;
            _refused = [.. refused];
            (RuleKey Key, ForwardingRule? Rule)[] read = [.. rules.Where(r => !_refused.Contains(r.Key.Id)).Select(r => (r.Key, texts.Rule(r.Register.Value!.Text).Rule))];
            return _hash = read.Any(r => r.Rule is null) ? null : RuleSetHash.Of(read.Where(r => r.Rule!.Id.Value == r.Key.Id).Select(r => r.Rule!));
        }
    }
}
