using System.Collections.Immutable;
using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Specs.Cluster;

/// <summary>What others ask of this node, against what runs here: one change, and what of it cannot be.</summary>
public sealed class RuleBatchSpecs
{
    private readonly ClusterRuleTexts _texts = new();

    [Fact]
    public void Wanted_rules_should_be_one_change_on_the_revision_that_was_seen()
    {
        (RuleBatch? batch, ImmutableArray<ApplyOutcome> outcomes) = Make([Rule("1", 1), Rule("2", 2)], Put(Rule("1", 1, output: 9)), Remove(Rule("2", 2)), Put(Rule("3", 3)));
        Assert.Empty(outcomes);
        Assert.Equal("+1 +3 -2 on 7", Text(batch!.Change));
        Assert.Equal("1 3 2", string.Join(' ', batch.All.Select(a => a.Id)));
    }

    [Fact]
    public void Rule_that_is_another_one_by_now_should_not_be_asked_for()
    {
        (RuleBatch? batch, ImmutableArray<ApplyOutcome> outcomes) = Make([Rule("1", 1, output: 8)], Put(Rule("1", 1)) with { Expected = null });
        Assert.Null(batch);
        Assert.Equal([new ApplyOutcome("1") { Outdated = true }], outcomes);
    }

    [Fact]
    public void Only_those_that_the_relay_names_should_be_refused()
    {
        (RuleBatch? batch, _) = Make([Rule("3", 3)], Put(Rule("1", 1)), Put(Rule("2", 2)), Remove(Rule("3", 3)));
        (ImmutableArray<ApplyOutcome> outcomes, ImmutableArray<RuleApply> rest) = batch!.Without(new CommandResult.Rejected([
            new RuleProblem("rules[1].outputs[0]", "would loop"), new RuleProblem("rules[1].name", "is taken"), new RuleProblem("removals[0]", "is not there")]));
        Assert.Equal([new ApplyOutcome("2", "outputs[0]: would loop; name: is taken"), new ApplyOutcome("3", "is not there")], outcomes);
        Assert.Equal(["1"], rest.Select(r => r.Id));
    }

    [Theory]
    [InlineData("rules")]
    [InlineData("rules[")]
    [InlineData("rules[x].name")]
    [InlineData("rules[7].name")]
    [InlineData("mcrd")]
    public void Refusal_that_names_none_should_be_of_all(string field)
    {
        (RuleBatch? batch, _) = Make([], Put(Rule("1", 1)), Put(Rule("2", 2)));
        (ImmutableArray<ApplyOutcome> outcomes, ImmutableArray<RuleApply> rest) = batch!.Without(new CommandResult.Rejected(field, "a change waits for its confirmation"));
        Assert.Equal(["1", "2"], outcomes.Select(o => o.Id));
        Assert.All(outcomes, o => Assert.EndsWith("a change waits for its confirmation", o.Refused, StringComparison.Ordinal));
        Assert.Empty(rest);
    }

    /// <summary>Else the relay would say that the id is another rule's.</summary>
    [Fact]
    public void Rule_that_has_got_another_input_should_leave_its_old_one()
    {
        (RuleBatch? batch, _) = Make([Rule("1", 1), Rule("2", 2)], Put(Rule("1", 5)), Remove(Rule("2", 2)));
        Assert.Equal("+1 -2 -1 on 7", Text(batch!.Change));
        (ImmutableArray<ApplyOutcome> outcomes, _) = batch.Without(new CommandResult.Rejected("removals[1].rule_id", "is not there"));
        Assert.Equal([new ApplyOutcome("1", "rule_id: is not there")], outcomes);
    }

    [Fact]
    public void Place_of_another_rule_should_be_taken_only_when_that_one_goes()
    {
        ForwardingRule mine = Rule("mine", 1);
        Assert.Equal("x: refused", Outcomes([mine], Put(Rule("x", 1))));
        Assert.Equal("", Outcomes([mine], Put(Rule("x", 1)), Remove(mine)));
        Assert.Equal("", Outcomes([mine], Put(Rule("x", 1)), Put(Rule("mine", 2)))); // it moves away
        Assert.Equal("", Outcomes([mine], Put(Rule("mine", 1, output: 9))));
        Assert.Equal("mine: refused, x: refused", Outcomes([mine, Rule("other", 2)], Put(Rule("x", 1)), Put(Rule("mine", 2)))); // it would, and cannot
    }

    private string Outcomes(ForwardingRule[] running, params RuleApply[] wanted) =>
        string.Join(", ", Make(running, wanted).Outcomes.Select(o => $"{o.Id}: {(o.Refused!.Contains("is the input of rule", StringComparison.Ordinal) ? "refused" : o.Refused)}").Order(StringComparer.Ordinal));

    private (RuleBatch? Batch, ImmutableArray<ApplyOutcome> Outcomes) Make(ForwardingRule[] running, params RuleApply[] wanted)
    {
        RunningRules rules = RunningRules.None.After(new OwnRules([.. running.Select(r => new OwnRule(r, "mcrctl", IsFile: false))], 7), _texts);
        return RuleBatch.Of(wanted.Select(w => w.Value is not null && w.Expected == w.Value ? w with { Expected = rules.Values.GetValueOrDefault(w.Id) } : w), rules, _texts);
    }

    /// <summary>Expected is what runs; see <see cref="Make"/>.</summary>
    private RuleApply Put(ForwardingRule rule) => new(rule.Id.Value, Value(rule), Value(rule));

    private RuleApply Remove(ForwardingRule rule) => new(rule.Id.Value, null, Value(rule));

    private RuleValue Value(ForwardingRule rule) => new(_texts.Text(rule), "mcrctl");

    private static string Text(RelayCommands.ChangeRules change) =>
        $"{string.Join(' ', [.. change.Put.Select(p => $"+{p.Rule.Id}"), .. change.Remove.Select(r => $"-{r.Id}")])} on {change.OnRevision}";

    private static ForwardingRule Rule(string id, int input, int? output = null) =>
        TestRules.Rule("in0", $"239.1.1.{input}", 5000, $"rule {id}", $"239.2.2.{output ?? input}:6000:out0") with { Id = new RuleId(id) };
}
