using System.Collections.Immutable;
using System.Net;
using CsCheck;
using Mcr.Native.Egress;
using Mcr.Native.Loop;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Specs.Worker;

/// <summary>What a worker makes of changes, against what it makes of the whole set.</summary>
public sealed class RunningRulesSpecs
{
    [Fact]
    [Trait("kind", "fuzz")]
    public void Any_history_of_changes_should_end_in_what_the_whole_set_ends_in() =>
        Gen.Select(Gen.Int[0, 30], Gen.Int[0, 5], Gen.Bool).Array[1, 8].Array[1, 30].Sample(
            history =>
            {
                RunningRules running = WithSockets();
                var wanted = new Dictionary<int, ResolvedRule>();
                long generation = 0;
                foreach ((int Which, int Outputs, bool IsPut)[] change in history)
                {
                    var put = change.Where(c => c.IsPut).DistinctBy(c => c.Which).ToDictionary(c => c.Which, c => Rule(c.Which, c.Outputs));
                    int[] dropped = [.. change.Where(c => !c.IsPut && wanted.ContainsKey(c.Which) && !put.ContainsKey(c.Which)).Select(c => c.Which).Distinct()];
                    foreach (int counter in dropped)
                        wanted.Remove(counter);
                    foreach ((int counter, ResolvedRule rule) in put)
                        wanted[counter] = rule;
                    Check(wanted.Values, running.Change(new ResolvedRuleChange(generation, ++generation, [.. dropped], [.. put.Values])));
                }

                ForwardingTable whole = running.Replace(new ResolvedRuleSet(++generation, [.. wanted.Values]));
                Check(wanted.Values, whole);
            },
            iter: 300);

    [Fact]
    public void Change_of_another_generation_should_be_refused_and_change_nothing()
    {
        RunningRules running = WithSockets();
        running.Replace(new ResolvedRuleSet(5, [Rule(1, 1)]));
        ulong hash = running.Hash;
        Assert.Equal("a change of generation 4, and generation 5 is what runs", Refusal(running, new ResolvedRuleChange(4, 6, [], [Rule(2, 1)])));
        Assert.Equal("a change that drops rule 3, which there is not", Refusal(running, new ResolvedRuleChange(5, 6, [3], [])));
        Assert.Contains("names socket 9, which was not passed", Refusal(running, new ResolvedRuleChange(5, 6, [1], [Rule(2, 0) with { Outputs = [new ResolvedOutput(9, IPAddress.Loopback, 1, 1)] }])), StringComparison.Ordinal);
        Assert.Contains("two rules for", Refusal(running, new ResolvedRuleChange(5, 6, [], [Rule(1, 1) with { Counter = 2 }])), StringComparison.Ordinal);
        Assert.Contains("two rules count in entry 2", Refusal(running, new ResolvedRuleChange(5, 6, [], [Rule(2, 1), Rule(3, 1) with { Counter = 2 }])), StringComparison.Ordinal);
        Assert.Equal((5, hash), (running.Generation, running.Hash));
        Check([Rule(1, 1), Rule(2, 2)], running.Change(new ResolvedRuleChange(5, 6, [], [Rule(2, 2)])));
    }

    [Fact]
    public void Inputs_that_cannot_be_should_be_refused_and_change_nothing()
    {
        using WorkerSlot slot = WorkerSlot.Create();
        using var source = new MemorySource();
        RunningRules running = WithSockets(slot);
        running.Use(20, new FrameInlet(source, 14, null, 1));
        ResolvedInput input = new(20, IPAddress.Parse("239.3.3.3"), 5000, null);
        ResolvedRule fed = Rule(1, 1) with { Inputs = [input, input with { Port = 5001 }], Select = new SelectSettings(SelectMode.Failover, null) };
        running.Replace(new ResolvedRuleSet(5, [fed]));
        ulong hash = running.Hash;
        Assert.Contains("takes from socket 21, which was not passed", Refused(fed with { Inputs = [input with { Socket = 21 }] }), StringComparison.Ordinal);
        Assert.Contains("takes from socket 0, which is of kind Multicast", Refused(fed with { Inputs = [input with { Socket = 0 }] }), StringComparison.Ordinal);
        Assert.Contains("names socket 20, which was not passed", Refused(Rule(2, 0) with { Outputs = [new ResolvedOutput(20, IPAddress.Loopback, 1, 1)] }), StringComparison.Ordinal);
        Assert.Contains("has 0 inputs to select from", Refused(fed with { Inputs = [] }), StringComparison.Ordinal);
        Assert.Contains("has 2 inputs and nothing to select them by", Refused(fed with { Select = null }), StringComparison.Ordinal);
        Assert.Equal("two inputs for 239.3.3.3:5000 at socket 20", Refused(fed with { Inputs = [input, input] }));
        Assert.Equal("two inputs for 239.3.3.3:5001 at socket 20", Refused(Rule(2, 1) with { Inputs = [fed.Inputs[1]], Select = fed.Select }));
        Assert.Equal((5, hash), (running.Generation, running.Hash));
        running.Change(new ResolvedRuleChange(5, 6, [1], [fed with { Counter = 2 }]));
        Assert.Contains("there is no slot", Refusal(WithSockets(), new ResolvedRuleChange(0, 1, [], [fed])), StringComparison.Ordinal);
        running.End();

        string Refused(ResolvedRule rule) => Refusal(running, new ResolvedRuleChange(5, 6, [], [rule]));
    }

    [Fact]
    public void Input_should_be_free_for_another_rule_in_the_same_change()
    {
        RunningRules running = WithSockets();
        running.Replace(new ResolvedRuleSet(1, [Rule(1, 1)]));
        ResolvedRule heir = Rule(1, 2) with { Counter = 7 };
        Check([heir], running.Change(new ResolvedRuleChange(1, 2, [1], [heir])));
    }

    [Fact]
    public void Outputs_should_not_grow_with_changes_that_end_where_they_began()
    {
        RunningRules running = WithSockets();
        ForwardingTable table = running.Replace(new ResolvedRuleSet(1, [Rule(1, 1), Rule(2, 3)]));
        int outputs = table.Outputs.Count;
        for (long generation = 2; generation < 100; generation += 2)
        {
            running.Change(new ResolvedRuleChange(generation - 1, generation, [2], []));
            table = running.Change(new ResolvedRuleChange(generation, generation + 1, [], [Rule(2, 3)]));
        }

        Assert.Equal(outputs, table.Outputs.Count);
    }

    [Fact]
    public unsafe void Outputs_of_a_rule_that_goes_should_stay_as_they_are_until_the_loop_does_without()
    {
        RunningRules running = WithSockets();
        ForwardingTable before = running.Replace(new ResolvedRuleSet(1, [Rule(1, 2)]));
        running.Change(new ResolvedRuleChange(1, 2, [1], [Rule(2, 2)]));
        Assert.Equal((64, 65), (before.Outputs.Entries[0].Counter, before.Outputs.Entries[1].Counter));
    }

    [Fact]
    public void Change_among_many_should_not_cost_memory_by_their_number()
    {
        const int Many = 10_000;
        const int Changes = 10;
        RunningRules running = WithSockets();
        ResolvedRule One(int i) => Rule(1, 1) with { Group = new IPAddress([239, 3, (byte)(i / 256), (byte)(i % 256)]), Counter = i };
        running.Replace(new ResolvedRuleSet(1, [.. Enumerable.Range(0, Many).Select(One)]));
        ResolvedRule extra = One(Many);
        running.Change(new ResolvedRuleChange(1, 2, [], [extra])); // makes the second lookup table
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long generation = 2; generation < 2 + (2 * Changes); generation += 2)
        {
            running.Change(new ResolvedRuleChange(generation, generation + 1, [Many], []));
            running.Change(new ResolvedRuleChange(generation + 1, generation + 2, [], [extra]));
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (2 * Changes), 0, 4096);
    }

    private static string Refusal(RunningRules running, ResolvedRuleChange change) => Assert.Throws<InvalidDataException>(() => running.Change(change)).Message;

    private static RunningRules WithSockets(WorkerSlot? slot = null)
    {
        var running = new RunningRules(slot);
        for (int id = 0; id < 4; id++)
            running.Use(id, new EgressSocket(100 + id, EgressKind.Multicast));
        return running;
    }

    private static ResolvedRule Rule(int which, int outputs) => new(
        IPAddress.Parse($"239.1.{which % 3}.{which}"), (ushort)(5000 + (which % 2)), which % 4 == 0 ? IPAddress.Parse("10.0.0.1") : null, which,
        [.. Enumerable.Range(0, outputs).Select(i => new ResolvedOutput(i % 4, IPAddress.Parse($"239.2.{which}.{outputs}"), (ushort)(6000 + i), (which * 64) + i))]);

    private static unsafe void Check(IEnumerable<ResolvedRule> wanted, ForwardingTable table)
    {
        ResolvedRule[] rules = [.. wanted];
        Assert.Equal(rules.Length, table.Rules.Count);
        Assert.Equal(ResolvedRuleHash.Of(rules), table.Hash);
        foreach (ResolvedRule rule in rules)
        {
            Assert.True(table.Rules.TryFind(Addresses.ToNumber(rule.Group), rule.Port, rule.Source is null ? 99 : Addresses.ToNumber(rule.Source), out RuleEntry entry));
            Assert.Equal((rule.Counter, rule.Outputs.Length), (entry.Counter, entry.OutputCount));
            for (int i = 0; i < entry.OutputCount; i++)
            {
                OutputTable.Entry* output = table.Outputs.Entries + entry.FirstOutput + i;
                Assert.Equal((rule.Outputs[i].Counter, 100 + rule.Outputs[i].Socket), (output->Counter, output->Socket->Descriptor));
            }
        }
    }
}
