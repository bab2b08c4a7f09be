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
