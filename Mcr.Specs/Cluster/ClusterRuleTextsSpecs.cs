using System.Collections.Immutable;
using CsCheck;
using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;
using static Mcr.Specs.Cluster.NumberedRules;
using RuleKey = Mcr.Actors.Cluster.Rules.RuleKey;

namespace Mcr.Specs.Cluster;

/// <summary>Rules between nodes, which are text, and what an operator at node a sees and asks of those of node b, which is away.</summary>
public sealed class ClusterRuleTextsSpecs
{
    private const string OfANewerVersion = """{"id":"r-new","input":{"interface":"eth0","group":"239.1.1.7","port":5000,"tunnel":{"kind":"srt"}},"outputs":[{"interface":"eth1","group":"239.2.2.7","port":6000}]}""";
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly ImmutableSortedDictionary<string, NodeReport> Silence = ImmutableSortedDictionary<string, NodeReport>.Empty;

    private readonly ClusterRuleTexts _texts = new();

    [Fact]
    public void Every_rule_should_come_back_from_its_text() => GeneratedRules.Any.Sample(rule =>
    {
        var texts = new ClusterRuleTexts();
        string text = texts.Text(rule);
        Assert.DoesNotContain('\n', text);
        (ForwardingRule? back, string? problem) = new ClusterRuleTexts().Rule(text);
        Assert.Null(problem);
        Assert.Equal(rule.CanonicalText, back!.CanonicalText);
        Assert.Equal((rule.Id, rule.Name), (back.Id, back.Name));
        Assert.Equal(text, new ClusterRuleTexts().Text(back)); // the same rule is always the same text
    });

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{},{}")]
    [InlineData("${HOME}")]
    [InlineData("include \"/etc/passwd\"")]
    [InlineData("}] , other = [{")]
    [InlineData("""{"id":"1", include "/etc/hostname"}""")]
    [InlineData("""{"id":"1","input":{"interface":"in0","group":"239.1.1.1","port":5000},"outputs":[{"interface":"out0","group":"239.2.2.1","port":6000}],}""")] // HOCON takes it
    [InlineData("""{id:"1","input":{"interface":"in0","group":"239.1.1.1","port":5000},"outputs":[{"interface":"out0","group":"239.2.2.1","port":6000}]}""")]
    [InlineData("""{"id":"1","id":"1","input":{"interface":"in0","group":"239.1.1.1","port":5000},"outputs":[{"interface":"out0","group":"239.2.2.1","port":6000}]}""")]
    [InlineData("""{"id":"\ud800","\ud800":1}""")]
    [InlineData(OfANewerVersion)]
    public void Text_that_is_no_rule_of_this_version_should_have_a_reason_and_no_exception(string text)
    {
        (ForwardingRule? rule, string? problem) = _texts.Rule(text);
        Assert.Null(rule);
        Assert.False(string.IsNullOrWhiteSpace(problem));
    }

    /// <summary>Whoever may write rules may not make the others read their files, nor wait for a pipe.</summary>
    [Theory]
    [InlineData("include \"{0}\"")]
    [InlineData("{{ include \"{0}\" }}")]
    [InlineData("{{\"id\":\"1\",\ninclude required(file(\"{0}\"))\n}}")]
    public void Text_should_make_nobody_read_a_file(string text)
    {
        string path = Path.Combine(Path.GetTempPath(), $"mcr-spec-{Guid.NewGuid():n}");
        File.WriteAllText(path, """id = "1", input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.1", port = 6000 } ]""");
        try
        {
            (ForwardingRule? rule, string? problem) = _texts.Rule(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, path));
            Assert.Null(rule);
            Assert.StartsWith("it is not JSON: ", problem, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Text_of_a_rule_should_have_limits()
    {
        Assert.StartsWith("it has 131,073 characters, more than", _texts.Rule(new string(' ', 131_073)).Problem, StringComparison.Ordinal);
        Assert.StartsWith("it is not JSON: ", _texts.Rule("{\"id\":\"\ud800\"}").Problem, StringComparison.Ordinal);
        Assert.StartsWith("it is not JSON: ", _texts.Rule($"{{\"id\":{new string('[', 100)}{new string(']', 100)}}}").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_another_rule_should_be_shown_as_unreadable_and_be_in_no_hash()
    {
        ClusterRules state = With(Empty(), ("b", "1", Value(Rule(2)).Value));
        Assert.Equal(["b 1 Pending this is rule 2, not 1"], List(state, Silence));
        Assert.Equal(DriftState.NoRules, _texts.Summarize(state, Silence).HashOf("b"));
        state = With(state, ("b", Rule(2, output: 9)));
        Assert.Equal(RuleSetHash.Of([Rule(2, output: 9)]), _texts.Summarize(state, Silence).HashOf("b"));
        Assert.Equal("rule_id", Problems(state, new ControlRequest.Remove { RuleId = "1" }));
    }

    [Fact]
    public void What_a_node_should_run_should_be_unknown_where_a_rule_of_it_cannot_be_read()
    {
        ClusterRules state = With(Empty(), ("b", "r-new", new RuleValue(OfANewerVersion, "mcrctl")));
        state = With(state, ("b", Rule(2)), ("c", Rule(3)));
        ClusterMessages.Summary summary = _texts.Summarize(state, Silence);
        Assert.Null(summary.HashOf("b"));
        Assert.Equal(RuleSetHash.Of([Rule(3)]), summary.HashOf("c"));
        Assert.Equal(DriftState.NoRules, summary.HashOf("d"));

        // b is of this version, too, and has refused it
        summary = _texts.Summarize(state, Silence.Add("b", new NodeReport { Refused = new Dictionary<string, string> { ["r-new"] = "cannot be read" } }));
        Assert.Equal(RuleSetHash.Of([Rule(2)]), summary.HashOf("b"));
        Assert.Null(_texts.Summarize(state, Silence).HashOf("b"));
    }

    [Fact]
    public void Rule_of_a_newer_version_should_be_listed_as_such_and_carried_as_it_is()
    {
        ClusterRules state = With(Empty(), ("b", "r-new", new RuleValue(OfANewerVersion, "mcrctl")));
        ClusterRuleEntry entry = Assert.Single(_texts.List(state, Silence).Entries);
        Assert.Equal(("b", "r-new", null, null, "Pending"), (entry.Node, entry.RuleId, entry.Name, entry.Rule, entry.State));
        Assert.False(string.IsNullOrEmpty(entry.Why));
        var key = new RuleKey("b", "r-new");
        Assert.Equal(OfANewerVersion, ShardCodec.Decode(ShardCodec.Encode(state.Shards[key.Shard]))[key].Value!.Text);
    }

    [Fact]
    public void List_should_say_how_each_rule_is()
    {
        ForwardingRule[] rules = [.. Enumerable.Range(1, 5).Select(i => Rule(i))];
        ClusterRules state = With(Empty(Value(rules[0], isFile: true), Value(rules[1])), ("b", rules[2]), ("b", rules[3]));
        ImmutableSortedDictionary<string, NodeReport> reports = Silence.Add("b", new NodeReport { RulesetHash = "other", Refused = new Dictionary<string, string> { [rules[3].Id.Value] = "no room" } });
        Assert.Equal(["a 1 File ", "a 2 Running ", "b 3 Pending ", "b 4 Refused no room"], List(state, reports));

        // b runs exactly what it should but for what it refuses
        reports = reports.SetItem("b", reports["b"] with { RulesetHash = RuleSetHash.Of([rules[2]]) });
        Assert.Equal(["a 1 File ", "a 2 Running ", "b 3 Running ", "b 4 Refused no room"], List(state, reports));

        // and what it had then it has still when another one comes
        state = With(state, ("b", rules[4]));
        Assert.Equal(["a 1 File ", "a 2 Running ", "b 3 Running ", "b 4 Refused no room", "b 5 Pending "], List(state, reports));
        Assert.Equal("239.1.1.3:5000 on in0 → 239.2.2.3:6000 on out0", _texts.List(state, reports).Entries[2].Rule);
    }

    [Fact]
    public void Summary_should_have_the_hash_that_each_node_should_have_and_the_conflicts()
    {
        ClusterRules one = With(Empty(Value(Rule(1))), ("b", Rule(2)));
        ClusterRules other = With(Empty("c"), ("b", Rule(2, output: 9)));
        RuleShard theirs = other.Shards[Key(Rule(2)).Shard];
        (one, _) = one.Merged(theirs, Noon);
        ClusterMessages.Summary summary = _texts.Summarize(one, Silence);
        ForwardingRule winner = _texts.Rule(one[Key(Rule(2))].Value!.Text).Rule!;
        Assert.Equal(RuleSetHash.Of([Rule(1)]), summary.Hashes["a"]);
        Assert.Equal(RuleSetHash.Of([winner]), summary.Hashes["b"]);
        string conflict = Assert.Single(summary.Conflicts);
        Assert.StartsWith("rule 2 of node b was changed at the same time by root at node ", conflict, StringComparison.Ordinal);
        Assert.EndsWith(" is given up", conflict, StringComparison.Ordinal);
        Assert.Null(_texts.Summarize(null, Silence).HashOf("a"));
    }

    [Fact]
    public void Additions_and_removals_should_be_read_as_changes_of_that_nodes_rules()
    {
        ClusterRules state = With(Empty(), ("b", Rule(1)), ("b", Rule(2)), ("c", Rule(3)));
        Assert.Equal("+4", Read(state, Add(4)));
        Assert.Equal("-1", Read(state, new ControlRequest.Remove { RuleId = "1" }));
        Assert.Equal("-2", Read(state, new ControlRequest.Remove { Name = "rule 2" }));
        Assert.Equal("-1 +4 +5", Read(state, new ControlRequest.ChangeRules { Rules = [Add(4), Add(5)], Removals = [new ControlRequest.Remove { RuleId = "1" }] }));
        Assert.Equal("-1 +6", Read(state, Add(1) with { RuleId = "6", Name = "other" })); // of the same input: it takes its place
        Assert.Equal("+1", Read(state, Add(1) with { Outputs = [new OutputText { Group = "239.9.9.9", Port = "7000", Interface = "out1" }] }));
    }

    [Fact]
    public void Every_problem_of_a_request_should_be_named_and_nothing_of_it_be_done()
    {
        ClusterRules state = With(Empty(), ("b", Rule(1)));
        Assert.Equal("input.group", Problems(state, Add(4) with { InputGroup = "10.0.0" }));
        Assert.Equal("rules[1].input.port, rules[2].name", Problems(state, new ControlRequest.ChangeRules { Rules = [Add(4), Add(5) with { InputPort = "0" }, Add(6) with { Name = new string('x', 500) }] }));
        Assert.Equal("rule_id", Problems(state, new ControlRequest.Remove { RuleId = "3" }));
        Assert.Equal("name", Problems(state, new ControlRequest.Remove { Name = "no such" }));
        Assert.Equal("removals[0].rule_id, removals[1].name", Problems(state, new ControlRequest.ChangeRules { Rules = [Add(4)], Removals = [new ControlRequest.Remove { RuleId = "3" }, new ControlRequest.Remove { Name = "no such" }] }));
        Assert.Equal("name", Problems(state, Add(4) with { Name = "rule 1" })); // of another rule
    }

    [Fact]
    public void What_cannot_wait_should_be_refused_in_a_sentence()
    {
        ClusterRules state = With(Empty(), ("b", Rule(1)));
        ControlRequest.ChangeRules[] requests = [new() { Rules = [Add(4)], Replace = true }, new() { Rules = [Add(4)], DryRun = true }, new() { Rules = [Add(4)], Confirm = "60s" }];
        foreach (ControlRequest.ChangeRules request in requests)
        {
            Assert.Null(_texts.Read(state, "b", request, out IReadOnlyList<ProblemEntry> problems));
            Assert.Equal("node b cannot be reached just now, and only additions and removals can wait for it", Assert.Single(problems).Sentence);
        }
    }

    private string[] List(ClusterRules state, ImmutableSortedDictionary<string, NodeReport> reports) =>
        [.. _texts.List(state, reports).Entries.Select(e => $"{e.Node} {e.RuleId} {e.State} {e.Why}")];

    private string Read(ClusterRules state, ControlRequest request)
    {
        IReadOnlyList<(RuleKey Key, RuleValue? Value)>? changes = _texts.Read(state, "b", request, out IReadOnlyList<ProblemEntry> problems);
        Assert.Empty(problems);
        Assert.All(changes!, c => Assert.Equal("b", c.Key.Node));
        return string.Join(' ', changes!.Select(c => $"{(c.Value is null ? '-' : '+')}{c.Key.Id}"));
    }

    private string Problems(ClusterRules state, ControlRequest request)
    {
        Assert.Null(_texts.Read(state, "b", request, out IReadOnlyList<ProblemEntry> problems));
        Assert.All(problems, p => Assert.False(string.IsNullOrEmpty(p.Sentence)));
        return string.Join(", ", problems.Select(p => p.Field));
    }

    private static RuleKey Key(ForwardingRule rule) => new("b", rule.Id.Value);

    private static ClusterRules Empty(params (string Id, RuleValue Value)[] local) => Empty("a", local);

    private static ClusterRules Empty(string node, params (string Id, RuleValue Value)[] local) =>
        ClusterRules.Start(new SavedRules(node, Writers.Name(node, 1), 0) { IsNew = true }, local.ToImmutableDictionary(l => l.Id, l => l.Value), $"node {node}", Noon).Next;

    private static ClusterRules With(ClusterRules state, params (string Node, ForwardingRule Rule)[] rules) =>
        With(state, [.. rules.Select(r => (r.Node, r.Rule.Id.Value, Value(r.Rule).Value))]);

    private static ClusterRules With(ClusterRules state, params (string Node, string Id, RuleValue Value)[] rules)
    {
        foreach ((string node, string id, RuleValue value) in rules)
        {
            (state, _, string? refusal) = state.Put(new RuleKey(node, id), value, "root", Noon);
            Assert.Null(refusal);
        }

        return state;
    }
}
