using System.Collections.Immutable;
using Mcr.Actors.Cluster.Rules;

namespace Mcr.Specs.Cluster.Rules;

/// <summary>What one node does about what runs on it, what others write, and what it finds when it starts.</summary>
public sealed class ClusterRulesSpecs
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000);
    private static readonly RuleKey Key = new("b", "r1");
    private static readonly RuleValue V1 = new("v1", "mcrctl"), V2 = new("v2", "mcrctl"), V3 = new("v3", "mcrctl");

    [Fact]
    public void Rule_that_somebody_adds_here_should_be_saved_and_then_replicated()
    {
        (ClusterRules b, ImmutableArray<ClusterRulesEffect> effects) = Start("b").LocalChanged(Rules(V1), "mcrctl root", Now);
        Assert.IsType<ClusterRulesEffect.Save>(effects[0]);
        Assert.Equal(b[Key], Assert.IsType<ClusterRulesEffect.Replicate>(effects[1]).Shard[Key]);
        Assert.Equal(2, effects.Length);
        Assert.Equal("mcrctl root", b[Key].Winner?.By);
        Assert.Empty(b.LocalChanged(Rules(V1), "mcrctl root", Now).Effects);
    }

    [Fact]
    public void Rule_for_a_node_that_was_away_should_be_applied_there_and_be_no_news_of_its_own()
    {
        (ClusterRules a, _, string? refusal) = Start("a").Put(Key, V1, "console alice", Now);
        Assert.Null(refusal);
        (ClusterRules b, ImmutableArray<ClusterRulesEffect> effects) = Merge(Start("b"), a);
        Assert.Equal([new RuleApply("r1", V1, null)], Assert.Single(effects.OfType<ClusterRulesEffect.Apply>()).Rules);
        Assert.IsType<ClusterRulesEffect.Save>(effects[0]);
        Assert.Equal(1, b.Pending);
        Assert.Empty(Merge(b, a).Effects); // it is asked for once
        (b, effects) = b.ApplyDone([new ApplyOutcome("r1")], Rules(V1), "somebody", Now);
        Assert.Empty(effects.OfType<ClusterRulesEffect.Replicate>());
        Assert.Equal(0, b.Pending);
        (b, _) = b.LocalChanged(Rules(V2), "mcrctl root", Now);
        Assert.Empty(b[Key].Losers); // who changes it here has seen what was applied
    }

    [Fact]
    public void Changes_on_both_sides_while_a_node_was_off_should_be_a_conflict_that_both_are_told_of_once()
    {
        (ClusterRules b, _) = Start("b").LocalChanged(Rules(V1), "mcrctl root", Now);
        (ClusterRules a, _) = Merge(Start("a"), b);
        (a, _, _) = a.Put(Key, V2, "console alice", Now);
        (b, _) = ClusterRules.Start(Reopen(b), Rules(V3), "somebody", Now);
        (a, ImmutableArray<ClusterRulesEffect> toldA) = Merge(a, b);
        (b, ImmutableArray<ClusterRulesEffect> toldB) = Merge(b, a);
        ClusterRulesEffect.ConflictFound one = Assert.Single(toldA.OfType<ClusterRulesEffect.ConflictFound>()), other = Assert.Single(toldB.OfType<ClusterRulesEffect.ConflictFound>());
        Assert.Equal(one.Winner, other.Winner);
        Assert.Equal(one.Losers, other.Losers);
        (b, ImmutableArray<ClusterRulesEffect> again) = ClusterRules.Start(Reopen(b), Rules(V3), "somebody", Now);
        Assert.Empty(again.OfType<ClusterRulesEffect.ConflictFound>());
        Assert.Empty(Merge(b, a).Effects.OfType<ClusterRulesEffect.ConflictFound>());
    }

    [Fact]
    public void Change_that_came_while_another_was_applied_should_not_be_lost_silently()
    {
        (ClusterRules a, _, _) = Start("a").Put(Key, V1, "console alice", Now);
        (ClusterRules b, _) = Merge(Start("b"), a);
        (b, ImmutableArray<ClusterRulesEffect> effects) = b.ApplyDone([new ApplyOutcome("r1") { Outdated = true }], Rules(V2), "mcrctl root", Now);
        Assert.Equal("v2", b[Key].Value?.Text);
        Assert.Equal("v1", Assert.Single(Assert.Single(effects.OfType<ClusterRulesEffect.ConflictFound>()).Losers).Value?.Text);
    }

    [Fact]
    public void Refused_rule_should_be_asked_for_again_only_when_something_has_changed()
    {
        (ClusterRules a, _, _) = Start("a").Put(Key, V1, "console alice", Now);
        (ClusterRules b, _) = Merge(Start("b"), a);
        (b, ImmutableArray<ClusterRulesEffect> effects) = b.ApplyDone([new ApplyOutcome("r1", "interface eth9 is an output")], Rules(null), "somebody", Now);
        Assert.Empty(effects.OfType<ClusterRulesEffect.Apply>());
        Assert.Equal("interface eth9 is an output", b.Refused["r1"].Why);
        Assert.Empty(b.LocalChanged(Rules(null), "somebody", Now).Effects);
        Assert.Single(b.Retry(Now).Effects.OfType<ClusterRulesEffect.Apply>());
        Assert.Single(b.LocalChanged(Rules(null).Add("r2", V2), "mcrctl root", Now).Effects.OfType<ClusterRulesEffect.Apply>());
        (a, _, _) = a.Put(Key, V2, "console alice", Now);
        Assert.Equal(V2, Merge(b, a).Effects.OfType<ClusterRulesEffect.Apply>().Single().Rules[0].Value);
    }

    [Fact]
    public void Rule_that_is_refused_again_should_not_be_written_to_disk_again()
    {
        (ClusterRules a, _, _) = Start("a").Put(Key, V1, "console alice", Now);
        (ClusterRules b, ImmutableArray<ClusterRulesEffect> effects) = Merge(Start("b"), a);
        Assert.Contains(new ClusterRulesEffect.Save(), effects);
        for (int i = 0; i < 3; i++)
        {
            (b, effects) = b.ApplyDone([new ApplyOutcome("r1", "no room")], Rules(null), "somebody", Now);
            Assert.Empty(effects);
            (b, effects) = b.Retry(Now);
            Assert.IsType<ClusterRulesEffect.Apply>(Assert.Single(effects));
        }

        (b, effects) = b.ApplyDone([new ApplyOutcome("r1")], Rules(V1), "somebody", Now);
        Assert.Equal([new ClusterRulesEffect.Save()], effects);
        (a, _, _) = a.Put(Key, V2, "console alice", Now);
        Assert.Contains(new ClusterRulesEffect.Save(), Merge(b, a).Effects);
    }

    /// <summary>Each life of a node that keeps no file writes what it runs, and does not know that the last one has.</summary>
    [Fact]
    public void Writes_that_say_the_same_should_become_one_that_is_no_newer_than_they()
    {
        (ClusterRules b, _) = Start("b").LocalChanged(Rules(V1), "mcrctl root", Now);
        (ClusterRules a, _) = Merge(Start("a"), b);
        RuleWrite first = a[Key].Winner!;
        for (ulong life = 2; life < 6; life++)
        {
            (b, _) = ClusterRules.Start(ClusterRulesFile.Renew(null, "b", life), Rules(V1), "somebody", Now);
            (b, ImmutableArray<ClusterRulesEffect> effects) = Merge(b, a);
            Assert.Equal(b[Key], Assert.Single(effects.OfType<ClusterRulesEffect.Replicate>()).Shard[Key]);
            Assert.Empty(effects.OfType<ClusterRulesEffect.Apply>());
            (a, _) = Merge(a, b);
            RuleWrite write = Assert.Single(a[Key].Writes);
            Assert.Equal((Writers.Name("b", life), first.Clock, first.By, V1), (write.Writer, write.Clock, write.By, write.Value));
            Assert.Empty(Merge(b, a).Effects);
        }

        // Who has changed the rule meanwhile, and knew of it, is right.
        (ClusterRules c, _) = Merge(Start("c"), a);
        (c, _, _) = c.Put(Key, V2, "console alice", Now);
        (b, _) = ClusterRules.Start(ClusterRulesFile.Renew(null, "b", 6), Rules(V1), "somebody", Now);
        (b, _) = Merge(b, a);
        (b, _) = Merge(b, c);
        Assert.Equal(V2, b[Key].Value);
    }

    /// <summary>They are to be told apart by their names; if they are not, they at least do not write for ever.</summary>
    [Fact]
    public void Two_nodes_of_one_name_should_come_to_rest()
    {
        (ClusterRules one, _) = ClusterRules.Start(ClusterRulesFile.Renew(null, "b", 1), Rules(V1), "somebody", Now);
        (ClusterRules other, _) = ClusterRules.Start(ClusterRulesFile.Renew(null, "b", 2), Rules(V1), "somebody", Now);
        int rounds = 0;
        while (rounds < 10 && !one[Key].Equals(other[Key]))
        {
            rounds++;
            ClusterRules before = one;
            (one, _) = Merge(one, other);
            (other, _) = Merge(other, before);
        }

        Assert.InRange(rounds, 1, 5);
    }

    [Fact]
    public void Rule_of_a_file_should_be_changed_by_nobody_else()
    {
        RuleValue file = new("v1", "mcrd.hocon:7", IsFile: true);
        (ClusterRules b, _) = Start("b").LocalChanged(Rules(file), "the files", Now);
        (ClusterRules a, _) = Merge(Start("a"), b);
        Assert.Equal("rule r1 is from a file of node b (mcrd.hocon:7), and no other node may change or remove it; edit that file on b, then have it read again there (mcrctl --node b reload)", a.Put(Key, V2, "mcrctl root", Now).Refusal);
        Assert.NotNull(a.Remove(Key, "mcrctl root", Now).Refusal);
        Assert.Null(a.Put(Key, new RuleValue("v1", "mcrctl"), "mcrctl root", Now).Refusal); // it is so already
        Assert.StartsWith("b is this node", b.Put(Key, V2, "mcrctl root", Now).Refusal, StringComparison.Ordinal);
        Assert.Equal("node b has no rule r9, as far as a knows", a.Remove(new RuleKey("b", "r9"), "mcrctl root", Now).Refusal);
        (a, _, string? refusal) = a.Forget("b", "mcrctl root", Now); // too early: it is back
        Assert.Null(refusal);
        (b, ImmutableArray<ClusterRulesEffect> effects) = Merge(b, a);
        Assert.Empty(effects.OfType<ClusterRulesEffect.Apply>());
        Assert.Equal(file, b[Key].Value);
    }

    [Fact]
    public void Forgotten_node_should_have_no_rules_and_not_bring_them_back()
    {
        (ClusterRules b, _) = Start("b").LocalChanged(Rules(V1), "mcrctl root", Now);
        (ClusterRules a, _) = Merge(Start("a"), b);
        (a, _, _) = a.Forget("b", "mcrctl root", Now);
        Assert.Empty(a.Rules());
        Assert.Equal("a knows no rule of a node 'b'", a.Forget("b", "mcrctl root", Now).Refusal);
        Assert.NotNull(a.Forget("a", "mcrctl root", Now).Refusal);
        Assert.Equal([new RuleApply("r1", null, V1)], Merge(b, a).Effects.OfType<ClusterRulesEffect.Apply>().Single().Rules);
    }

    [Fact]
    public void Deleted_rule_should_not_come_back_with_a_node_that_has_lost_its_file()
    {
        (ClusterRules b, _) = Start("b").LocalChanged(Rules(V1), "mcrctl root", Now);
        (ClusterRules a, _) = Merge(Start("a"), b);
        (a, _, _) = a.Remove(Key, "mcrctl root", Now);
        RuleValue other = V3 with { Text = "other" };
        (b, _) = ClusterRules.Start(ClusterRulesFile.Renew(null, "b", 2), Rules(V1).Add("r2", other).Add("r3", other).Add("r4", other), "somebody", Now);
        (b, ImmutableArray<ClusterRulesEffect> effects) = Merge(b, a);
        Assert.Equal([new RuleApply("r1", null, V1)], effects.OfType<ClusterRulesEffect.Apply>().Single().Rules);
        Assert.Null(Merge(a, b).Next[Key].Value);
    }

    [Fact]
    public void Node_that_has_lost_what_ran_should_get_it_back_from_the_cluster()
    {
        (ClusterRules b, _) = Start("b").LocalChanged(Rules(V1), "mcrctl root", Now);
        (_, ImmutableArray<ClusterRulesEffect> effects) = ClusterRules.Start(Reopen(b).WithoutApplied(), Rules(null), "somebody", Now);
        Assert.Equal([new RuleApply("r1", V1, null)], effects.OfType<ClusterRulesEffect.Apply>().Single().Rules);
        (b, effects) = ClusterRules.Start(Reopen(b), Rules(null), "mcrctl root", Now); // else it was removed while the cluster was off
        Assert.Empty(effects.OfType<ClusterRulesEffect.Apply>());
        Assert.Null(b[Key].Value);
    }

    [Fact]
    public void What_a_lost_life_had_in_its_files_should_not_take_a_pending_rule_away()
    {
        (ClusterRules lost, _) = Start("b").LocalChanged(Rules(new RuleValue("v0", "mcrd.hocon:7", IsFile: true)), "somebody", Now);
        (ClusterRules a, _, _) = Start("a").Put(Key, V1, "console alice", Now);
        ClusterRules again = ClusterRules.Start(ClusterRulesFile.Renew(null, "b", 2), Rules(null), "somebody", Now).Next;
        (ClusterRules b, _) = Merge(again, a).Next.ApplyDone([new ApplyOutcome("r1")], Rules(V1), "somebody", Now);
        (a, _, _) = a.Put(Key, V2, "console alice", Now);
        (a, _) = Merge(a, lost); // now it hears of that
        Assert.True(a[Key].Value!.IsFile);
        (b, ImmutableArray<ClusterRulesEffect> effects) = Merge(b, a);
        Assert.Equal([new RuleApply("r1", V2, V1)], effects.OfType<ClusterRulesEffect.Apply>().Single().Rules);
        Assert.Equal(V2, Merge(a, b).Next[Key].Value);
    }

    [Fact]
    public void Older_copy_of_the_state_should_use_no_number_twice_once_it_has_met_the_others()
    {
        ClusterRules old = Start("b");
        (ClusterRules b, _) = old.LocalChanged(Rules(V1), "mcrctl root", Now);
        (ClusterRules again, _) = Merge(old, b);
        Assert.Equal(b.Number, again.Number);
    }

    private static ClusterRules Start(string node) => ClusterRules.Start(ClusterRulesFile.Renew(null, node, 1), Rules(null), "somebody", Now).Next;

    private static SavedRules Reopen(ClusterRules state) => ClusterRulesFile.Renew(ClusterRulesFile.Read(ClusterRulesFile.Encode(state.ToSave()), state.Node), state.Node, 9);

    private static (ClusterRules Next, ImmutableArray<ClusterRulesEffect> Effects) Merge(ClusterRules to, ClusterRules from) => to.Merged(from.Shards[Key.Shard], Now);

    private static ImmutableDictionary<string, RuleValue> Rules(RuleValue? value) =>
        value is null ? ImmutableDictionary<string, RuleValue>.Empty : ImmutableDictionary<string, RuleValue>.Empty.Add("r1", value);
}
