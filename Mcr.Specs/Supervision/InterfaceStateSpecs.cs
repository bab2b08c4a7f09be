using System.Collections.Immutable;
using CsCheck;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Specs.Supervision;

/// <summary>Whatever order of wishes, answers and deaths: nothing leaks, nothing is used that is closed, and at rest all is as wanted.</summary>
public sealed class InterfaceStateSpecs
{
    [Fact]
    [Trait("kind", "fuzz")]
    public void Any_history_should_come_to_rest_with_exactly_what_is_wanted() =>
        Gen.Select(Gen.Int[0, 10], Gen.Int[0, 5], Gen.Int[0, 3]).Array[1, 40].Sample(history =>
        {
            var harness = new InterfaceHarness();
            ImmutableDictionary<RuleId, ForwardingRule> wanted = ImmutableDictionary<RuleId, ForwardingRule>.Empty;
            foreach ((int what, int which, int how) in history)
            {
                switch (what)
                {
                    case < 3:
                        ForwardingRule rule = Rule(which, how);
                        wanted = wanted.SetItem(rule.Id, rule);
                        harness.Want(wanted, isUnknown: how == 3);
                        break;
                    case < 5:
                        wanted = wanted.Remove(Rule(which, 0).Id);
                        harness.Want(wanted);
                        break;
                    case < 6:
                        harness.WorkerDies(which % 3);
                        break;
                    case < 8:
                        harness.WorkerReady(which % 3);
                        break;
                    case < 10:
                        harness.WorkerAnswers(which % 3);
                        break;
                    default:
                        harness.WorkerAnswers(which % 3, refuses: how == 0);
                        break;
                }
            }

            harness.Want(wanted, isUnknown: true); // whatever was refused is tried again
            harness.CheckAtRest(wanted);
        }, iter: 5_000);

    [Fact]
    public void Refusal_should_fail_what_is_new_and_keep_what_runs()
    {
        var harness = new InterfaceHarness();
        ForwardingRule old = Rule(0, 0);
        ForwardingRule added = Rule(1, 0);
        ImmutableDictionary<RuleId, ForwardingRule> one = ImmutableDictionary<RuleId, ForwardingRule>.Empty.Add(old.Id, old);
        harness.Want(one);
        harness.CheckAtRest(one);
        harness.Want(one.Add(added.Id, added));
        harness.WorkerAnswers(refuses: true);
        Assert.Equal(RuleStatus.Active, harness.Told[old.Id].Status);
        Assert.Equal(RuleStatus.Failed, harness.Told[added.Id].Status);
    }

    [Fact]
    public void Change_should_be_settled_when_the_last_worker_has_answered()
    {
        var harness = new InterfaceHarness();
        ForwardingRule rule = Rule(0, 0);
        harness.WorkerReady(0);
        harness.WorkerReady(1);
        harness.WorkerAnswers(0);
        harness.WorkerAnswers(1);
        harness.Want(ImmutableDictionary<RuleId, ForwardingRule>.Empty.Add(rule.Id, rule));
        harness.WorkerAnswers(1);
        Assert.Equal(0, harness.Settled);
        Assert.Empty(harness.Told);
        harness.WorkerDies(0); // the one that runs has it
        Assert.Equal((1, RuleOutcome.Active), (harness.Settled, harness.Told[rule.Id]));
    }

    [Fact]
    public void Multicast_outputs_of_one_interface_should_share_a_socket_and_unicast_ones_should_not()
    {
        var harness = new InterfaceHarness();
        ForwardingRule rule = TestRules.Rule("in0", "239.1.1.1", 5000, null, "239.2.2.2:1:out0", "239.2.2.3:2:out0", "10.2.0.9:3:out0", "10.2.0.8:3:out0", "239.2.2.2:1:out1");
        ImmutableDictionary<RuleId, ForwardingRule> wanted = ImmutableDictionary<RuleId, ForwardingRule>.Empty.Add(rule.Id, rule);
        harness.Want(wanted);
        harness.CheckAtRest(wanted);
        Assert.Equal([0, 0, 1, 2, 3], harness.State.Allocations.Resolved(1).Rules.Single().Outputs.Select(o => o.Socket));
    }

    [Fact]
    public void Id_pool_should_give_out_each_number_once_and_take_it_back()
    {
        var pool = new IdPool(3);
        pool = pool.Take(out int a).Take(out int b).Take(out int c);
        Assert.Equal([0, 1, 2], [a, b, c]);
        Assert.Equal(0, pool.Available);
        Assert.Throws<InvalidOperationException>(() => pool.Take(out _));
        pool = pool.Return(1).Take(out int again);
        Assert.Equal(1, again);
    }

    private static ForwardingRule Rule(int which, int how) =>
        TestRules.Rule("in0", $"239.1.1.{which}", 5000, null, [.. Enumerable.Range(0, how + 1).Select(i => i % 2 == 0 ? $"239.2.{how}.{i}:6000:out{i / 2}" : $"10.9.{which}.{how}:6000:out{i / 2}")]);
}
