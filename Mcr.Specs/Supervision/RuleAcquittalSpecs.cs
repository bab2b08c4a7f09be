using System.Collections.Immutable;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Specs.Supervision;

/// <summary>Rules that are changed or removed while it is being found out which of them make the worker end.</summary>
public sealed class RuleAcquittalSpecs
{
    private readonly ForwardingRule[] _rules = [.. Enumerable.Range(0, 4).Select(i => Rule(i, "239.2.2.2")).OrderBy(r => r.Id.Value, StringComparer.Ordinal)];
    private readonly InterfaceHarness _harness = new();
    private ImmutableDictionary<RuleId, ForwardingRule> _wanted;

    public RuleAcquittalSpecs()
    {
        _wanted = _rules.ToImmutableDictionary(r => r.Id);
        _harness.Want(_wanted);
        Serve();
        _harness.WorkerDies(tooOften: true);
        Assert.Equal(4, _harness.State.LeftOut.Count);
    }

    [Fact]
    public void Suspect_that_is_changed_should_stay_one()
    {
        Serve(); // without any
        Change(3);
        _harness.WorkerAnswers();
        Assert.Equal([.. _rules.Select(r => r.Id)], HeldBack());
    }

    /// <summary>Its change has not helped, and nobody else is blamed for it.</summary>
    [Fact]
    public void Changed_rule_on_trial_that_still_makes_the_worker_end_should_be_found()
    {
        Try();
        Change(0);
        _harness.WorkerAnswers();
        _harness.WorkerDies(); // of rule 0 or 1
        Serve();
        _harness.WorkerDies();
        Assert.Equal([_rules[0].Id], Quarantined());
    }

    [Fact]
    public void Rule_that_is_changed_before_its_worker_s_end_is_known_should_be_tried_and_not_left_out()
    {
        Try();
        _harness.WorkerDies();
        _harness.WorkerReady(); // and is told the first rule alone
        Change(0);
        _harness.WorkerDies(); // before it could be told the change
        Assert.Empty(Quarantined());
    }

    [Fact]
    public void Found_rule_should_be_free_when_it_is_changed()
    {
        Try();
        _harness.WorkerDies();
        Serve();
        _harness.WorkerDies();
        Assert.Equal([_rules[0].Id], Quarantined());
        Change(0);
        Assert.Empty(Quarantined());
    }

    [Fact]
    public void Trial_whose_rules_are_all_gone_should_end_and_the_next_begin_with_its_rules_in_the_worker()
    {
        Try();
        _harness.Done.Clear();
        Remove(0);
        Remove(1);
        Assert.Contains(new InterfaceEffect.EndTrial(), _harness.Done);
        _harness.WorkerAnswers();
        _harness.WorkerAnswers();
        Assert.Empty(HeldBack()); // both of the other half are on trial
        Assert.Equal(2, _harness.RunningRules());
        Assert.Contains(_harness.Done, e => e is InterfaceEffect.BeginTrial);
        _harness.WorkerDies(); // of one of these: of nothing it is not
        Assert.Equal([_rules[3].Id], HeldBack());
    }

    [Fact]
    public void Search_should_be_over_when_no_suspect_is_left()
    {
        Serve();
        _harness.Done.Clear();
        for (int which = 0; which < 4; which++)
            Remove(which);
        _harness.WorkerAnswers();
        _harness.WorkerAnswers();
        Assert.Contains(new InterfaceEffect.EndTrial(), _harness.Done);
        _harness.CheckAtRest(_wanted);
    }

    /// <summary>The first half.</summary>
    private void Try()
    {
        Serve();
        _harness.TrialOver();
        _harness.WorkerAnswers();
        Assert.Equal([_rules[2].Id, _rules[3].Id], HeldBack());
    }

    private void Serve()
    {
        _harness.WorkerReady();
        _harness.WorkerAnswers();
    }

    private void Change(int which)
    {
        _wanted = _wanted.SetItem(_rules[which].Id, Rule(int.Parse(_rules[which].Name!, System.Globalization.CultureInfo.InvariantCulture), "239.3.3.3"));
        _harness.Want(_wanted);
    }

    private void Remove(int which)
    {
        _wanted = _wanted.Remove(_rules[which].Id);
        _harness.Want(_wanted);
    }

    private RuleId[] HeldBack() => LeftOut(RuleStatus.Pending);

    private RuleId[] Quarantined() => LeftOut(RuleStatus.Failed);

    private RuleId[] LeftOut(RuleStatus status) =>
        [.. _harness.State.LeftOut.Where(l => l.Value.Status == status).Select(l => l.Key).OrderBy(id => id.Value, StringComparer.Ordinal)];

    private static ForwardingRule Rule(int which, string output) => TestRules.Rule("in0", $"239.1.1.{which}", 5000, $"{which}", $"{output}:6000:out0");
}
