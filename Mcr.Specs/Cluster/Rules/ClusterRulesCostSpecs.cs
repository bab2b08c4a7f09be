using System.Collections.Immutable;
using System.Diagnostics;
using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Messages;

namespace Mcr.Specs.Cluster.Rules;

/// <summary>What many rules at once cost.</summary>
[Collection(SerialPackets.Name)]
public sealed class ClusterRulesCostSpecs(ITestOutputHelper output)
{
    private const int Rules = 2_000;

    [Fact]
    public void Two_thousand_rules_in_one_change_should_cost_well_under_a_second_from_one_node_to_the_file_of_another()
    {
        ImmutableDictionary<string, RuleValue> rules = Enumerable.Range(0, Rules).ToImmutableDictionary(i => $"{i:x16}", i => new RuleValue(
            $$"""{"id":"{{i:x16}}","input":{"interface":"eth0","group":"239.1.{{i / 250}}.{{i % 250}}","port":5000},"outputs":[{"interface":"eth1","group":"239.2.{{i / 250}}.{{i % 250}}","port":6000}]}""", "mcrctl"));
        ClusterRules one = Start("a"), other = Start("b");
        var watch = Stopwatch.StartNew();
        (one, ImmutableArray<ClusterRulesEffect> effects) = one.LocalChanged(rules, "mcrctl root", default);
        TimeSpan written = watch.Elapsed;
        byte[][] shards = [.. effects.OfType<ClusterRulesEffect.Replicate>().Select(r => ShardCodec.Encode(r.Shard))];
        TimeSpan encoded = watch.Elapsed;
        foreach (byte[] shard in shards)
            (other, _) = other.Merged(ShardCodec.Decode(shard), default);
        TimeSpan merged = watch.Elapsed;
        byte[] file = ClusterRulesFile.Encode(other.ToSave());
        TimeSpan saved = watch.Elapsed;
        int read = ClusterRulesFile.Read(file, "b").Shards.Sum(s => s.Rules.Count);
        TimeSpan all = watch.Elapsed;
        output.WriteLine($"{Rules} rules: written {written.TotalMilliseconds:F0} ms, encoded {(encoded - written).TotalMilliseconds:F0}, decoded and merged {(merged - encoded).TotalMilliseconds:F0}, file {(saved - merged).TotalMilliseconds:F0}, read {(all - saved).TotalMilliseconds:F0}; {shards.Sum(s => s.Length):N0} bytes in {shards.Length} shards, the greatest {shards.Max(s => s.Length):N0}; file {file.Length:N0}");
        Assert.Equal(Rules, read);
        Assert.True(all < TimeSpan.FromSeconds(1), $"it took {all}");
    }

    /// <summary>They are never dropped.</summary>
    [Fact]
    public void Ten_thousand_dead_rules_should_cost_some_megabytes_and_some_kilobytes_with_each_change()
    {
        const int Dead = 10_000;
        ImmutableDictionary<string, RuleValue> rules = Enumerable.Range(0, Dead).ToImmutableDictionary(i => $"{i:x16}", i => new RuleValue($"{i}", "mcrctl"));
        ClusterRules one = Start("a"), other = Start("b");
        one = one.LocalChanged(rules, "mcrctl root", default).Next.LocalChanged(ImmutableDictionary<string, RuleValue>.Empty, "mcrctl root", default).Next;
        byte[][] shards = [.. one.All().OfType<ClusterRulesEffect.Replicate>().Select(r => ShardCodec.Encode(r.Shard))];
        long before = GC.GetTotalMemory(true);
        foreach (byte[] shard in shards)
            (other, _) = other.Merged(ShardCodec.Decode(shard), default);
        long memory = GC.GetTotalMemory(true) - before;
        ImmutableArray<ClusterRulesEffect> effects = one.LocalChanged(ImmutableDictionary<string, RuleValue>.Empty.Add("new", new RuleValue("1", "mcrctl")), "mcrctl root", default).Effects;
        int change = effects.OfType<ClusterRulesEffect.Replicate>().Sum(r => ShardCodec.Encode(r.Shard).Length);
        int file = ClusterRulesFile.Encode(other.ToSave()).Length;
        output.WriteLine($"{Dead} tombstones: {memory:N0} bytes of memory, {shards.Sum(s => s.Length):N0} in all shards, file {file:N0}, one change sends {change:N0}");
        Assert.Empty(other.Rules());
        Assert.InRange(memory, 0, 20_000_000);
        Assert.InRange(change, 0, 20_000);
    }

    /// <summary>What is in its files is told anew by each of its lives, and who has told what is never dropped.</summary>
    [Fact]
    public void A_hundred_lives_of_a_node_that_keeps_no_file_should_cost_some_kilobytes_for_each_rule_of_it()
    {
        ImmutableDictionary<string, RuleValue> file = ImmutableDictionary<string, RuleValue>.Empty.Add("r", new RuleValue("text", "mcrd.hocon", IsFile: true));
        var key = new RuleKey("a", "r");
        RuleShard shard = RuleShard.Empty;
        int first = 0;
        for (ulong life = 1; life <= 100; life++)
        {
            ClusterRules node = ClusterRules.Start(ClusterRulesFile.Renew(null, "a", life << 40), file, "mcrd", default).Next.Merged(shard, default).Next;
            shard = node.Shards[key.Shard];
            first = life == 1 ? ShardCodec.Encode(shard).Length : first;
        }

        int last = ShardCodec.Encode(shard).Length;
        output.WriteLine($"a rule of a node that keeps no file: {first:N0} bytes in its first life, {last:N0} after a hundred");
        Assert.Single(shard[key].Writes);
        Assert.InRange(last, 0, 100 * 60);
    }

    /// <summary>Each second, on each node.</summary>
    [Fact]
    public void Summary_of_rules_that_have_not_changed_should_cost_next_to_nothing()
    {
        var texts = new ClusterRuleTexts();
        ClusterRules state = Start("a");
        ImmutableDictionary<string, RuleValue> rules = Enumerable.Range(0, Rules).Select(i => TestRules.Rule("in0", $"239.1.{i / 250}.{i % 250}", 5000, $"rule {i}", $"239.2.{i / 250}.{i % 250}:6000:out0"))
            .ToImmutableDictionary(r => r.Id.Value, r => new RuleValue(texts.Text(r), "mcrctl"));
        state = state.LocalChanged(rules, "mcrctl root", default).Next;
        string? hash = null;
        var watch = Stopwatch.StartNew();
        hash = Summarize(1).HashOf("a");
        TimeSpan first = watch.Elapsed;
        for (int i = 2; i < 102; i++)
            Assert.Equal(hash, Summarize(i).HashOf("a"));
        TimeSpan hundred = watch.Elapsed - first;
        output.WriteLine($"{Rules} rules: the first summary {first.TotalMilliseconds:F0} ms, a hundred more {hundred.TotalMilliseconds:F1}");
        Assert.True(hundred < TimeSpan.FromMilliseconds(100), $"a hundred took {hundred}");

        // Reports are others each second, and mostly say the same of rules.
        ClusterMessages.Summary Summarize(int number) =>
            texts.Summarize(state, ImmutableSortedDictionary<string, NodeReport>.Empty.Add("a", new NodeReport { Number = number, RulesetHash = hash ?? "", Refused = new Dictionary<string, string> { ["other"] = "no room" } }));
    }

    private static ClusterRules Start(string node) =>
        ClusterRules.Start(ClusterRulesFile.Renew(null, node, 1), ImmutableDictionary<string, RuleValue>.Empty, "somebody", default).Next;
}
